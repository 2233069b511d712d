import { ActionIcon, Button, Menu } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import {
  IconArrowLeft,
  IconArrowsExchange,
  IconArrowsJoin2,
  IconBan,
  IconDots,
  IconHandStop,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react';
import { useState } from 'react';
import { To, useAddress, useGo } from '../parts/address.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Copy } from '../parts/copy.tsx';
import { useFocusBack } from '../parts/focus-back.ts';
import { useKeys } from '../parts/keys.ts';
import { said } from '../parts/notify.ts';
import { Page } from '../parts/page.tsx';
import { callPerson, Face } from '../parts/person-name.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { useSideFade } from '../parts/side-fade.ts';
import { ScreenSkeleton } from '../parts/skeleton.tsx';
import { useChange, useRoute } from '../query.ts';
import { EditPerson } from './edit-person.tsx';
import { JoinPerson } from './join-person.tsx';
import { OverrideStage } from './override-stage.tsx';
import { Locked, Paused, StillStopped, StopEverything, TakeOver } from './paused.tsx';
import { PersonContext } from './person-context.tsx';
import css from './profile.module.css';
import { ScoreLedger } from './score-ledger.tsx';
import { StageLine } from './stage-line.tsx';
import { Timeline } from './timeline.tsx';

/** Filters of the timeline: a word for some of its kinds. */
const filters = [
  { value: 'all', label: 'All', kinds: undefined },
  { value: 'did', label: 'What they did', kinds: 'event,consent' },
  { value: 'messages', label: 'Messages', kinds: 'message' },
  { value: 'moves', label: 'Moves', kinds: 'stage,segment,merge' },
  { value: 'journeys', label: 'Journeys', kinds: 'journey,decision,task' },
  { value: 'traits', label: 'Traits', kinds: 'traits' },
] as const;

/** All that is known of a person: context now, and what happened. */
export function Profile() {
  const { id } = useParams({ strict: false }) as { id: string };
  const person = useRoute('getPerson', { params: { id } });
  const [address, setAddress] = useAddress();
  const [doing, setDoing] = useState<'edit' | 'stage' | 'join' | 'erase' | 'take-over' | 'stop' | null>(null);
  const erase = useChange('erasePerson', ['listPeople', 'countPeople', 'lifecycleBoard']);
  const go = useGo();
  useFocusBack(doing !== null);
  const filterRow = useSideFade<HTMLDivElement>();
  useKeys({ e: () => setDoing('edit'), m: () => setDoing('stage') });

  if (person.error) {
    return (
      <Page
        title="Person"
        actions={
          <Button component={To} to="people" variant="default">
            Back to people
          </Button>
        }
      >
        <ProblemView problem={person.error} {...(person.error.status === 404 ? {} : { again: () => void person.refetch() })} />
      </Page>
    );
  }
  if (!person.data) return <ScreenSkeleton />;
  const filter = filters.find((row) => row.value === address.show) ?? filters[0];
  const name = callPerson(person.data);
  const close = (): void => setDoing(null);

  return (
    <Page
      fit="fill"
      tab={name}
      title={
        <>
          <ActionIcon component={To} to="people" aria-label="Back to people" data-tip="Back to people" size={28} ml={-6}>
            <IconArrowLeft size={17} />
          </ActionIcon>
          <Face person={person.data} size={30} />
          <span>{name}</span>
        </>
      }
      purpose={
        person.data.name && person.data.email ? (
          <span className={css.address}>
            {person.data.email}
            <Copy text={person.data.email} what="address" size={22} />
          </span>
        ) : undefined
      }
      actions={
        <div className={css.actions}>
          <Button
            variant="default"
            leftSection={<IconArrowsExchange size={15} />}
            onClick={() => setDoing('stage')}
            data-tip="Move by hand"
            data-keys="m"
          >
            Move
          </Button>
          <Button
            variant="default"
            leftSection={<IconPencil size={15} />}
            onClick={() => setDoing('edit')}
            data-tip="Edit traits"
            data-keys="e"
          >
            Edit
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon size={32} aria-label="More" variant="default">
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item component={To} to="messages" search={{ person: id }}>
                Show their messages
              </Menu.Item>
              {person.data.paused === null && (
                <Menu.Item leftSection={<IconHandStop size={15} />} onClick={() => setDoing('take-over')}>
                  Take over from the automation
                </Menu.Item>
              )}
              {person.data.stopped === null && (
                <Menu.Item leftSection={<IconBan size={15} />} onClick={() => setDoing('stop')}>
                  Stop everything for them
                </Menu.Item>
              )}
              <Menu.Item leftSection={<IconArrowsJoin2 size={15} />} onClick={() => setDoing('join')}>
                Join with another person
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={() => setDoing('erase')}>
                Erase this person
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      }
      bar={
        <>
          <StillStopped person={person.data} />
          <Paused person={person.data} />
          <Locked person={person.data} />
          <div className={css.stages}>
            <StageLine stage={person.data.stage} />
          </div>
        </>
      }
    >
      <div className={css.narrow}>
        <Segmented
          label="Show"
          choices={[
            { value: 'now', label: 'Now' },
            { value: 'history', label: 'What happened' },
          ]}
          value={address.tab === 'history' ? 'history' : 'now'}
          onChange={(tab) => setAddress({ tab: tab === 'now' ? undefined : tab })}
        />
      </div>
      <div className={css.profile} data-tab={address.tab === 'history' ? 'history' : 'now'}>
        <div className={css.history}>
          <div className={css.filters}>
            <div ref={filterRow} className={css.row}>
              <Segmented
                label="Show on the timeline"
                choices={filters.map(({ value, label }) => ({ value, label }))}
                value={filter.value}
                onChange={(value) => setAddress({ show: value === 'all' ? undefined : value })}
              />
            </div>
          </div>
          <Timeline id={id} kinds={filter.kinds} />
        </div>
        <aside className={css.context} aria-label="Now">
          <PersonContext person={person.data} onEdit={() => setDoing('edit')} onJoin={() => setDoing('join')} />
        </aside>
      </div>
      {address.score !== undefined && <ScoreLedger person={person.data} scoreKey={address.score} />}
      {doing === 'edit' && <EditPerson person={person.data} onClose={close} />}
      {doing === 'stage' && <OverrideStage person={person.data} onClose={close} />}
      {doing === 'join' && <JoinPerson person={person.data} onClose={close} />}
      <TakeOver person={person.data} name={name} open={doing === 'take-over'} onClose={close} />
      <StopEverything person={person.data} name={name} open={doing === 'stop'} onClose={close} />
      <Confirm
        open={doing === 'erase'}
        onClose={close}
        title={`Erase ${name}`}
        action="Erase"
        danger
        typed="erase"
        onConfirm={async () => {
          await erase.mutateAsync({ params: { id } });
          said('The person was erased.');
          go('people');
        }}
      >
        Everything about this person is deleted: traits, events, messages, runs. A hash of a suppressed address stays, so that it is never
        mailed again. This cannot be undone.
      </Confirm>
    </Page>
  );
}

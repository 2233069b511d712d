import { Button, Select, TextInput } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useState } from 'react';
import type { Reply } from '../../api.ts';
import { To } from '../../parts/address.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { callPerson } from '../../parts/person-name.tsx';
import { useChange, useRoute } from '../../query.ts';
import { PersonSearch } from '../../segments/person-search.tsx';
import { useSession } from '../../session/workspace.tsx';
import css from './mail.module.css';

type Person = Reply<'listPeople'>['items'][number];

interface SendTestProps {
  /** The key of the mail. */
  template: string;
  /** What is sent: the draft on the screen, or what is live. */
  body: unknown;
  /** Of the step that sends it. */
  topic?: string | undefined;
  /** As whom it is looked at. */
  person?: Person | null;
}

/** Sends the mail to a colleague, as it stands. */
export function SendTest(props: SendTestProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="xs" variant="default" leftSection={<IconSend size={14} />} onClick={() => setOpen(true)}>
        Send a test
      </Button>
      {open && <TestDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function TestDialog({ template, body, topic, person: first = null, onClose }: SendTestProps & { onClose: () => void }) {
  const { name, email } = useSession();
  const colleagues = useRoute('listColleagues', undefined).data?.items;
  const [chosen, setChosen] = useState<string | null>(email);
  const [own, setOwn] = useState('');
  const [person, setPerson] = useState<Person | null>(first);
  const test = useChange('testTemplate', ['listMailbox', 'listAudit']);
  const change = useChange('changeColleague', ['listColleagues', 'getSession']);
  const reachable = (colleagues ?? []).filter((each) => each.email !== null);
  const me = colleagues?.find((each) => each.name === name);
  const asksOwn = colleagues !== undefined && reachable.length === 0;
  const to = asksOwn ? own.trim() : (chosen ?? reachable[0]?.email ?? '');
  const send = async (): Promise<void> => {
    if (asksOwn && me) await change.mutateAsync({ params: { id: me.id }, body: { email: to } });
    await test.mutateAsync({
      params: { key: template },
      body: { body, to, ...(person ? { person: person.id } : {}), ...(topic === undefined ? {} : { topic }) },
    });
  };
  const sent = test.data;
  return (
    <FormDialog
      onClose={onClose}
      title="Send a test"
      problem={change.error ?? test.error}
      action={sent ? 'Send it again' : 'Send it'}
      ready={to !== ''}
      busy={change.isPending || test.isPending}
      onSave={send}
    >
      {asksOwn ? (
        <TextInput
          label="Your address"
          description="Tests go to colleagues only, and nobody has an address here yet. It is kept as yours."
          type="email"
          value={own}
          autoComplete="email"
          data-autofocus
          onChange={(event) => setOwn(event.currentTarget.value)}
        />
      ) : (
        <Select
          label="To"
          description={
            <>
              Tests go to colleagues only.{' '}
              <To to="settings" search={{ tab: 'colleagues' }} className="text-link">
                Who they are
              </To>
            </>
          }
          data={reachable.map((each) => ({ value: each.email!, label: `${each.name} · ${each.email}` }))}
          value={to === '' ? null : to}
          allowDeselect={false}
          data-autofocus
          onChange={setChosen}
        />
      )}
      <div className={css.asWhom}>
        <span>Written as for {person ? callPerson(person) : 'somebody of whom nothing is known'}</span>
        <PersonSearch label="Write it as for somebody" onPick={setPerson} />
      </div>
      <p className="faint">
        It goes out at once, by the way that the mail of this workspace takes. It tracks nothing, and its link to unsubscribe unsubscribes
        nobody.
      </p>
      {sent && (
        <p className={css.sent} role="status">
          “{sent.subject}” was sent to {sent.to}.{' '}
          {sent.mailbox !== null && (
            <To to="mailbox" search={{ peek: sent.mailbox }} className="text-link">
              It stands in the mailbox
            </To>
          )}
        </p>
      )}
    </FormDialog>
  );
}

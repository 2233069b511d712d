import { Button, TextInput } from '@mantine/core';
import { IconPencilPlus } from '@tabler/icons-react';
import { type FocusEvent, type KeyboardEvent, useRef, useState } from 'react';
import { keyOf } from '../../definitions/key-of.ts';
import type { Reply } from '../../api.ts';
import { redo, undo } from '../../parts/history.ts';
import { ProblemView } from '../../parts/problem.tsx';
import { Section } from '../../parts/page.tsx';
import { Segmented } from '../../parts/segmented.tsx';
import { Bones } from '../../parts/skeleton.tsx';
import { Chip } from '../../parts/tone.tsx';
import { useChange, useRoute } from '../../query.ts';
import { freshKey } from '../edit/moves.ts';
import { SaveState } from '../edit/save-state.tsx';
import { useDraft } from '../edit/use-draft.ts';
import { useAround } from '../steps/context.ts';
import { TemplatePreview } from '../template-preview.tsx';
import { InsertField } from './insert-field.tsx';
import { MailBlocks, type Written } from './mail-blocks.tsx';
import { blankMail, fallbacksOf, type Mail, mailReading } from './mail-draft.ts';
import css from './mail.module.css';
import { MailPreview } from './mail-preview.tsx';
import { SendTest } from './send-test.tsx';

type Person = Reply<'listPeople'>['items'][number];

/** The mail of a send step, written where it stands. What is written is the draft of its template, which goes live with the journey. */
export function MailEditor({ template, topic, onMade }: { template: string | null; topic: string; onMade: (template: string) => void }) {
  return template === null ? <NewMail onMade={onMade} /> : <OneMail template={template} topic={topic} />;
}

function NewMail({ onMade }: { onMade: (template: string) => void }) {
  const { journey, journeyKey } = useAround();
  const rows = useRoute('listDefinitions', { query: {} }).data?.items;
  const put = useChange('putDefinition', ['listDefinitions']);
  const begin = async (): Promise<void> => {
    const taken = new Set((rows ?? []).filter((row) => row.kind === 'template').map((row) => row.key));
    const key = freshKey(taken, `${keyOf(journeyKey).slice(0, 50) || 'journey'}-mail`);
    await put.mutateAsync({
      params: { kind: 'template', key },
      body: { body: blankMail(`${journey.name || journeyKey}: ${key.replace(/^.*-mail/, 'mail')}`) },
    });
    onMade(key);
  };
  return (
    <div>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPencilPlus size={15} />}
        disabled={rows === undefined}
        loading={put.isPending}
        onClick={() => void begin().catch(() => undefined)}
      >
        Write the mail here
      </Button>
      {put.error && <ProblemView problem={put.error} />}
    </div>
  );
}

function OneMail({ template, topic }: { template: string; topic: string }) {
  const definition = useRoute('getDefinition', { params: { kind: 'template', key: template } });
  if (definition.error) return <ProblemView problem={definition.error} />;
  if (!definition.data) return <Bones lines={5} />;
  const mail = mailReading.read(definition.data.draft);
  return mail === null ? (
    <TemplatePreview template={template} topic={topic} />
  ) : (
    <Write definition={definition.data} first={mail} topic={topic} />
  );
}

function Write({ definition, first, topic }: { definition: Reply<'getDefinition'>; first: Mail; topic: string }) {
  const draft = useDraft<Mail>(definition, first, mailReading);
  const [view, setView] = useState<'write' | 'preview'>('write');
  const [person, setPerson] = useState<Person | null>(null);
  const last = useRef<Parameters<Written> | null>(null);
  const onWrite: Written = (...field) => {
    last.current = field;
  };
  const { now: mail, edit } = draft;
  const insert = (liquid: string): void => {
    if (!last.current) return void edit({ ...mail, subject: `${mail.subject} ${liquid}` }, 'insert a field');
    const [field, take] = last.current;
    field.setRangeText(liquid, field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length, 'end');
    take(field.value);
    requestAnimationFrame(() => field.focus());
  };
  const undoHere = (event: KeyboardEvent): void => {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || (key !== 'z' && key !== 'y')) return;
    draft.setHistory(key === 'y' || event.shiftKey ? redo : undo);
    event.preventDefault();
    event.stopPropagation();
  };
  const line = (name: 'name' | 'subject' | 'preheader') => ({
    value: mail[name],
    autoComplete: 'off',
    maxLength: name === 'name' ? 200 : 300,
    onChange: (event: { currentTarget: { value: string } }) => edit({ ...mail, [name]: event.currentTarget.value }, name),
    onFocus: (event: FocusEvent<HTMLInputElement>) =>
      name !== 'name' && onWrite(event.currentTarget, (text) => edit({ ...mail, [name]: text }, name)),
  });
  return (
    <Section
      title="The mail"
      action={
        definition.version === null || definition.hasDraft ? (
          <Chip tone="warn">Goes live with the journey</Chip>
        ) : (
          <Chip>Version {definition.version}</Chip>
        )
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: undo in a mail is of the mail, not of the journey around it */}
      <div className={css.mail} onKeyDown={undoHere}>
        <div className={css.bar}>
          <Segmented
            label="The mail"
            value={view}
            choices={[
              { value: 'write', label: 'Write' },
              { value: 'preview', label: 'Preview' },
            ]}
            onChange={setView}
          />
          {view === 'write' && <InsertField onPick={insert} />}
          <span className={css.space} />
          <SendTest template={definition.key} body={mail} topic={topic} person={person} />
        </div>
        {view === 'preview' ? (
          <MailPreview mail={mail} person={person} onPerson={setPerson} />
        ) : (
          <>
            <TextInput label="Name" description="For colleagues" {...line('name')} />
            <TextInput label="Subject" data-first {...line('subject')} />
            <TextInput label="Preheader" description="Stands beside the subject in a list of mails" {...line('preheader')} />
            <MailBlocks mail={mail} onChange={edit} onWrite={onWrite} />
            <Fallbacks mail={mail} onChange={edit} />
          </>
        )}
        {draft.mistakes.map((mistake) => (
          <p key={mistake.path + mistake.message} className={css.wrong}>
            {mistake.path}: {mistake.message}
          </p>
        ))}
        <SaveState {...draft} />
      </div>
    </Section>
  );
}

/** What stands in place of a trait that somebody does not have. */
function Fallbacks({ mail, onChange }: { mail: Mail; onChange: (mail: Mail, did: string) => void }) {
  const used = fallbacksOf(mail);
  if (used.length === 0) return null;
  return (
    <div className={css.fallbacks}>
      {used.map(({ path, instead }) => (
        <TextInput
          key={path}
          label={`Where ${path} is not known`}
          placeholder="Nothing"
          value={instead}
          maxLength={500}
          autoComplete="off"
          onChange={(event) => {
            const { [path]: _gone, ...rest } = mail.fallbacks;
            const text = event.currentTarget.value;
            onChange({ ...mail, fallbacks: text === '' ? rest : { ...rest, [path]: text } }, `fallback of ${path}`);
          }}
        />
      ))}
    </div>
  );
}

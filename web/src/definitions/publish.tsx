import { Textarea } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Reply } from '../api.ts';
import { plural } from '../parts/number.ts';
import { said } from '../parts/notify.ts';
import { FormDialog } from '../parts/form-dialog.tsx';
import { useChange } from '../query.ts';
import { toText } from './definition-text.ts';
import css from './definition-page.module.css';
import { DiffView } from './diff-view.tsx';
import { MistakeList } from './mistake-list.tsx';

/** What stands of everybody as soon as it is published, and not only of those to whom something happens. */
const isBrought = new Set<string>(['segment', 'score', 'grade', 'field'] satisfies Reply<'getDefinition'>['kind'][]);

/** What becomes live, what deserves a second look, and a note for those who ask later. */
export function Publish({ open, definition, onClose }: { open: boolean; definition: Reply<'getDefinition'>; onClose: () => void }) {
  const { kind, key } = definition;
  const [note, setNote] = useState('');
  const publish = useChange('publishDefinition', [
    'getDefinition',
    'listDefinitions',
    'listVersions',
    'listJourneys',
    'lifecycleBoard',
    'getHome',
  ]);
  const { mutate: makePlan, data: plan } = useChange('makePlan');
  useEffect(() => {
    if (open) makePlan({ body: { definitions: [{ kind, key, body: definition.draft }] } });
  }, [open, makePlan, kind, key, definition.draft]);
  const change = plan?.changes.find((one) => one.kind === kind && one.key === key);
  const close = (): void => {
    setNote('');
    publish.reset();
    onClose();
  };
  const go = async (): Promise<void> => {
    const { version } = await publish.mutateAsync({ params: { kind, key }, body: { note: note.trim() } });
    said(`Version ${version} is live.`);
    close();
  };
  return (
    <FormDialog
      open={open}
      onClose={close}
      title={`Publish ${definition.name || key}`}
      size={720}
      problem={publish.error}
      action="Publish"
      ready={definition.mistakes.length === 0}
      busy={publish.isPending}
      onSave={go}
    >
      <p className="quiet">
        It becomes version {(definition.version ?? 0) + 1}{' '}
        {isBrought.has(definition.kind) ? 'and is brought to everybody.' : 'and decides from the next event on.'}
      </p>
      {definition.mistakes.length > 0 && (
        <>
          <p className={css.warning}>{plural(definition.mistakes.length, 'mistake')} must be mended first.</p>
          <MistakeList places={definition.mistakes} />
        </>
      )}
      {change && change.inFlight > 0 && (
        <p className={css.warning}>
          {plural(change.inFlight, 'person is', 'people are')} in this journey. They go on under the version that they entered by.
        </p>
      )}
      {change?.unsafe.map((sentence) => (
        <p key={sentence} className={css.warning}>
          {sentence}
        </p>
      ))}
      <DiffView
        before={toText(kind, definition.published)}
        after={toText(kind, definition.draft)}
        label={definition.version === null ? 'All of it is new' : `Since version ${definition.version}`}
      />
      <Textarea
        label="Note"
        description="What changed and why, for the list of versions"
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        autosize
        minRows={2}
        maxLength={500}
        data-autofocus
      />
    </FormDialog>
  );
}

import { Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Body, Reply } from '../api.ts';
import { said } from '../parts/notify.ts';
import { FormDialog } from '../parts/form-dialog.tsx';
import { upper } from '../parts/upper.ts';
import { useChange, useTrial } from '../query.ts';
import { useNow } from '../session/workspace.tsx';
import { PublishesOpen } from './left-open.tsx';
import { SayReview } from './say-review.tsx';
import { usePlanned, WhatChanges } from './what-changes.tsx';
import { whatItTakes } from './what-it-takes.ts';

/** What stands of everybody as soon as it is published, and not only of those to whom something happens. */
const isBrought = new Set<string>(['segment', 'score', 'grade', 'field'] satisfies Reply<'getDefinition'>['kind'][]);

interface PublishProps {
  open: boolean;
  definition: Reply<'getDefinition'>;
  onClose: () => void;
  /** What changes, shown as its kind is best looked at; the text stands under it, folded. */
  changes?: ReactNode;
  /** What a place in the draft is called, where a path says little (its path). */
  where?: (path: string) => string;
  /** How it is brought to people: what says so, and the plan; `undefined` while it cannot be read. */
  how?: { fields: ReactNode; ramp: Body<'publishDefinition'>['ramp'] | undefined };
  /** It is live, for everybody; so many people are under way in versions before it. */
  onPublished?: (underWay: number) => void;
}

/** What becomes live, what deserves a second look, what it still takes, a note for those who ask later, and a tick for what is left open. */
export function Publish({ open, definition, onClose, changes, where, how, onPublished }: PublishProps) {
  const { kind, key, review } = definition;
  const takes = whatItTakes(review, useNow());
  /** Null until somebody writes one: then it is what was said to the reviewer. */
  const [written, setWritten] = useState<string | null>(null);
  const note = written ?? (takes === 'nothing' ? (review.asked?.note ?? '') : '');
  const [reason, setReason] = useState('');
  const publish = useChange('publishDefinition', [
    'getDefinition',
    'listDefinitions',
    'listVersions',
    'listJourneys',
    'listReviews',
    'getRamp',
    'lifecycleBoard',
    'getHome',
  ]);
  const ask = useChange('askForReview', ['getDefinition', 'listReviews', 'listAudit']);
  const change = usePlanned(definition, open);
  // Asked anew each time: what was left open a moment ago may have been mended.
  const check = useTrial('checkDefinition', open ? { params: { kind, key } } : null, { staleTime: 0 });
  const beyond = change?.beyond ?? [];
  // What takes a reason is answered by it.
  const warnings = open && !check.isFetching ? check.data?.warnings.filter(({ message }) => !beyond.includes(message)) : undefined;
  /** What was ticked is what was listed then: what comes to be left open later asks again. */
  const [taken, setTaken] = useState('');
  const listed = JSON.stringify(warnings?.map(({ path, message }) => [path, message]));
  const close = (): void => {
    setWritten(null);
    setReason('');
    setTaken('');
    publish.reset();
    ask.reset();
    onClose();
  };
  const go = async (): Promise<void> => {
    const ramp = how?.ramp ?? null;
    const { version } = await publish.mutateAsync({ params: { kind, key }, body: { note: note.trim(), ramp, reason: reason.trim() } });
    said(ramp ? `Version ${version} is live, for a growing share of those who enter.` : `Version ${version} is live.`);
    close();
    if (!ramp) onPublished?.(change?.inFlight ?? 0);
  };
  const request = async (): Promise<void> => {
    await ask.mutateAsync({ params: { kind, key }, body: { note: note.trim() } });
    setWritten(null);
    said('A review is asked for. It stands under Reviews until somebody answers.');
  };
  const asks = takes === 'request';
  const answered = warnings !== undefined && (warnings.length === 0 || taken === listed);
  const lacksReason = beyond.length > 0 && reason.trim() === '';
  return (
    <FormDialog
      open={open}
      onClose={close}
      title={`Publish ${definition.name || key}`}
      size={720}
      problem={asks ? ask.error : (publish.error ?? check.error)}
      action={asks ? 'Ask for a review' : 'Publish'}
      ready={
        definition.mistakes.length === 0 &&
        (asks || (takes === 'nothing' && change !== undefined && !lacksReason && answered && (how === undefined || how.ramp !== undefined)))
      }
      busy={publish.isPending || ask.isPending}
      onSave={asks ? request : go}
    >
      <p className="quiet">
        It becomes version {(definition.version ?? 0) + 1}{' '}
        {isBrought.has(definition.kind) ? 'and is brought to everybody.' : 'and decides from the next event on.'}
      </p>
      <SayReview review={review} />
      {open && (
        <WhatChanges
          definition={definition}
          change={change}
          drawn={changes}
          leftOpen={takes === 'nothing' ? undefined : warnings}
          where={where}
        />
      )}
      {takes === 'nothing' && beyond.length > 0 && (
        <Textarea
          label="Why it goes beyond the budget"
          description={`${beyond.map((each) => `${upper(each)}.`).join(' ')} The audit keeps the reason.`}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          required
          autosize
          minRows={2}
          maxLength={500}
        />
      )}
      {takes === 'nothing' && how?.fields}
      {(asks || takes === 'nothing') && (
        <Textarea
          label="Note"
          description={asks ? 'What changed and why, for whoever reviews it' : 'What changed and why, for the list of versions'}
          value={note}
          onChange={(event) => setWritten(event.currentTarget.value)}
          autosize
          minRows={2}
          maxLength={500}
          data-autofocus
        />
      )}
      {takes === 'nothing' && definition.mistakes.length === 0 && warnings && warnings.length > 0 && (
        <PublishesOpen warnings={warnings} where={where} taken={taken === listed} onTake={(take) => setTaken(take ? listed! : '')} />
      )}
    </FormDialog>
  );
}

import { kindNames } from 'contract:words';
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { call, type Reply } from '../../api.ts';
import { ReviewChip } from '../../definitions/say-review.tsx';
import { whatItTakes } from '../../definitions/what-it-takes.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { said } from '../../parts/notify.ts';
import { plural } from '../../parts/number.ts';
import { keyOf, useChange } from '../../query.ts';
import { useNow } from '../../session/workspace.tsx';

type Row = Reply<'listDefinitions'>['items'][number];

/** What is said to the reviewer, and stands with the versions. */
const noteFor = (journey: string): string => `for the journey ${journey}`;

/** "2 mails", or where others are among them "3 drafts". */
export const sayPending = (pending: readonly Row[]): string =>
  plural(pending.length, pending.every(({ kind }) => kind === 'template') ? 'mail' : 'draft');

/** Publishes what a journey needs to be live, its mails above all, or asks for the reviews that this still takes. */
export function PublishFirst({
  open,
  journey,
  pending,
  onClose,
  onPublished,
}: {
  open: boolean;
  /** Its key. */
  journey: string;
  pending: readonly Row[];
  onClose: () => void;
  onPublished: () => void;
}) {
  const now = useNow();
  const [busy, setBusy] = useState(false);
  const publish = useChange('publishDefinition', ['getDefinition', 'listDefinitions', 'listReviews', 'exportSet']);
  const ask = useChange('askForReview', ['getDefinition', 'listReviews', 'listAudit']);
  const drafts = useQueries({
    queries: pending.map(({ kind, key }) => {
      const args = { params: { kind, key } };
      return { queryKey: keyOf('getDefinition', args), queryFn: () => call('getDefinition', args), enabled: open };
    }),
  }).map((query) => query.data as Reply<'getDefinition'> | undefined);
  const taking = drafts.map((draft) => (draft ? whatItTakes(draft.review, now) : null));
  const unasked = pending.filter((_, index) => taking[index] === 'request');
  const ready = taking.every((takes) => takes === 'nothing');
  const each = async (rows: readonly Row[], one: (row: Row) => Promise<unknown>): Promise<void> => {
    setBusy(true);
    try {
      for (const row of rows) await one(row);
    } finally {
      setBusy(false);
    }
  };
  const go = async (): Promise<void> => {
    const note = noteFor(journey);
    if (unasked.length > 0) {
      await each(unasked, ({ kind, key }) => ask.mutateAsync({ params: { kind, key }, body: { note } }));
      said('Reviews are asked for. They stand under Reviews until somebody answers.');
      return;
    }
    await each(pending, ({ kind, key }) => publish.mutateAsync({ params: { kind, key }, body: { note } }));
    onPublished();
  };
  return (
    <FormDialog
      open={open}
      onClose={() => {
        publish.reset();
        ask.reset();
        onClose();
      }}
      title={pending.every(({ kind }) => kind === 'template') ? 'Its mails go live first' : 'What it needs goes live first'}
      problem={publish.error ?? ask.error}
      action={unasked.length > 0 ? `Ask for ${plural(unasked.length, 'review')}` : `Publish ${sayPending(pending)}`}
      ready={ready || unasked.length > 0}
      busy={busy}
      onSave={go}
    >
      <p className="quiet">These were written or changed, and are not live yet. The journey itself comes next.</p>
      <ul>
        {pending.map((row, index) => (
          <li key={`${row.kind}/${row.key}`}>
            {row.name || row.key}{' '}
            <span className="faint">
              {row.kind === 'template' ? '' : `${kindNames[row.kind].name.toLowerCase()}, `}
              {row.version === null ? 'new' : `changed since version ${row.version}, for every journey that sends it`}
            </span>{' '}
            {drafts[index] && <ReviewChip review={drafts[index].review} />}
          </li>
        ))}
      </ul>
      {unasked.length > 0 && <p className="quiet">Another colleague approves them first.</p>}
    </FormDialog>
  );
}

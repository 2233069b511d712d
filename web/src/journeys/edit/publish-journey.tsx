import { useState } from 'react';
import type { Journey } from '#contract/journey.ts';
import type { Reply } from '../../api.ts';
import { Publish } from '../../definitions/publish.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { said } from '../../parts/notify.ts';
import { plural } from '../../parts/number.ts';
import { useChange, useRoute } from '../../query.ts';

/** The templates that a journey sends. */
const templatesOf = (journey: Journey): Set<string> =>
  new Set(
    journey.steps.flatMap((step) => {
      if (step.kind === 'send') return [step.template ?? '', ...step.variants.map((variant) => variant.template)];
      if (step.kind === 'nurture') return step.contents.map((content) => content.template);
      return step.kind === 'webhook' ? [step.template ?? ''] : [];
    }),
  );

type Row = Reply<'listDefinitions'>['items'][number];
/** Those among them whose draft is not what is live. */
export function usePending(journey: Journey): Row[] {
  const rows = useRoute('listDefinitions', { query: {} }).data?.items ?? [];
  const used = templatesOf(journey);
  return rows.filter((row) => row.kind === 'template' && used.has(row.key) && (row.version === null || row.hasDraft));
}

/** Publishes a journey: first the mails that were written for it, then the journey itself. */
export function PublishJourney({
  open,
  definition,
  pending,
  onClose,
}: {
  open: boolean;
  definition: Reply<'getDefinition'>;
  pending: readonly Row[];
  onClose: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const publish = useChange('publishDefinition', ['getDefinition', 'listDefinitions', 'exportSet']);
  const go = async (): Promise<void> => {
    setBusy(true);
    try {
      for (const { key } of pending)
        await publish.mutateAsync({ params: { kind: 'template', key }, body: { note: `for the journey ${definition.key}` } });
    } finally {
      setBusy(false);
    }
    // Where only mails were changed, nothing is left to publish.
    if (definition.version !== null && !definition.hasDraft) {
      said(pending.length === 1 ? 'The mail is live.' : 'The mails are live.');
      onClose();
    }
  };
  const mailsFirst = pending.length > 0;
  return (
    <>
      <FormDialog
        open={open && mailsFirst}
        onClose={() => {
          publish.reset();
          onClose();
        }}
        title="Its mails go live first"
        problem={publish.error}
        action={`Publish ${plural(pending.length, 'mail')}`}
        busy={busy}
        onSave={go}
      >
        <p className="quiet">These were written or changed, and are not live yet. The journey itself comes next.</p>
        <ul>
          {pending.map((row) => (
            <li key={row.key}>
              {row.name || row.key}{' '}
              <span className="faint">
                {row.version === null ? 'new' : `changed since version ${row.version}, for every journey that sends it`}
              </span>
            </li>
          ))}
        </ul>
      </FormDialog>
      <Publish open={open && !mailsFirst} definition={definition} onClose={onClose} />
    </>
  );
}

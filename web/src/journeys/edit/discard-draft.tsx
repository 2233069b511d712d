import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Reply } from '../../api.ts';
import { useGo } from '../../parts/address.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { said } from '../../parts/notify.ts';
import { useChange } from '../../query.ts';
import css from './edit-journey.module.css';

/** Throws the draft away; a journey that was never published goes with it. `save` ends what is still being saved. */
export function DiscardDraft({ definition, save }: { definition: Reply<'getDefinition'>; save: () => Promise<boolean> }) {
  const { key, version, hasDraft } = definition;
  const [open, setOpen] = useState(false);
  const go = useGo();
  const never = version === null;
  const discard = useChange(
    'discardDraft',
    never ? ['listDefinitions', 'listJourneys'] : ['getDefinition', 'listDefinitions', 'listJourneys'],
  );
  if (!never && !hasDraft) return null;
  return (
    <>
      <Button size="xs" variant="subtle" color="gray" className={css.fixed ?? ''} onClick={() => setOpen(true)}>
        Discard draft
      </Button>
      <Confirm
        open={open}
        onClose={() => setOpen(false)}
        danger
        title="Discard the draft"
        action="Discard"
        onConfirm={async () => {
          await save();
          await discard.mutateAsync({ params: { kind: 'journey', key } });
          said('The draft was thrown away.');
          if (never) go('journeys');
        }}
      >
        {never ? 'It was never published, so the journey goes with it.' : `The draft becomes what is live: version ${version}.`}
      </Confirm>
    </>
  );
}

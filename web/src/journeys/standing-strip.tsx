import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Reply } from '../api.ts';
import { Confirm } from '../parts/confirm.tsx';
import { said } from '../parts/notify.ts';
import { Time } from '../parts/time.tsx';
import { useChange } from '../query.ts';
import { standingTouches } from './end-journey.tsx';
import css from './ramp-strip.module.css';

/** Says that a journey is retired or archived, since when and why, and brings it back by one step. */
export function StandingStrip({ definition }: { definition: Reply<'getDefinition'> }) {
  const { key, name, version, retirement, archivedAt } = definition;
  const [asked, setAsked] = useState(false);
  const restore = useChange('restoreJourney', [...standingTouches]);
  if (!retirement && archivedAt === null) return null;
  const bringBack = async (): Promise<void> => {
    const after = await restore.mutateAsync({ params: { key } });
    said(after.retired || version === null ? `${name} is in the list again.` : `${name} is in force again, as version ${version}.`);
  };
  return (
    <section className={css.strip} aria-label={archivedAt === null ? 'Retired' : 'Archived'}>
      <div className={css.words}>
        {archivedAt !== null && (
          <p>
            <strong>Archived</strong> <Time at={archivedAt} />: it is out of the list and takes nobody.
          </p>
        )}
        {retirement && (
          <p>
            <strong>Retired</strong> by {retirement.by} <Time at={retirement.at} />: {retirement.reason}
          </p>
        )}
        {archivedAt === null && <p className="quiet">Nobody enters; whoever is under way goes on to the end.</p>}
      </div>
      <div className={css.acts}>
        <Button size="xs" variant="default" onClick={() => setAsked(true)}>
          {archivedAt === null ? 'Put in force again' : 'Bring back into the list'}
        </Button>
      </div>
      <Confirm
        open={asked}
        onClose={() => setAsked(false)}
        title={archivedAt === null ? `Put ${name} in force again` : `Bring ${name} back`}
        action={archivedAt === null ? 'Put in force' : 'Bring back'}
        onConfirm={bringBack}
      >
        {archivedAt === null
          ? `People enter by version ${version} again, from the next event on.`
          : retirement
            ? 'It stands in the list again, retired. It can be put in force from there.'
            : 'It stands in the list again.'}
      </Confirm>
    </section>
  );
}

import { Textarea } from '@mantine/core';
import { useState } from 'react';
import type { DefinitionKind } from '#contract/definition.ts';
import type { ProblemError } from '../api.ts';
import { Linked } from '../definitions/linked.tsx';
import { To } from '../parts/address.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { useNameOf } from '../parts/names.tsx';
import { said } from '../parts/notify.ts';
import { plural } from '../parts/number.ts';
import { useChange } from '../query.ts';

export type End = 'retire' | 'archive';
export const standingTouches = ['getDefinition', 'listDefinitions', 'listJourneys', 'getRamp', 'listAudit', 'getHome'] as const;

const words = {
  retire: { title: 'Retire', action: 'Retire', done: 'is retired: nobody enters it any more' },
  archive: { title: 'Archive', action: 'Archive', done: 'is archived. The list shows it when its filter says “archived”' },
} as const satisfies Record<End, object>;

/** Takes a journey out of force, or out of the list, for a reason; says who or what stands against it. */
export function EndJourney({
  end,
  journey,
  onClose,
}: {
  end: End;
  journey: { key: string; name: string; live: number; inForce: boolean };
  onClose: () => void;
}) {
  const { key, name, live, inForce } = journey;
  const [reason, setReason] = useState('');
  const retire = useChange('retireJourney', [...standingTouches]);
  const archive = useChange('archiveJourney', [...standingTouches]);
  const change = end === 'retire' ? retire : archive;
  const { title, action, done } = words[end];
  const save = async (): Promise<void> => {
    await change.mutateAsync({ params: { key }, body: { reason: reason.trim() } });
    said(`${name} ${done}.`);
    onClose();
  };
  return (
    <FormDialog
      onClose={onClose}
      title={`${title} ${name}`}
      problem={change.error?.bare ?? null}
      remedy={change.error && <InTheWay journeyKey={key} problem={change.error} />}
      action={action}
      ready={reason.trim() !== ''}
      busy={change.isPending}
      onSave={save}
    >
      <p className="quiet">
        {end === 'retire'
          ? `Nobody enters any more. ${sayInside(live)} It can be put in force again.`
          : `It leaves the list. ${inForce ? 'Nobody enters any more. ' : ''}That takes that nobody is under way in it. What it did is kept, and it can be brought back.`}
      </p>
      <Textarea
        label="Why"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        autosize
        minRows={2}
        maxLength={500}
        data-autofocus
      />
    </FormDialog>
  );
}

const sayInside = (live: number): string =>
  live === 0
    ? 'Nobody is under way in it.'
    : `${plural(live, 'person is', 'people are')} under way in it, and ${live === 1 ? 'goes' : 'go'} on to the end by the version that they have.`;

/** Who is still under way, or which other definitions refer to it. */
function InTheWay({ journeyKey, problem }: { journeyKey: string; problem: ProblemError }) {
  const nameOf = useNameOf();
  const { people } = (problem.details ?? {}) as { people?: number };
  if (problem.code === 'journey-used' && people !== undefined)
    return (
      <p>
        <To to="people" search={{ journey: journeyKey }} className="text-link">
          {plural(people, 'person is', 'people are')} under way in it
        </To>
      </p>
    );
  if (problem.code !== 'journey-needed') return null;
  const places = problem.details as { kind: DefinitionKind; key: string }[];
  const others = [...new Map(places.map((place) => [`${place.kind}/${place.key}`, place])).values()];
  return <Linked items={others.map(({ kind, key }) => ({ kind, key, name: nameOf(kind, key) }))} nothing="" />;
}

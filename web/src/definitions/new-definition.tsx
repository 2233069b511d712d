import { Select } from '@mantine/core';
import { kindNames } from 'contract:words';
import { useState } from 'react';
import type { DefinitionKind } from '#contract/definition.ts';
import { StartDraft } from './start-draft.tsx';
import { single, starters } from './starters.ts';

const kinds = Object.keys(kindNames) as DefinitionKind[];

/** Starts a draft of a kind under a key. */
export function NewDefinition({
  kind: given = 'journey',
  taken,
  onClose,
}: {
  kind: DefinitionKind | undefined;
  taken: ReadonlySet<string>;
  onClose: () => void;
}) {
  const [kind, setKind] = useState(given);
  return (
    <StartDraft
      kind={kind}
      title="New definition"
      promise="Nothing changes for anybody before you publish it."
      isTaken={(key) => taken.has(`${kind}/${key}`)}
      only={single.includes(kind) ? 'main' : undefined}
      bodyOf={starters[kind]}
      page={(key) => ({ to: `definitions/${kind}/${key}` })}
      before={
        <Select
          label="Kind"
          data={kinds.map((value) => ({ value, label: kindNames[value].name }))}
          value={kind}
          onChange={(next) => setKind(next as DefinitionKind)}
          allowDeselect={false}
        />
      }
      onClose={onClose}
    />
  );
}

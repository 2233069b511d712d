import { Autocomplete, TextInput } from '@mantine/core';
import { useState } from 'react';
import { keyOf } from '../definitions/key-of.ts';
import { freshKey } from '../journeys/edit/moves.ts';
import { Section } from '../parts/page.tsx';
import { useRoute } from '../query.ts';
import { useAsking } from './context.ts';
import css from './starters.module.css';

/** What it is called and who answers for it. */
export function CarePart() {
  const { starter, here, answers, change } = useAsking();
  const owners = useRoute('getVocabulary', undefined, { staleTime: 60_000 }).data?.owners ?? [];
  const [ownKey, setOwnKey] = useState(answers.key !== '' && !answers.key.startsWith(keyOf(answers.name)));
  const keys = new Set(here.names.journey.keys());
  const taken = here.taken.has(`journey/${answers.key}`);
  return (
    <Section title="Name and care">
      <div className={css.care}>
        <TextInput
          label="Name"
          placeholder={starter.journey.name}
          value={answers.name}
          maxLength={200}
          autoComplete="off"
          onChange={(event) => {
            const name = event.currentTarget.value;
            change((now) => ({ ...now, name, ...(ownKey ? {} : { key: freshKey(keys, keyOf(name)) }) }));
          }}
        />
        <TextInput
          label="Key"
          description="How files and other journeys call it; it stays"
          value={answers.key}
          maxLength={63}
          autoComplete="off"
          spellCheck={false}
          error={taken ? 'This key is taken. Choose another.' : null}
          onChange={(event) => {
            const key = event.currentTarget.value;
            setOwnKey(true);
            change((now) => ({ ...now, key }));
          }}
        />
        <Autocomplete
          label="Who answers for it"
          description="By e-mail; its tasks go there too"
          data={owners}
          value={answers.owner}
          maxLength={200}
          autoComplete="off"
          onChange={(owner) => change((now) => ({ ...now, owner }))}
        />
        <TextInput
          label="Folder"
          description="May be left empty"
          value={answers.folder}
          maxLength={100}
          autoComplete="off"
          onChange={(event) => {
            const folder = event.currentTarget.value;
            change((now) => ({ ...now, folder }));
          }}
        />
      </div>
    </Section>
  );
}

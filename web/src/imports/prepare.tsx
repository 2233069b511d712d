import { Button, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import type { ImportSettings } from '#contract/import.ts';
import type { ImportDetail } from '#contract/routes/imports.ts';
import { To } from '../parts/address.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { said } from '../parts/notify.ts';
import { plural } from '../parts/number.ts';
import { Section } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';
import { useChange } from '../query.ts';
import { Basis } from './basis.tsx';
import { emptyBasis, type BasisDraft, toBasis } from './basis-draft.ts';
import { FirstRows } from './first-rows.tsx';
import css from './import.module.css';
import { Mapping } from './mapping.tsx';
import { Preview } from './preview.tsx';

/** A file before it is run: what its columns are, by which way people come in, why they may be written to, and what would happen. */
export function Prepare({ file }: { file: ImportDetail }) {
  const [mapping, setMapping] = useState<(string | null)[]>(() => file.columns.map((column) => column.guess));
  const [entryPoint, setEntryPoint] = useState<string | null>(file.entryPoints[0]?.key ?? null);
  const [list, setList] = useState<string | null>(null);
  const [draft, setDraft] = useState<BasisDraft>(emptyBasis);
  const [asked, setAsked] = useState(false);
  const run = useChange('runImport', ['getImport', 'listImports', 'listAudit']);
  const cancel = useChange('cancelImport', ['getImport', 'listImports']);

  const basis = toBasis(draft);
  const missing = whatIsMissing(mapping, entryPoint, basis === null, draft);
  const settings: ImportSettings | null =
    missing.length === 0 && entryPoint !== null && basis !== null ? { entryPoint, mapping, basis, list } : null;
  const [looked] = useDebouncedValue(settings, 300);

  return (
    <>
      {file.sameFileAt !== null && (
        <p className={css.notice}>
          The same file was run <Time at={file.sameFileAt} as="date" /> before. Running it again changes only what differs.
        </p>
      )}
      <Section title="What the columns are" hint="A column that is left out is not kept. Empty cells say nothing and take nothing away.">
        <Mapping file={file} mapping={mapping} onChange={setMapping} />
        <FirstRows file={file} />
      </Section>
      <Section title="How these people came in">
        {file.entryPoints.length === 0 ? (
          <p className={css.notice}>
            There is no published entry point of kind import.{' '}
            <To to="definitions" search={{ kind: 'entry-point' }} className="text-link">
              Publish one
            </To>{' '}
            first: it names the source that they carry for good.
          </p>
        ) : (
          <Select
            aria-label="Entry point"
            description="New people carry this source for good and begin where it says. Whoever is known already keeps theirs."
            data={file.entryPoints.map((each) => ({ value: each.key, label: each.name }))}
            value={entryPoint}
            onChange={setEntryPoint}
            allowDeselect={false}
            maw={340}
          />
        )}
      </Section>
      <Section title="Why they may be written to" hint="Without consent that can be proved, people are imported and get no marketing.">
        <Basis draft={draft} onChange={setDraft} columns={file.columns} />
      </Section>
      {file.lists.length > 0 && (
        <Section title="A list to put them on">
          <Select
            aria-label="List"
            description="Everybody of the file is put on it, also whoever is known already. Segments that are kept by hand are lists."
            placeholder="None"
            data={file.lists.map((each) => ({ value: each.key, label: each.name }))}
            value={list}
            onChange={setList}
            clearable
            maw={340}
          />
        </Section>
      )}
      <Section title="What would happen">
        {missing.length > 0 ? (
          <ul className={css.missing}>
            {missing.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        ) : (
          looked && <Preview id={file.id} settings={looked} />
        )}
      </Section>
      <div className={css.buttons}>
        <Button disabled={settings === null} onClick={() => setAsked(true)}>
          Import {plural(file.rows, 'row')}
        </Button>
        <Button
          variant="default"
          loading={cancel.isPending}
          onClick={() =>
            void cancel.mutateAsync({ params: { id: file.id } }).then(
              () => said('The file was thrown away.'),
              () => undefined,
            )
          }
        >
          Throw the file away
        </Button>
      </div>
      <Confirm
        open={asked}
        onClose={() => setAsked(false)}
        title={`Import ${file.fileName}`}
        action="Import"
        onConfirm={async () => {
          if (settings) await run.mutateAsync({ params: { id: file.id }, body: settings });
        }}
      >
        Rows become facts about people, in the background, and journeys that new people enter begin. It can be stopped; what was taken
        stays.
      </Confirm>
    </>
  );
}

const identities = ['email', 'phone', 'userId'];

function whatIsMissing(mapping: (string | null)[], entryPoint: string | null, noBasis: boolean, draft: BasisDraft): string[] {
  const named = mapping.filter((each) => each !== null);
  const twice = [...new Set(named.filter((each, index) => named.indexOf(each) !== index))];
  return [
    ...(named.some((each) => identities.includes(each))
      ? []
      : ['Say which column holds the e-mail, the phone number or your own id, so that people can be told apart.']),
    ...twice.map((each) => `Two columns become ${each}; leave one of them out.`),
    ...(entryPoint === null ? ['Choose how these people came in.'] : []),
    ...(noBasis
      ? [
          draft.basis === null
            ? 'Say why these people may be written to, or that there is no such reason.'
            : draft.basis === 'consent'
              ? 'Consent needs its exact words (at least 10 characters), where the proof lies, and when it was given.'
              : 'Say which contract, or whose interest and where it was weighed.',
        ]
      : []),
  ];
}

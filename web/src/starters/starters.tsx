import { Button } from '@mantine/core';
import { IconFileCode } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import type { Reply } from '../api.ts';
import { To, useAddress } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { plural } from '../parts/number.ts';
import { Page, Section } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { useRoute } from '../query.ts';
import { keepFile, sourceOf } from './answers.ts';
import css from './starters.module.css';
import { Wizard } from './wizard.tsx';

/** Begin a journey from one that exists: choose it, answer what it takes for granted, go on with the draft. */
export function Starters() {
  const [address] = useAddress();
  if (address.from === undefined) return <ChooseStarter />;
  const source = sourceOf(address.from, address.key ?? '');
  return source ? (
    <Wizard key={`${address.from}/${address.key}`} source={source} />
  ) : (
    <Page fit="read" title="Begin from a starter">
      <Empty
        title="The file is not here any more"
        action={
          <Button component={To} to="starters">
            Bring it again
          </Button>
        }
      >
        What a file says stays in the tab in which it was brought.
      </Empty>
    </Page>
  );
}

type Row = Reply<'listStarters'>['items'][number];

function ChooseStarter() {
  const { data, error } = useRoute('listStarters', undefined);
  const rows = data?.items ?? [];
  const own = rows.filter((row) => row.from === 'workspace');
  return (
    <Page
      fit="read"
      title="Begin from a starter"
      purpose="A journey that works elsewhere takes a business for granted. You are asked about yours, and it begins as a draft."
    >
      {error && <ProblemView problem={error} />}
      {!data && !error && <Bones lines={6} />}
      {data && (
        <>
          <Section title="Shipped with Throughline">
            <Choices rows={rows.filter((row) => row.from === 'shipped')} />
          </Section>
          {own.length > 0 && (
            <Section title="Copy one of yours" hint="The copy is another journey; the one that you copy stays as it is.">
              <Choices rows={own} />
            </Section>
          )}
          <Section title="From a file">
            <DropFile />
          </Section>
        </>
      )}
    </Page>
  );
}

const Choices = ({ rows }: { rows: Row[] }) => (
  <ul className={css.starters}>
    {rows.map((row) => (
      <li key={row.key}>
        <To to="starters" search={{ from: row.from, key: row.key }}>
          <strong>{row.name}</strong>
          <span className="quiet">{row.intent}</span>
          <span className="faint">
            {plural(row.steps, 'step')}
            {row.mails > 0 && `, ${plural(row.mails, 'mail')}`}
          </span>
        </To>
      </li>
    ))}
  </ul>
);

/** Where the YAML of a journey is dropped, or chosen with the keyboard. */
function DropFile() {
  const [, setAddress] = useAddress();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const bring = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    const text = await file.text();
    if (text.trim() === '' || text.length > 400_000) {
      setRefused(text.trim() === '' ? 'The file is empty.' : 'The file is longer than any journey. Choose the YAML file of one journey.');
      return;
    }
    keepFile(text);
    setAddress({ from: 'file', key: file.name }, { replace: false });
  };
  return (
    <div
      className={css.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void bring(event.dataTransfer.files[0]);
      }}
    >
      <IconFileCode size={24} stroke={1.4} aria-hidden="true" />
      <p>Drop the YAML file of a journey here, or</p>
      <Button variant="default" onClick={() => input.current?.click()}>
        Choose a file
      </Button>
      <input
        ref={input}
        type="file"
        accept=".yaml,.yml,.json"
        className="visually-hidden"
        tabIndex={-1}
        aria-label="The YAML file of a journey"
        onChange={(event) => void bring(event.currentTarget.files?.[0])}
      />
      {refused && <p role="alert">{refused}</p>}
    </div>
  );
}

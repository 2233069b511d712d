import { Button } from '@mantine/core';
import { IconFileSpreadsheet } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { ProblemView } from '../parts/problem.tsx';
import { useChange } from '../query.ts';
import css from './import.module.css';

/** Where a file is dropped, or chosen with the keyboard. */
export function ChooseFile({ onBrought }: { onBrought: (id: string) => void }) {
  const upload = useChange('uploadImport', ['listImports', 'listAudit']);
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const bring = (file: File | undefined): void => {
    if (!file) return;
    void upload
      .mutateAsync({ query: { name: file.name }, file })
      .then(({ id }) => onBrought(id))
      .catch(() => undefined)
      .finally(() => {
        if (input.current) input.current.value = '';
      });
  };
  return (
    <div className={css.choose}>
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
          bring(event.dataTransfer.files[0]);
        }}
      >
        <IconFileSpreadsheet size={28} stroke={1.4} aria-hidden="true" />
        <p>Drop a CSV file here, or</p>
        <Button onClick={() => input.current?.click()} loading={upload.isPending}>
          Choose a file
        </Button>
        <input
          ref={input}
          type="file"
          accept=".csv,.txt,.tsv,text/csv,text/plain,text/tab-separated-values"
          className="visually-hidden"
          tabIndex={-1}
          aria-label="A CSV file of people"
          onChange={(event) => bring(event.currentTarget.files?.[0])}
        />
        <p className="faint">With the names of the columns in the first line; up to 20 MB and 200,000 rows, as any spreadsheet saves it.</p>
      </div>
      {upload.error && <ProblemView problem={upload.error} />}
    </div>
  );
}

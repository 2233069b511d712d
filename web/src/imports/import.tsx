import { Button } from '@mantine/core';
import { To, useAddress } from '../parts/address.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Chip } from '../parts/tone.tsx';
import { useRoute } from '../query.ts';
import { ChooseFile } from './choose-file.tsx';
import { Earlier } from './earlier.tsx';
import { Prepare } from './prepare.tsx';
import { Progress } from './progress.tsx';
import { stateWords } from './state-words.ts';

/** Bring people from a file: choose it, say what its columns are and why they may be written to, look at what would happen, run it. */
export function Import() {
  const [address, setAddress] = useAddress();
  return address.id === undefined ? (
    <Page fit="read" title="Import" purpose="Bring the people that you know. Nothing happens to anybody before you have looked at it.">
      <ChooseFile onBrought={(id) => setAddress({ id }, { replace: false })} />
      <Earlier />
    </Page>
  ) : (
    <One key={address.id} id={address.id} />
  );
}

function One({ id }: { id: string }) {
  const found = useRoute(
    'getImport',
    { params: { id } },
    { refetchInterval: ({ state }) => (state.data?.status === 'running' ? 1_000 : false), staleTime: 0 },
  );
  const back = (
    <Button component={To} to="import" variant="default">
      Another file
    </Button>
  );
  if (found.error)
    return (
      <Page title="Import" actions={back}>
        <ProblemView problem={found.error} />
      </Page>
    );
  if (!found.data)
    return (
      <Page title="Import">
        <Bones lines={8} />
      </Page>
    );
  const { data } = found;
  return (
    <Page
      fit="read"
      tab={data.fileName}
      title={
        <>
          {data.fileName} <Chip tone={stateWords[data.status].tone}>{stateWords[data.status].word}</Chip>
        </>
      }
      purpose={`${data.rows.toLocaleString('en')} rows, read as ${data.encoding.toUpperCase()} with ${separators[data.delimiter] ?? `"${data.delimiter}"`} between the cells.`}
      actions={back}
    >
      {data.status === 'uploaded' ? <Prepare file={data} /> : <Progress file={data} />}
    </Page>
  );
}

const separators: Record<string, string> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' };

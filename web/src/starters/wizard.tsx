import { Button } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { type ReactNode, useLayoutEffect, useMemo, useRef } from 'react';
import { isObject } from '#contract/json.ts';
import type { Journey } from '#contract/journey.ts';
import type { DefinitionDocument } from '#contract/definition.ts';
import type { StarterSource } from '#contract/starter.ts';
import { hereOf, missingOf, type Open, questionsOf, type Starter, type StarterPart, starterParts } from '#engine/journey/starter.ts';
import type { Reply } from '../api.ts';
import { To, useAddress, useGo } from '../parts/address.tsx';
import { said } from '../parts/notify.ts';
import { plural } from '../parts/number.ts';
import { Page } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { useChange, useRoute, useTrial } from '../query.ts';
import { idOf, useAnswers } from './answers.ts';
import { AudiencePart } from './audience-part.tsx';
import { CarePart } from './care-part.tsx';
import { type Asking, AskingContext } from './context.ts';
import { GoalPart } from './goal-part.tsx';
import { NamesPart } from './names-part.tsx';
import css from './starters.module.css';

const parts: Record<StarterPart, { name: string; body: () => ReactNode }> = {
  names: { name: 'What it takes for granted', body: NamesPart },
  audience: { name: 'Audience and sales', body: AudiencePart },
  goal: { name: 'Goal and timing', body: GoalPart },
  care: { name: 'Name and care', body: CarePart },
};
const partOf = (text: string | undefined): StarterPart => starterParts.find((each) => each === text) ?? 'names';

/** The questions of a starter, part by part; when all are answered, it becomes a draft. */
export function Wizard({ source }: { source: StarterSource }) {
  const id = source.from === 'file' ? idOf({ from: 'file', key: '' }) : idOf(source);
  const [answers, change, forget] = useAnswers(id);
  const looked = useTrial('lookAtStarter', { body: source }, { staleTime: Number.POSITIVE_INFINITY });
  const set = useRoute('exportSet', { query: { what: 'drafts' } }, { staleTime: 0 });
  const rows = useRoute('listDefinitions', { query: {} }).data?.items;
  const seen = useRoute('listSeenEvents', undefined, { staleTime: 60_000 }).data ?? null;
  const here = useMemo(() => {
    if (!set.data || !rows) return null;
    const retired = rows.filter((row) => row.retired);
    const isRetired = (kind: string, key: string): boolean => retired.some((row) => row.kind === kind && row.key === key);
    return hereOf(
      set.data.definitions.filter(({ kind, key }) => !isRetired(kind, key)).map((each) => ({ ...each, body: each.body })),
      retired,
    );
  }, [set.data, rows]);
  const starter = useMemo<Starter | null>(
    () =>
      looked.data
        ? { key: looked.data.key, journey: looked.data.journey as Journey, brings: looked.data.brings as unknown as DefinitionDocument[] }
        : null,
    [looked.data],
  );
  const asking = useMemo<Asking | null>(
    () =>
      starter && here
        ? {
            starter,
            here,
            questions: questionsOf(starter, answers, here),
            drafts: draftsAmong(set.data?.definitions ?? [], rows ?? []),
            seen,
            answers,
            change,
          }
        : null,
    [starter, here, answers, set.data, rows, seen, change],
  );
  const problem = looked.error ?? set.error;
  if (problem || !asking)
    return (
      <Page fit="read" title="Begin from a starter" purpose={<Back />}>
        {problem ? <ProblemView problem={problem} /> : <Bones lines={8} />}
      </Page>
    );
  return (
    <AskingContext.Provider value={asking}>
      <Asked asking={asking} source={source} forget={forget} />
    </AskingContext.Provider>
  );
}

/** What is only a draft, by kind and the name that answers give it: the path of a field, the key of anything else. */
function draftsAmong(definitions: Reply<'exportSet'>['definitions'], rows: Reply<'listDefinitions'>['items']): Set<string> {
  const only = new Set(rows.filter((row) => row.version === null).map((row) => `${row.kind}/${row.key}`));
  return new Set(
    definitions
      .filter(({ kind, key }) => only.has(`${kind}/${key}`))
      .map(({ kind, key, body }) => `${kind}/${kind === 'field' && isObject(body) ? body.path : key}`),
  );
}

const Back = () => (
  <To to="starters" className="text-link">
    All starters
  </To>
);

function Asked({ asking, source, forget }: { asking: Asking; source: StarterSource; forget: () => void }) {
  const { starter, answers, here } = asking;
  const [address, setAddress] = useAddress();
  const go = useGo();
  const make = useChange('draftStarter', ['listDefinitions', 'listJourneys', 'exportSet', 'listStarters', 'listAudit']);
  const part = partOf(address.part);
  const open = missingOf(starter, answers, here);
  const Body = parts[part].body;
  const at = starterParts.indexOf(part);
  const next = starterParts[at + 1];
  const before = starterParts[at - 1];
  const top = useRef<HTMLHeadingElement>(null);
  const shown = useRef(part);
  // On another part one begins at its top, by keyboard too; before anything there can be gone to.
  useLayoutEffect(() => {
    if (shown.current === part) return;
    shown.current = part;
    top.current?.focus();
    top.current?.scrollIntoView({ block: 'start' });
  }, [part]);
  const show = (to: StarterPart): void => setAddress({ part: to }, { replace: false });
  const save = async (): Promise<void> => {
    const { key, drafts } = await make.mutateAsync({ body: { source, answers } });
    forget();
    said(
      drafts.length === 1
        ? 'It is a draft. Nobody enters before you publish it.'
        : `It is a draft, with ${plural(drafts.length - 1, 'draft')} of what it needs. Nobody enters before you publish it.`,
    );
    go(`journeys/${key}`, { edit: '1' });
  };
  return (
    <Page
      fit="read"
      tab={`From ${starter.journey.name}`}
      title={`From “${starter.journey.name}”`}
      purpose={
        <>
          <Back /> <span className="faint">/</span> It was made for another business. Say what is different in yours; it begins as a draft.
        </>
      }
    >
      <nav className={css.parts} aria-label="Questions">
        <ol>
          {starterParts.map((each) => (
            <li key={each}>
              <button type="button" aria-current={each === part ? 'step' : undefined} onClick={() => show(each)}>
                <span>{parts[each].name}</span>
                <Left open={open.filter((one) => one.part === each)} />
              </button>
            </li>
          ))}
        </ol>
      </nav>
      <h2 ref={top} tabIndex={-1} className="visually-hidden">
        {parts[part].name}
      </h2>
      <Body key={part} />
      {make.error && <ProblemView problem={make.error} />}
      <div className={css.foot}>
        <div className={css.buttons}>
          {before && (
            <Button variant="default" onClick={() => show(before)}>
              Back
            </Button>
          )}
          {next && (
            <Button variant={open.length === 0 ? 'default' : 'filled'} onClick={() => show(next)}>
              Next: {parts[next].name.toLowerCase()}
            </Button>
          )}
          {(!next || open.length === 0) && (
            <Button
              disabled={open.length > 0}
              loading={make.isPending}
              onClick={() => void save().catch(() => undefined)}
              aria-describedby="what-is-open"
            >
              Make the draft
            </Button>
          )}
        </div>
        <div id="what-is-open" role="status">
          {open.length === 0 ? (
            <p className="quiet">Everything is answered.</p>
          ) : next ? (
            <p className="quiet">{plural(open.length, 'question is', 'questions are')} open.</p>
          ) : (
            <>
              <p className="quiet">Still open:</p>
              <ul className={css.open}>
                {open.map((each) => (
                  <li key={each.says}>
                    <button type="button" className="text-link" onClick={() => show(each.part)}>
                      {each.says}
                    </button>
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      </div>
    </Page>
  );
}

function Left({ open }: { open: Open[] }) {
  return open.length === 0 ? (
    <IconCheck size={15} role="img" aria-label="answered" />
  ) : (
    <span className="faint">{plural(open.length, 'open', 'open')}</span>
  );
}

import { useQueries } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import type { DefinitionDocument, DefinitionKind } from '#contract/definition.ts';
import { isObject } from '#contract/json.ts';
import type { Signals } from '#contract/signals.ts';
import type { Journey } from '#contract/journey.ts';
import type { Mistake } from '#contract/problems.ts';
import { isDefined } from '#engine/fields.ts';
import { checkHouse } from '#engine/house/check.ts';
import { type House, openHouse } from '#engine/house/house.ts';
import { signalFindings } from '#engine/house/signals.ts';
import { checkJourney, type Finding, type Known } from '#engine/journey/check.ts';
import { templatesOf } from '#engine/journey/templates.ts';
import { call, type Reply } from '../../api.ts';
import { keyOf, useRoute } from '../../query.ts';
import { readDraft } from './draft.ts';

/** What the checks of a journey look up: every definition as its draft stands, and which events came lately. Null until it is known. */
export function useKnown(key: string, journey: Journey): Known | null {
  const set = useRoute('exportSet', { query: { what: 'drafts' } }, { staleTime: 60_000 });
  const rows = useRoute('listDefinitions', { query: {} }).data?.items;
  const others = (rows ?? []).filter((row) => row.kind !== 'journey' || row.key !== key);
  const mark = others.map((row) => `${row.kind}/${row.key} ${row.updatedAt}`).join();
  const before = useRef('');
  const seen = useRoute('listSeenEvents', undefined, { staleTime: 60_000 }).data;
  const { refetch } = set;
  useEffect(() => {
    if (before.current !== '' && before.current !== mark) void refetch();
    before.current = mark;
  }, [mark, refetch]);
  const written = useWritten(journey, rows);
  return useMemo(
    () =>
      set.data
        ? {
            ...knownOf([...set.data.definitions, ...written]),
            seen: seen?.complete ? new Set(seen.items.map((each) => each.name)) : undefined,
          }
        : null,
    [set.data, seen, written],
  );
}

/** The mails of a journey as they were just written here, before the set is read again. */
function useWritten(
  journey: Journey,
  rows: Reply<'listDefinitions'>['items'] | undefined,
): { kind: 'template'; key: string; body: unknown }[] {
  const updated = new Map((rows ?? []).flatMap((row) => (row.kind === 'template' ? [[row.key, row.updatedAt] as const] : [])));
  return useQueries({
    queries: [...templatesOf(journey)].map((key) => {
      const args = { params: { kind: 'template' as const, key } };
      return { queryKey: keyOf('getDefinition', args), queryFn: () => call('getDefinition', args), enabled: false };
    }),
    combine: (answers) =>
      answers.flatMap(({ data }) =>
        data && data.updatedAt >= (updated.get(data.key) ?? '') ? [{ kind: 'template' as const, key: data.key, body: data.draft }] : [],
      ),
  });
}

/** The house as it would be with this draft: everything else as it is in force. Null until it is known. */
export function useHouse(key: string): ((journey: Journey) => House) | null {
  const published = useRoute('exportSet', { query: { what: 'published' } }, { staleTime: 60_000 }).data;
  const policy = useRoute('getSettings', undefined, { staleTime: 60_000 }).data;
  const rows = useRoute('listJourneys', undefined).data?.items;
  const uses = useMemo(
    () =>
      rows &&
      new Map(
        // When a journey was put in force is not in the list: whether it is unused is said by the server.
        rows.map((row) => [
          row.key,
          { goalMet: row.goalMet, lastEntryAt: row.lastEntryAt === null ? null : Date.parse(row.lastEntryAt), inForceSince: null },
        ]),
      ),
    [rows],
  );
  return useMemo(() => {
    if (!published || !policy) return null;
    const all = published.definitions.map((each) => readable({ ...each, body: each.body }));
    const others = all.filter((each) => each.kind !== 'journey' || each.key !== key);
    return (journey) => openHouse([...others, { kind: 'journey', key, body: journey }], { policy, before: all, uses });
  }, [published, policy, uses, key]);
}

/** What the checks across the house find in the draft. */
export function acrossOf(
  key: string,
  journey: Journey,
  house: ((journey: Journey) => House) | null,
  signals: Signals | undefined,
  now: number,
): Finding[] {
  if (house === null) return [];
  try {
    return [
      ...checkHouse({ kind: 'journey', key, body: journey }, house(journey)),
      ...(signals ? signalFindings(journey, signals, now) : []),
    ];
  } catch {
    // Half written, as above.
    return [];
  }
}

/** A draft may be half written: what a check reads of it is there all the same. */
function readable({ kind, key, body }: { kind: DefinitionKind; key: string; body: unknown }): DefinitionDocument {
  if (kind === 'journey') return { kind, key, body: readDraft(body) ?? ({ steps: [] } as unknown as Journey) };
  const given = isObject(body) ? body : {};
  const lists = kind === 'score' ? { thresholds: [] } : kind === 'lifecycle' ? { stages: [] } : {};
  return { kind, key, body: { ...lists, ...given } } as unknown as DefinitionDocument;
}

function knownOf(definitions: { kind: DefinitionKind; key: string; body?: unknown }[]): Known {
  const documents = new Map(definitions.map((each) => [`${each.kind}/${each.key}`, readable({ ...each, body: each.body })]));
  const lifecycle = documents.get('lifecycle/main');
  return {
    find: (kind, key) => documents.get(`${kind}/${key}`),
    stages: new Set(lifecycle?.kind === 'lifecycle' ? lifecycle.body.stages.map((stage) => stage.key) : []),
    hasField: (path) => isDefined(path, documents.values()),
  };
}

const isAbout = (path: string, other: string): boolean => path === other || path.startsWith(`${other}.`) || other.startsWith(`${path}.`);

/** What the checks find, as one types; and what the server says besides, about the shape of what is saved. Errors first. */
export function findingsOf(
  journey: Journey,
  known: Known | null,
  across: readonly Finding[],
  mistakes: readonly Mistake[],
  pending: ReadonlySet<string>,
): Finding[] {
  const found = known === null ? [] : [...checked(journey, known), ...across];
  const isPending = ({ needs, message }: Mistake): boolean =>
    pending.has(needs ? `${needs.kind}/${needs.key}` : `template/${/^there is no template "([^"]+)"/.exec(message)?.[1]}`);
  const besides = mistakes
    .filter((one) => !isPending(one) && !one.circle && !found.some((each) => each.level === 'error' && isAbout(each.path, one.path)))
    .map(
      ({ path, message, mend = 'Change it where it stands.' }): Finding => ({
        check: 'shape',
        level: 'error',
        step: journey.steps[Number(/^steps\.(\d+)/.exec(path)?.[1] ?? -1)]?.key ?? null,
        path,
        message,
        mend,
      }),
    );
  const all = [...found, ...besides];
  return [...all.filter((each) => each.level === 'error'), ...all.filter((each) => each.level === 'warning')];
}

function checked(journey: Journey, known: Known): Finding[] {
  try {
    return checkJourney(journey, known);
  } catch {
    // What is half written may not be readable for a check; the server says what is wrong with its shape.
    return [];
  }
}

/** Where in its step a finding is: "paths.0.when" of "steps.3.paths.0.when"; of the journey itself, the whole path. */
export const fieldOf = ({ path }: Pick<Finding, 'path'>): string => path.replace(/^steps\.\d+\.?/, '');

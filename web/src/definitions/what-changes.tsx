import { type ReactNode, useEffect } from 'react';
import type { Reply } from '../api.ts';
import { plural } from '../parts/number.ts';
import { useChange } from '../query.ts';
import { toText } from './definition-text.ts';
import css from './definition-page.module.css';
import { DiffView } from './diff-view.tsx';
import { LeftOpenList } from './left-open.tsx';
import { MistakeList } from './mistake-list.tsx';

type Change = Reply<'makePlan'>['changes'][number];

/** What publishing the draft of a definition would change; nothing is asked before it is wanted. */
export function usePlanned({ kind, key, draft }: Reply<'getDefinition'>, wanted = true): Change | undefined {
  const { mutate: makePlan, data: plan } = useChange('makePlan');
  useEffect(() => {
    if (wanted) makePlan({ body: { definitions: [{ kind, key, body: draft }] } });
  }, [wanted, makePlan, kind, key, draft]);
  return plan?.changes.find((one) => one.kind === kind && one.key === key);
}

/** What is new altogether was just written: a text of more lines than these is folded, so that what it asks for stands in sight. */
const shownNew = 24;

/** What a draft would change: its mistakes, whom it concerns, what deserves a second look, and its text against what is live. */
export function WhatChanges({
  definition,
  change,
  drawn,
  leftOpen = [],
  where,
}: {
  definition: Reply<'getDefinition'>;
  change: Change | undefined;
  /** What changes, shown as its kind is best looked at; the text stands under it, folded. */
  drawn?: ReactNode;
  /** What the draft leaves open, to be said beside the rest (nothing). */
  leftOpen?: Reply<'checkDefinition'>['warnings'] | undefined;
  /** What a place in the draft is called (its path). */
  where?: ((path: string) => string) | undefined;
}) {
  const { kind, key, draft } = definition;
  const after = toText(kind, draft);
  const text = (
    <DiffView
      before={toText(kind, definition.published)}
      after={after}
      label={definition.version === null ? 'All of it is new' : `Since version ${definition.version}`}
    />
  );
  return (
    <>
      {definition.mistakes.length > 0 && (
        <>
          <p className={css.warning}>{plural(definition.mistakes.length, 'mistake')} must be mended first.</p>
          <MistakeList places={definition.mistakes} />
        </>
      )}
      {change && change.inFlight > 0 && (
        <p className={css.warning}>
          {plural(change.inFlight, 'person is', 'people are')} in this journey. They go on under the version that they entered by.
        </p>
      )}
      {change?.unsafe.map((sentence) => (
        <p key={sentence} className={css.warning}>
          {sentence}
        </p>
      ))}
      {leftOpen.length > 0 && (
        <>
          <p className={css.warning}>{plural(leftOpen.length, 'thing is', 'things are')} left open.</p>
          <LeftOpenList warnings={leftOpen} label="Left open" where={where} />
        </>
      )}
      {drawn}
      {drawn || (definition.version === null && after.split('\n').length > shownNew) ? (
        <details className={css.asText}>
          <summary>{drawn ? 'As text' : 'All of it is new: as text'}</summary>
          {text}
        </details>
      ) : (
        text
      )}
    </>
  );
}

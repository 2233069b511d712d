import { Button } from '@mantine/core';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import type { Rule } from '#contract/rule.ts';
import type { EventMatch } from '#contract/rule/event-match.ts';
import { EventChip, More, type Narrowing, narrowings, WhereChips } from '../../rules/event-chips.tsx';
import { RuleEditor } from '../../rules/rule-editor.tsx';
import { WordsContext } from '../../rules/vocabulary.ts';
import { useHalfWritten } from '../edit/half-written.ts';
import { useAround } from './context.ts';
import css from './fields.module.css';
import { Field } from './fields.tsx';

interface RuleFieldProps {
  label: string;
  path: string;
  value: Rule | undefined;
  /** Only with finished rules: what is half written stays on the screen. */
  onChange: (rule: Rule) => void;
  lead?: string;
}
/** A rule as a sentence. */
export function RuleField({ label, path, value, onChange, lead = 'people for whom' }: RuleFieldProps) {
  const { vocabulary } = useAround();
  const [isHalf, setIsHalf] = useState(false);
  useHalfWritten(isHalf);
  // Another rule from outside begins anew, and is finished.
  const given = JSON.stringify(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is asked with every rule that comes in
  useEffect(() => setIsHalf(false), [given]);
  const change = (rule: Rule | null): void => {
    setIsHalf(rule === null);
    if (rule) onChange(rule);
  };
  return (
    <Field label={label} path={path}>
      <RuleEditor journey rule={value ?? null} onChange={change} vocabulary={vocabulary} lead={lead} />
    </Field>
  );
}

/** A rule that may be left out. */
export function MaybeRuleField({
  add,
  onChange,
  ...rest
}: Omit<RuleFieldProps, 'onChange'> & { add: string; onChange: (rule: Rule | undefined) => void }) {
  const [begun, setBegun] = useState(false);
  // One element for both, in which the keyboard finds what has come in the place of the button.
  return (
    <div data-field={rest.path}>
      {rest.value === undefined && !begun ? (
        <Field label={rest.label} path={rest.path}>
          <Button size="xs" variant="default" onClick={() => setBegun(true)}>
            {add}
          </Button>
        </Field>
      ) : (
        <>
          <RuleField {...rest} onChange={onChange} />
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            onClick={() => {
              setBegun(false);
              if (rest.value !== undefined) onChange(undefined);
            }}
          >
            Take the rule away
          </Button>
        </>
      )}
    </div>
  );
}

/** The same value without the names that stand for nothing. */
const withoutNothing = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;

/** An event as it happens, and what its properties must be. */
export function MatchField({
  label,
  path,
  value,
  onChange,
  children,
}: {
  label: string;
  path: string;
  value: EventMatch;
  onChange: (match: EventMatch) => void;
  children?: ReactNode;
}) {
  const { vocabulary } = useAround();
  const narrow = (part: Partial<Narrowing>): void => onChange(withoutNothing({ ...value, ...part }) as EventMatch);
  return (
    <Field label={label} path={path}>
      <WordsContext.Provider value={useMemo(() => ({ vocabulary, journey: true }), [vocabulary])}>
        <div className={css.sentence} data-row>
          <EventChip name={value.event} onChange={(event) => onChange({ ...value, event })} />
          {value.event !== '' && (
            <>
              <WhereChips event={value.event} test={value as Narrowing} onChange={narrow} />
              <More choices={narrowings(value as Narrowing)} onAdd={narrow} />
            </>
          )}
          {children}
        </div>
      </WordsContext.Provider>
    </Field>
  );
}

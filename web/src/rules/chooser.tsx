import { Popover } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { isStillAt } from '../parts/focus-back.ts';
import { type Choice, fitting, type Written } from './choices.ts';
import css from './chooser.module.css';

interface ChooserProps<V> {
  /** What is chosen, for screen readers: "Event". */
  label: string;
  /** What the chip says; null when nothing is chosen yet. */
  text: ReactNode;
  /** What it says then: "which event". */
  ask?: string;
  choices: Choice<V>[];
  /** What can be written instead of chosen. */
  written?: Written<V>;
  /** Whether what is written stands before what fits it (false). */
  writtenFirst?: boolean;
  /** What may be written, shown in the empty field. */
  hint?: string;
  /** What is said when only unknown names are left to choose from. */
  unknown?: (text: string) => string;
  onPick: (value: V) => void;
  /** Several can be chosen: those that are, by their labels. The chooser stays open, and picking one again takes it away. */
  many?: readonly string[];
  /** A word of the sentence rather than a value. */
  quiet?: boolean;
  /** Instead of a chip. */
  button?: { className: string; keys?: string; tip?: string };
}

const mostShown = 80;

/** Where the keyboard goes after something was chosen: to what is still missing in the row, else back to the chip. Whoever was quicker and is elsewhere stays there. */
function goOn(chip: HTMLElement | null): void {
  const row = chip?.closest('[data-row]');
  requestAnimationFrame(() => {
    if (!isStillAt(chip)) return;
    const next = row?.querySelector<HTMLElement>('[data-chip][data-unset]');
    if (next) {
      next.focus();
      next.click();
    } else (chip?.isConnected ? chip : row?.querySelector<HTMLElement>('[data-chip]'))?.focus();
  });
}

/** A word of a sentence that opens what else it could say: a field to write in, and what fits under it. */
export function Chooser<V>({
  label,
  text,
  ask = 'choose',
  choices,
  written,
  writtenFirst = false,
  hint,
  unknown,
  onPick,
  many,
  quiet = false,
  button,
}: ChooserProps<V>) {
  const [opened, setOpened] = useState(false);
  const chip = useRef<HTMLButtonElement>(null);
  const unset = text === null;
  const close = (): void => {
    setOpened(false);
    chip.current?.focus();
  };
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      width={320}
      position="bottom-start"
      offset={4}
      closeOnEscape={false}
      transitionProps={{ duration: 0 }}
      withinPortal
    >
      <Popover.Target>
        <button
          ref={chip}
          type="button"
          className={button?.className ?? css.chip}
          data-chip={button ? undefined : true}
          data-quiet={quiet || undefined}
          data-unset={(unset && !button) || undefined}
          data-keys={button?.keys}
          data-tip={button?.tip}
          aria-label={button ? label : undefined}
          aria-haspopup="dialog"
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          {!button && <span className="visually-hidden">{label}: </span>}
          {unset ? ask : text}
        </button>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={label} className={css.dropdown}>
        {opened && (
          <Inside
            {...{ label, choices, written, writtenFirst, hint, unknown, many }}
            onClose={close}
            onPick={(value) => {
              onPick(value);
              if (many) return;
              close(); // at once, so that the next key is not lost before the keyboard goes on
              goOn(chip.current);
            }}
          />
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

type InsideProps<V> = Pick<ChooserProps<V>, 'label' | 'choices' | 'written' | 'writtenFirst' | 'hint' | 'unknown' | 'many'> & {
  onPick: (value: V) => void;
  onClose: () => void;
};

function Inside<V>({ label, choices, written, writtenFirst, hint, unknown, many, onPick, onClose }: InsideProps<V>) {
  const [query, setQuery] = useState('');
  const [active, setActive] = useState<number | null>(null);
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const fit = fitting(choices, query);
  const own = query.trim() === '' ? [] : (written?.(query) ?? []);
  const [before, after] = writtenFirst ? [own, fit] : [fit, own];
  const shown = [...before, ...after.filter((each) => !before.some((one) => one.label === each.label))].slice(0, mostShown);
  const onlyUnknown = shown.length > 0 && shown.every((choice) => choice.unknown);
  const at = Math.min(active ?? (onlyUnknown ? -1 : 0), shown.length - 1);

  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    list.current?.querySelectorAll('[role=option]')[at]?.scrollIntoView({ block: 'nearest' });
  }, [at]);

  const press = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setActive(Math.min(Math.max(at + step, 0), shown.length - 1));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const choice = shown[at];
      if (!choice) return;
      onPick(choice.value);
      setQuery('');
    } else if (event.key === 'Escape') {
      event.preventDefault();
      onClose();
    } else if (event.key === 'Tab') onClose();
  };

  let group: string | undefined;
  return (
    <div onKeyDown={press}>
      <input
        ref={field}
        className={css.field}
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-autocomplete="list"
        aria-controls={id}
        aria-activedescendant={shown[at] ? `${id}-${at}` : undefined}
        value={query}
        placeholder={hint ?? 'Search'}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setActive(null);
        }}
      />
      {onlyUnknown && unknown && (
        <p className={css.said} role="status">
          {unknown(query.trim())}
        </p>
      )}
      <div ref={list} id={id} role="listbox" aria-label={label} aria-multiselectable={many ? true : undefined} className={css.list}>
        {shown.map((choice, index) => {
          const heading = choice.group !== group ? choice.group : undefined;
          group = choice.group;
          const on = many?.includes(choice.label);
          return (
            <div key={`${choice.group} ${choice.label}`} role="presentation">
              {heading && (
                <div className={css.heading} aria-hidden="true">
                  {heading}
                </div>
              )}
              {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are on the field */}
              <div
                role="option"
                id={`${id}-${index}`}
                aria-selected={many ? on === true : index === at}
                className={css.option}
                data-active={index === at || undefined}
                data-unknown={choice.unknown}
                onMouseMove={() => setActive(index)}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => onPick(choice.value)}
              >
                <span className={css.words}>{choice.label}</span>
                {choice.note && <span className={css.note}>{choice.note}</span>}
                {on && <IconCheck size={14} aria-hidden="true" />}
              </div>
            </div>
          );
        })}
        {shown.length === 0 && (
          <div className={css.none} role="option" aria-selected="false" aria-disabled="true">
            {query.trim() === '' ? (written ? (hint ?? 'Write it here.') : 'There is nothing to choose yet.') : 'Nothing like that.'}
          </div>
        )}
      </div>
      {many && (
        <div className={css.foot}>
          <span className="faint">{many.length === 0 ? 'None chosen' : `${many.length} chosen`}</span>
          <button type="button" className="plain-button text-link" onClick={onClose}>
            Done
          </button>
        </div>
      )}
    </div>
  );
}

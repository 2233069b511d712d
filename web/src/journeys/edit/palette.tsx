import { IconClipboard } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { Segmented } from '../../parts/segmented.tsx';
import { stepLooks } from '../step-kinds.tsx';
import { found, type StepChoice } from './choices.ts';
import css from './palette.module.css';

interface PaletteProps {
  beside: Element;
  choices: readonly StepChoice[];
  /** The ways of the step after which something is put; one of them is meant. */
  ways: { id: string; label: string }[];
  way: string;
  onWay: (id: string) => void;
  onPick: (choice: StepChoice) => void;
  /** Puts what was copied there; null when nothing was. */
  onPaste: (() => void) | null;
  onClose: () => void;
}

/** What can be put on a way: a field to search in, and the kinds of step in their groups. */
export function Palette({ beside, choices, ways, way, onWay, onPick, onPaste, onClose }: PaletteProps) {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const [place, setPlace] = useState({ left: 0, top: 0 });
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const shown = found(choices, text);
  const at = Math.min(active, shown.length - 1);

  useLayoutEffect(() => {
    const near = beside.getBoundingClientRect();
    const own = box.current!.getBoundingClientRect();
    const left = Math.min(Math.max(8, near.left + near.width / 2 - own.width / 2), innerWidth - own.width - 8);
    const below = near.bottom + 6;
    setPlace({ left, top: below + own.height <= innerHeight - 8 ? below : Math.max(8, innerHeight - own.height - 8) });
    field.current?.focus();
  }, [beside]);
  useEffect(() => {
    const away = (event: PointerEvent): void => {
      if (!box.current?.contains(event.target as Node)) onClose();
    };
    document.addEventListener('pointerdown', away, true);
    return () => document.removeEventListener('pointerdown', away, true);
  }, [onClose]);
  useEffect(() => {
    list.current?.querySelectorAll('[role=option]')[at]?.scrollIntoView({ block: 'nearest' });
  }, [at]);

  const turn = (by: number): void => {
    const now = ways.findIndex((each) => each.id === way);
    onWay(ways[(now + by + ways.length) % ways.length]!.id);
  };
  const press = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 }[event.key];
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step !== undefined) setActive(Math.min(Math.max(at + step, 0), shown.length - 1));
    else if (side !== undefined && text === '' && ways.length > 1) turn(side);
    else if (event.key === 'Enter' && shown[at]) onPick(shown[at]);
    else if (event.key === 'Escape') onClose();
    else if (event.key === 'v' && (event.ctrlKey || event.metaKey) && onPaste && text === '') onPaste();
    else return;
    event.preventDefault();
  };

  let group: string | undefined;
  return createPortal(
    <div ref={box} className={css.palette} style={place} role="dialog" aria-label="Insert a step" onKeyDown={press}>
      {ways.length > 1 && (
        <div className={css.ways}>
          <Segmented
            label="On which way"
            value={way}
            choices={ways.map((each) => ({ value: each.id, label: each.label }))}
            onChange={onWay}
          />
        </div>
      )}
      <input
        ref={field}
        className={css.field}
        role="combobox"
        aria-label="Search steps"
        aria-expanded="true"
        aria-autocomplete="list"
        aria-controls={id}
        aria-activedescendant={shown[at] ? `${id}-${at}` : undefined}
        value={text}
        placeholder={ways.length > 1 ? 'Search steps; ← → change the way' : 'Search steps'}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setActive(0);
        }}
      />
      <div ref={list} id={id} role="listbox" aria-label="Steps" className={css.list}>
        {shown.map((choice, index) => {
          const heading = text === '' && choice.group !== group ? choice.group : undefined;
          group = choice.group;
          const { icon: Icon } = stepLooks[choice.kind];
          return (
            <div key={choice.id} role="presentation">
              {heading && (
                <div className={css.heading} aria-hidden="true">
                  {heading}
                </div>
              )}
              {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are on the field */}
              <div
                role="option"
                id={`${id}-${index}`}
                aria-selected={index === at}
                className={css.option}
                onMouseMove={() => setActive(index)}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => onPick(choice)}
              >
                <Icon size={16} stroke={1.7} aria-hidden="true" />
                {choice.label}
              </div>
            </div>
          );
        })}
        {shown.length === 0 && (
          <div className={css.none} role="option" aria-selected="false" aria-disabled="true">
            Nothing like that.
          </div>
        )}
      </div>
      {onPaste && (
        <button type="button" className={css.paste} onClick={onPaste}>
          <IconClipboard size={15} stroke={1.7} aria-hidden="true" /> Paste what was copied
        </button>
      )}
    </div>,
    document.body,
  );
}

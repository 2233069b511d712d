import { IconAlertTriangle, IconExclamationCircle, IconMessage2 } from '@tabler/icons-react';
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { To } from '../parts/address.tsx';
import { sayShort } from '../parts/number.ts';
import { carry, useActs } from './canvas-acts.ts';
import css from './canvas.module.css';
import type { Mark } from './compare-outline.ts';
import type { PlacedNode } from './lay-out.ts';
import { stepLooks } from './step-kinds.tsx';

/** What is wrong at a step: the worst of it, as one sentence. */
export interface Wrong {
  level: 'error' | 'warning';
  message: string;
}
interface CardData extends Record<string, unknown> {
  journeyKey: string | null;
  node: PlacedNode;
  here: number;
  /** Null while nothing is counted: a draft that was never live. */
  passed: number | null;
  chosen: boolean;
  /** Whether Tab comes to it. */
  stop: boolean;
  /** What is wrong there, and how bad it is. */
  wrong: string | undefined;
  level: Wrong['level'] | undefined;
  /** How it differs from another version. */
  mark: Mark | undefined;
  /** Whether a way that is drawn comes by; missing while none is. */
  way: 'gone' | 'last' | 'off' | undefined;
  /** When it came, in words. */
  came: string | undefined;
}
const markWords: Record<Mark, string> = { added: 'Added', changed: 'Changed', removed: 'Removed' };
export type CardNode = Node<CardData, 'card' | 'end'>;

const Handles = () => (
  <>
    <Handle type="target" position={Position.Top} isConnectable={false} className={css.handle ?? ''} />
    <Handle type="source" position={Position.Bottom} isConnectable={false} className={css.handle ?? ''} />
  </>
);

export const Card = memo(function Card({ data }: NodeProps<CardNode>) {
  const { node, chosen, wrong, level, mark, way, came } = data;
  const acts = useActs();
  const step = node.step!;
  const { icon: Icon, name } = stepLooks[step.kind] ?? stepLooks.exit;
  const canMove = acts.edit !== undefined && step.kind !== 'entry';
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keyboard moves a step by cutting and pasting it */}
      <div
        className={`${css.card} nopan`}
        data-kind={step.kind}
        data-chosen={chosen || undefined}
        data-wrong={level}
        data-mark={mark}
        data-way={way}
        style={{ height: node.height }}
        draggable={canMove}
        onDragStart={(event) => {
          carry(event.dataTransfer, { step: node.id });
          acts.edit?.drag({ step: node.id });
        }}
        onDragEnd={() => acts.edit?.drag(null)}
      >
        <button
          type="button"
          className={css.open}
          data-step={node.id}
          tabIndex={data.stop ? 0 : -1}
          onClick={(event) => acts.choose(node.id, event.shiftKey, event.detail === 0)}
          onFocus={(event) => event.currentTarget.matches(':focus-visible') && acts.reach(node.id)}
          aria-pressed={chosen}
        >
          <span className={css.icon} role="img" aria-label={name}>
            <Icon size={16} stroke={1.7} />
          </span>
          <span className={css.sentence}>{node.sentence}</span>
          {wrong && <span className="visually-hidden">. {wrong}</span>}
          {mark && <span className="visually-hidden">. {markWords[mark]}</span>}
          {came && <span className="visually-hidden">. {came}</span>}
        </button>
        {came && (
          <span className={css.came} aria-hidden="true">
            {came}
          </span>
        )}
        {wrong && (
          <span className={css.mark} data-level={level} data-tip={wrong}>
            {level === 'error' ? <IconExclamationCircle size={15} /> : <IconAlertTriangle size={15} />}
          </span>
        )}
        {mark && (
          <span className={css.differs} data-mark={mark} aria-hidden="true">
            {markWords[mark]}
          </span>
        )}
        {step.note && (
          <span className={css.note}>
            <IconMessage2 size={13} aria-hidden="true" /> <span className="clip">{step.note}</span>
          </span>
        )}
        {data.passed !== null && <Counts {...data} passed={data.passed} />}
      </div>
      <Handles />
    </>
  );
});

function Counts({ journeyKey, node, here, passed }: Pick<CardData, 'journeyKey' | 'node' | 'here'> & { passed: number }) {
  return (
    <span className={css.counts}>
      {journeyKey !== null && here > 0 ? (
        <To to="people" search={{ journey: journeyKey, step: node.id }} className={css.lead} data-tip="Who is here">
          {sayShort(here)} here
        </To>
      ) : (
        <span>{sayShort(here)} here</span>
      )}
      {journeyKey !== null && node.step!.kind === 'send' && here + passed > 0 ? (
        <To to="messages" search={{ journey: journeyKey, step: node.id }} className={css.lead} data-tip="Its messages">
          {sayShort(passed)} passed
        </To>
      ) : (
        <span>{sayShort(passed)} passed</span>
      )}
    </span>
  );
}

export const End = memo(function End({ data }: NodeProps<CardNode>) {
  return (
    <>
      <div className={css.end} style={{ width: data.node.width, height: data.node.height }}>
        End
      </div>
      <Handles />
    </>
  );
});

import { Background, BackgroundVariant, Controls, ReactFlow, ReactFlowProvider, useReactFlow, useStore } from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { type KeyboardEvent, type MouseEvent, type PointerEvent, type ReactNode, type UIEvent, useEffect, useMemo, useRef } from 'react';
import { isStillAt } from '../parts/focus-back.ts';
import { format } from '../parts/say-time.ts';
import { useWorkspace } from '../session/workspace.tsx';
import { ActsContext, type CanvasActs } from './canvas-acts.ts';
import css from './canvas.module.css';
import { Card, type CardNode, End, type Wrong } from './card.tsx';
import type { Mark } from './compare-outline.ts';
import { type Direction, walk } from './edit/walk.ts';
import { alike, keepSame } from './keep-same.ts';
import type { Placed } from './lay-out.ts';
import { Way, type WayEdge } from './way.tsx';
import { isGone, type WayTaken } from './way/way-taken.ts';

const nodeTypes = { card: Card, end: End };
const edgeTypes = { way: Way };

interface CanvasProps {
  /** Whose people and messages the counts of a card lead to; null when they are no real ones. */
  journeyKey: string | null;
  placed: Placed;
  steps: ReadonlyMap<string, { here: number; passed: number }> | null;
  /** The step whose panel is open, or at which the keyboard is; it is brought into sight. */
  current: string | undefined;
  /** The steps that are chosen. */
  chosen: ReadonlySet<string>;
  wrong: ReadonlyMap<string, Wrong>;
  /** A way that somebody took, or would take; everything beside it steps back. */
  way?: WayTaken | null;
  acts: CanvasActs;
  /** Arrow keys with shift take what they come to to what is chosen. */
  onWalk?: (key: string, more: boolean) => void;
  /** How cards and ways differ from another version, where two are compared. */
  marks?: { cards: ReadonlyMap<string, Mark>; ways: ReadonlyMap<string, Mark> };
  /** Something is dragged over it. */
  dragging?: boolean;
  children?: ReactNode;
}

/** The journey as it is stored, drawn from top to bottom; the way people take is thicker. */
export function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <ActsContext.Provider value={props.acts}>
        <Drawn {...props} />
      </ActsContext.Provider>
    </ReactFlowProvider>
  );
}

const directions: Record<string, Direction> = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right' };
/** [px] A finger or a mouse that has moved less has stayed. */
const slip = 6;
export const cardOf = (key: string): HTMLElement | null => document.querySelector(`[data-step="${CSS.escape(key)}"]`);

/** A card that has just been drawn cannot be reached until it was measured: so long it is tried [ms], and so often, for a busy machine draws seldom [frames]. */
const patience = { time: 1000, frames: 60 };

/** Brings the keyboard to a card, unless it was taken elsewhere since somebody asked for that. */
export function reachCard(key: string, from: Element | null = document.activeElement): void {
  const until = performance.now() + patience.time;
  let frames = 0;
  const attempt = (): void => {
    if (!isStillAt(from)) return;
    const card = cardOf(key);
    card?.focus({ preventScroll: true });
    if (document.activeElement !== card && (performance.now() < until || frames++ < patience.frames)) requestAnimationFrame(attempt);
  };
  attempt();
}

function Drawn({
  journeyKey,
  placed,
  steps,
  current,
  chosen,
  wrong,
  acts,
  onWalk,
  marks,
  way = null,
  dragging = false,
  children,
}: CanvasProps) {
  const { language } = useWorkspace();
  const roving = acts.edit !== undefined;
  const stop = current ?? placed.nodes[0]?.id;
  const before = useRef<{ nodes: CardNode[]; edges: WayEdge[] }>({ nodes: [], edges: [] });
  const nodes = useMemo<CardNode[]>(() => {
    const now = placed.nodes.map(
      (node): CardNode => ({
        id: node.id,
        type: node.step === null ? 'end' : 'card',
        position: { x: node.x, y: node.y },
        width: node.width,
        height: node.height,
        focusable: false,
        data: {
          journeyKey,
          node,
          here: steps?.get(node.id)?.here ?? 0,
          passed: steps === null ? null : (steps.get(node.id)?.passed ?? 0),
          chosen: chosen.has(node.id),
          stop: !roving || node.id === stop,
          wrong: wrong.get(node.id)?.message,
          level: wrong.get(node.id)?.level,
          mark: marks?.cards.get(node.id),
          ...passing(way, node.id, language),
        },
      }),
    );
    before.current.nodes = keepSame(before.current.nodes, now, (a, b) => alike(a.data, b.data));
    return before.current.nodes;
  }, [journeyKey, placed, steps, chosen, wrong, way, language, stop, roving, marks]);
  const edges = useMemo<WayEdge[]>(() => {
    const most = Math.max(1, ...placed.edges.map((edge) => edge.count));
    const now = placed.edges.map(
      (edge): WayEdge => ({
        id: edge.id,
        type: 'way',
        source: edge.from,
        target: edge.to,
        focusable: false,
        data: {
          edge,
          share: edge.count / most,
          stop: edge.from === stop,
          mark: marks?.ways.get(edge.id),
          way: way === null ? undefined : isGone(way, edge) ? 'gone' : 'off',
        },
      }),
    );
    before.current.edges = keepSame(before.current.edges, now, (a, b) => alike(a.data!, b.data!));
    return before.current.edges;
  }, [placed, way, stop, marks]);
  const press = (event: KeyboardEvent): void => {
    const direction = directions[event.key];
    const from = (event.target as HTMLElement).dataset?.step;
    if (!direction || from === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const to = walk(placed, from, direction);
    if (to === null) return;
    // Of two drawings side by side, it stays in its own.
    event.currentTarget.querySelector<HTMLElement>(`[data-step="${CSS.escape(to)}"]`)?.focus({ preventScroll: true });
    onWalk?.(to, event.shiftKey);
  };
  // A card is meant that was pressed, also when it has made room for another before it is let go: the browser then says that something around both was clicked.
  const pressed = useRef<{ step: string | undefined; x: number; y: number } | null>(null);
  const down = (event: PointerEvent): void => {
    const card = (event.target as Element).closest<HTMLElement>('[data-step]');
    pressed.current = { step: card?.dataset.step, x: event.clientX, y: event.clientY };
  };
  const click = (event: MouseEvent): void => {
    const target = event.target as Element;
    if (target.closest('[data-step]')) return;
    const { step, x, y } = pressed.current ?? { step: undefined, x: 0, y: 0 };
    const stayed = Math.hypot(event.clientX - x, event.clientY - y) < slip;
    if (step !== undefined && stayed) acts.choose(step, event.shiftKey, false);
    else if (target.matches('.react-flow__pane')) acts.choose(null, false, false);
  };
  // The browser scrolls to what it is to show: a "+" that Tab comes to, words that are searched for. The canvas cannot stay scrolled, but is pushed as far.
  const flow = useReactFlow();
  const push = ({ target }: UIEvent): void => {
    if (!(target instanceof HTMLElement) || !target.matches('.react-flow')) return;
    const { scrollLeft, scrollTop } = target;
    if (scrollLeft === 0 && scrollTop === 0) return;
    const { x, y, zoom } = flow.getViewport();
    target.scrollTo(0, 0);
    void flow.setViewport({ x: x - scrollLeft, y: y - scrollTop, zoom });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: cards are buttons; beside them nothing is to be pressed
    <div
      className={css.frame}
      data-dragging={dragging || undefined}
      onKeyDown={press}
      onPointerDownCapture={down}
      onClick={click}
      onScrollCapture={push}
    >
      <ReactFlow
        className={css.canvas ?? ''}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        proOptions={{ hideAttribution: true }}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        panActivationKeyCode={null}
        panOnScroll
        zoomOnScroll={false}
        minZoom={0.1}
        maxZoom={1.5}
        aria-label="Journey"
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} color="var(--line-2)" bgColor="var(--sunken)" />
        <Controls showInteractive={false} className={css.controls ?? ''} fitViewOptions={{ padding: 0.1, maxZoom: 1 }} aria-label="Zoom" />
        <Begin placed={placed} />
        <Look placed={placed} wanted={current} />
        <LookAtWay placed={placed} way={way} />
        {children}
      </ReactFlow>
    </div>
  );
}

/** What is drawn at a step of the way that somebody took: when they came, and how it stands where it is over. */
function passing(way: WayTaken | null, step: string, language: string): Pick<CardNode['data'], 'way' | 'came'> {
  if (way === null) return { way: undefined, came: undefined };
  const there = way.steps.get(step);
  if (!there) return { way: 'off', came: undefined };
  const say = (at: string): string =>
    format(language, way.zone, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).format(Date.parse(at));
  const came = say(there.at) + (there.times > 1 ? `, ${there.times} times` : '');
  if (step !== way.last) return { way: 'gone', came };
  const { how, at, until } = way.end;
  return {
    way: 'last',
    came: how !== 'stands' ? `Ended ${say(at)}` : until === null ? `Stands since ${say(at)}` : `Stands until ${say(until)}`,
  };
}

const calm = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
/** Smaller than this, the words on cards cannot be read. */
const leastRead = 0.72;
/** Beside a way that is brought into sight [px]. */
const edge = 24;

/** Begins at the entry, in a size that can be read. */
function Begin({ placed }: { placed: Placed }) {
  const flow = useReactFlow();
  const width = useStore((state) => state.width);
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || width === 0) return;
    begun.current = true;
    const right = Math.max(...placed.nodes.map((node) => node.x + node.width));
    const entry = placed.nodes.find((node) => node.step?.kind === 'entry') ?? placed.nodes[0]!;
    const least = width < 560 ? 0.9 : leastRead; // on a phone fewer cards, but words that can be read
    const zoom = Math.min(1, Math.max(least, (width - 24) / (right + 24)));
    const middle = right * zoom + 24 <= width ? (right + 24) / 2 : entry.x + entry.width / 2;
    void flow.setViewport({ x: width / 2 - middle * zoom, y: 24 - entry.y * zoom, zoom });
  }, [placed, width, flow]);
  return null;
}

/**
 * Brings a step that is chosen, or that the keyboard has come to, into sight when it is out of it: when it became that step, when it got another place,
 * and when there is less room. Nothing else moves the canvas, which somebody may be pressing on, or have pushed elsewhere.
 */
function Look({ placed, wanted }: { placed: Placed; wanted: string | undefined }) {
  const flow = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const canvas = useStore((state) => state.domNode);
  const before = useRef<{ id: string; x: number; y: number; width: number; height: number } | null>(null);
  useEffect(() => {
    const node = placed.nodes.find((one) => one.id === wanted);
    const was = before.current;
    before.current = node && width > 0 ? { id: node.id, x: node.x, y: node.y, width, height } : null;
    if (!node || width === 0) return;
    if (was?.id === node.id && was.x === node.x && was.y === node.y && was.width <= width && was.height <= height) return;
    canvas?.scrollTo(0, 0); // the browser scrolls to a focused card in its own way
    const { x, y, zoom } = flow.getViewport();
    const left = node.x * zoom + x;
    const top = node.y * zoom + y;
    const inSight = left >= 0 && top >= 0 && left + node.width * zoom <= width && top + node.height * zoom <= height;
    if (!inSight)
      void flow.setCenter(node.x + node.width / 2, node.y + node.height / 2, {
        zoom,
        duration: calm() ? 0 : 140,
      });
  }, [wanted, width, height, placed, flow, canvas]);
  return null;
}

/** Brings the way that somebody took into sight when it is out of it: when it is first drawn, when it becomes another, and when there is less room. */
function LookAtWay({ placed, way }: { placed: Placed; way: WayTaken | null }) {
  const flow = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const taken = way === null ? '' : [...way.steps.keys()].join(' ');
  const before = useRef({ taken: '', width: 0, height: 0 });
  useEffect(() => {
    const was = before.current;
    before.current = { taken, width, height };
    if (taken === '' || width === 0) return;
    if (was.taken === taken && was.width <= width && was.height <= height) return;
    const on = new Set(taken.split(' '));
    const cards = placed.nodes.filter((node) => on.has(node.id));
    if (cards.length === 0) return;
    const left = Math.min(...cards.map((card) => card.x));
    const top = Math.min(...cards.map((card) => card.y));
    const across = Math.max(...cards.map((card) => card.x + card.width)) - left;
    const down = Math.max(...cards.map((card) => card.y + card.height)) - top;
    const now = flow.getViewport();
    const isSeen = (zoom: number, x: number, y: number): boolean =>
      left * zoom + x >= 0 && top * zoom + y >= 0 && (left + across) * zoom + x <= width && (top + down) * zoom + y <= height;
    if (isSeen(now.zoom, now.x, now.y)) return;
    const byWidth = Math.max(leastRead, (width - 2 * edge) / across);
    const whole = Math.min(byWidth, (height - 2 * edge) / down);
    // Of a way that is too long to be read as a whole, its beginning is shown.
    const zoom = Math.min(now.zoom, whole >= leastRead ? whole : byWidth);
    const y = down * zoom + 2 * edge <= height ? height / 2 - (top + down / 2) * zoom : edge - top * zoom;
    void flow.setViewport({ x: width / 2 - (left + across / 2) * zoom, y, zoom }, { duration: calm() ? 0 : 140 });
  }, [taken, width, height, placed, flow]);
  return null;
}

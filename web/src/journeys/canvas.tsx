import { Background, BackgroundVariant, Controls, ReactFlow, ReactFlowProvider, useReactFlow, useStore } from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef } from 'react';
import { ActsContext, type CanvasActs } from './canvas-acts.ts';
import css from './canvas.module.css';
import { Card, type CardNode, End, type Wrong } from './card.tsx';
import { type Direction, walk } from './edit/walk.ts';
import { alike, keepSame } from './keep-same.ts';
import type { Placed } from './lay-out.ts';
import { Way, type WayEdge } from './way.tsx';

const nodeTypes = { card: Card, end: End };
const edgeTypes = { way: Way };

interface CanvasProps {
  journeyKey: string;
  placed: Placed;
  steps: ReadonlyMap<string, { here: number; passed: number }> | null;
  /** The step whose panel is open, or at which the keyboard is; it is brought into sight. */
  current: string | undefined;
  /** The steps that are chosen. */
  chosen: ReadonlySet<string>;
  wrong: ReadonlyMap<string, Wrong>;
  acts: CanvasActs;
  /** Arrow keys with shift take what they come to to what is chosen. */
  onWalk?: (key: string, more: boolean) => void;
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
export const cardOf = (key: string): HTMLElement | null => document.querySelector(`[data-step="${CSS.escape(key)}"]`);

function Drawn({ journeyKey, placed, steps, current, chosen, wrong, acts, onWalk, dragging = false, children }: CanvasProps) {
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
        },
      }),
    );
    before.current.nodes = keepSame(before.current.nodes, now, (a, b) => alike(a.data, b.data));
    return before.current.nodes;
  }, [journeyKey, placed, steps, chosen, wrong, stop, roving]);
  const edges = useMemo<WayEdge[]>(() => {
    const most = Math.max(1, ...placed.edges.map((edge) => edge.count));
    const now = placed.edges.map(
      (edge): WayEdge => ({
        id: edge.id,
        type: 'way',
        source: edge.from,
        target: edge.to,
        focusable: false,
        data: { edge, share: edge.count / most, stop: edge.from === stop },
      }),
    );
    before.current.edges = keepSame(before.current.edges, now, (a, b) => alike(a.data!, b.data!));
    return before.current.edges;
  }, [placed, stop]);
  const press = (event: KeyboardEvent): void => {
    const direction = directions[event.key];
    const from = (event.target as HTMLElement).dataset?.step;
    if (!direction || from === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const to = walk(placed, from, direction);
    if (to === null) return;
    cardOf(to)?.focus({ preventScroll: true });
    onWalk?.(to, event.shiftKey);
  };
  return (
    <div className={css.frame} data-dragging={dragging || undefined} onKeyDown={press}>
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
        onPaneClick={() => acts.choose(null, false, false)}
        aria-label="Journey"
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} color="var(--line-2)" bgColor="var(--sunken)" />
        <Controls showInteractive={false} className={css.controls ?? ''} fitViewOptions={{ padding: 0.1, maxZoom: 1 }} aria-label="Zoom" />
        <Begin placed={placed} />
        <Look placed={placed} wanted={current} />
        {children}
      </ReactFlow>
    </div>
  );
}

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
    const zoom = Math.min(1, Math.max(0.72, (width - 24) / (right + 24)));
    const middle = right * zoom + 24 <= width ? (right + 24) / 2 : entry.x + entry.width / 2;
    void flow.setViewport({ x: width / 2 - middle * zoom, y: 24 - entry.y * zoom, zoom });
  }, [placed, width, flow]);
  return null;
}

/** Brings a step that is chosen, or that the keyboard has come to, into sight when it is out of it. */
function Look({ placed, wanted }: { placed: Placed; wanted: string | undefined }) {
  const flow = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const canvas = useStore((state) => state.domNode);
  useEffect(() => {
    const node = placed.nodes.find((one) => one.id === wanted);
    if (!node || width === 0) return;
    canvas?.scrollTo(0, 0); // the browser scrolls to a focused card in its own way
    const { x, y, zoom } = flow.getViewport();
    const left = node.x * zoom + x;
    const top = node.y * zoom + y;
    const inSight = left >= 0 && top >= 0 && left + node.width * zoom <= width && top + node.height * zoom <= height;
    if (!inSight)
      void flow.setCenter(node.x + node.width / 2, node.y + node.height / 2, {
        zoom,
        duration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 140,
      });
  }, [wanted, width, height, placed, flow, canvas]);
  return null;
}

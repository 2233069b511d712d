import {
  Background,
  BackgroundVariant,
  BaseEdge,
  Controls,
  EdgeLabelRenderer,
  type Edge,
  type EdgeProps,
  Handle,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
} from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { To } from '../parts/address.tsx';
import { sayNumber, sayShort } from '../parts/number.ts';
import css from './canvas.module.css';
import { type Placed, type PlacedEdge, type PlacedNode, pathOf } from './lay-out.ts';
import { stepLooks } from './step-kinds.tsx';

interface CardData extends Record<string, unknown> {
  journeyKey: string;
  node: PlacedNode;
  here: number;
  passed: number | null;
  chosen: boolean;
  wrong: string | undefined;
  onChoose: (key: string) => void;
  onFocus: (key: string) => void;
}
type CardNode = Node<CardData, 'card' | 'end'>;
type WayEdge = Edge<{ edge: PlacedEdge; share: number }, 'way'>;

const Handles = () => (
  <>
    <Handle type="target" position={Position.Top} isConnectable={false} className={css.handle ?? ''} />
    <Handle type="source" position={Position.Bottom} isConnectable={false} className={css.handle ?? ''} />
  </>
);

const Card = memo(function Card({ data }: NodeProps<CardNode>) {
  const { journeyKey, node, here, passed, chosen, wrong } = data;
  const { icon: Icon, name } = stepLooks[node.step!.kind] ?? stepLooks.exit;
  return (
    <>
      <div
        className={css.card}
        data-kind={node.step!.kind}
        data-chosen={chosen || undefined}
        data-wrong={wrong !== undefined || undefined}
        style={{ height: node.height }}
      >
        <button
          type="button"
          className={css.open}
          onClick={() => data.onChoose(node.id)}
          onFocus={(event) => event.currentTarget.matches(':focus-visible') && data.onFocus(node.id)}
          aria-pressed={chosen}
        >
          <span className={css.icon} role="img" aria-label={name}>
            <Icon size={16} stroke={1.7} />
          </span>
          <span className={css.sentence}>{node.sentence}</span>
        </button>
        {passed !== null && (
          <span className={css.counts}>
            {here > 0 ? (
              <To to="people" search={{ journey: journeyKey, step: node.id }} className={css.lead} data-tip="Who is here">
                {sayShort(here)} here
              </To>
            ) : (
              <span>0 here</span>
            )}
            {node.step!.kind === 'send' && here + passed > 0 ? (
              <To to="messages" search={{ journey: journeyKey, step: node.id }} className={css.lead} data-tip="Its messages">
                {sayShort(passed)} passed
              </To>
            ) : (
              <span>{sayShort(passed)} passed</span>
            )}
          </span>
        )}
      </div>
      <Handles />
    </>
  );
});
const End = memo(function End({ data }: NodeProps<CardNode>) {
  return (
    <>
      <div className={css.end} style={{ width: data.node.width, height: data.node.height }}>
        End
      </div>
      <Handles />
    </>
  );
});
const Way = memo(function Way({ data }: EdgeProps<WayEdge>) {
  if (!data) return null;
  const { edge, share } = data;
  return (
    <>
      <BaseEdge
        path={pathOf(edge.points)}
        className={css.way ?? ''}
        style={{ strokeWidth: 1.25 + share * 3.75 }}
        data-taken={edge.count > 0 || undefined}
      />
      {edge.label !== '' && (
        <EdgeLabelRenderer>
          <div className={css.label} style={{ transform: `translate(-50%, -50%) translate(${edge.labelAt.x}px, ${edge.labelAt.y}px)` }}>
            <span className="clip">{edge.label}</span>
            {edge.count > 0 && <strong>{sayNumber(edge.count)}</strong>}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

const nodeTypes = { card: Card, end: End };
const edgeTypes = { way: Way };

interface CanvasProps {
  journeyKey: string;
  placed: Placed;
  steps: ReadonlyMap<string, { here: number; passed: number }> | null;
  chosen: string | undefined;
  /** Step key → what is wrong there. */
  wrong: ReadonlyMap<string, string>;
  onChoose: (key: string | null) => void;
}

/** The journey as it is stored, drawn from top to bottom; the way people take is thicker. */
export function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Drawn {...props} />
    </ReactFlowProvider>
  );
}

function Drawn({ journeyKey, placed, steps, chosen, wrong, onChoose }: CanvasProps) {
  const [focused, setFocused] = useState<string>();
  const choose = useRef(onChoose);
  choose.current = onChoose;
  const nodes = useMemo<CardNode[]>(
    () =>
      placed.nodes.map((node) => ({
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
          passed: steps?.get(node.id)?.passed ?? null,
          chosen: node.id === chosen,
          wrong: wrong.get(node.id),
          onChoose: (key: string) => choose.current(key),
          onFocus: setFocused,
        },
      })),
    [journeyKey, placed, steps, chosen, wrong],
  );
  const edges = useMemo<WayEdge[]>(() => {
    const most = Math.max(1, ...placed.edges.map((edge) => edge.count));
    return placed.edges.map((edge) => ({
      id: edge.id,
      type: 'way',
      source: edge.from,
      target: edge.to,
      focusable: false,
      data: { edge, share: edge.count / most },
    }));
  }, [placed]);
  return (
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
      panOnScroll
      zoomOnScroll={false}
      minZoom={0.2}
      maxZoom={1.5}
      onPaneClick={() => choose.current(null)}
      aria-label="Journey"
    >
      <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} color="var(--line-2)" bgColor="var(--sunken)" />
      <Controls showInteractive={false} className={css.controls ?? ''} fitViewOptions={{ padding: 0.1, maxZoom: 1 }} aria-label="Zoom" />
      <Begin placed={placed} />
      <Look placed={placed} wanted={chosen} />
      <Look placed={placed} wanted={focused} />
    </ReactFlow>
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

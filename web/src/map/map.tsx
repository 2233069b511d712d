import { useMemo } from 'react';
import type { HouseMap } from '#contract/map.ts';
import { To, useAddress } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { plural } from '../parts/number.ts';
import { Page } from '../parts/page.tsx';
import { Peek } from '../parts/peek.tsx';
import { Pills } from '../parts/pills.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { SearchBox } from '../parts/search-box.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { useRoute } from '../query.ts';
import { CircleDrawing } from './circle.tsx';
import { cardSize, layOutMap, lineOf, type Placed } from './lay-out.ts';
import { lookOf, placeOf } from './looks.ts';
import css from './map.module.css';

/** What is drawn of it: only circles, or what has to do with what was searched; and what leads nowhere and comes from nowhere is left out. */
function shown(map: HouseMap, circlesOnly: boolean, search: string): HouseMap {
  const onCircle = new Set(map.circles.flatMap(({ hops }) => hops.map(({ kind, key }) => `${kind}/${key}`)));
  const found = new Set(map.nodes.filter(({ name, key }) => `${name} ${key}`.toLowerCase().includes(search)).map(({ id }) => id));
  const around = new Set(map.edges.flatMap(({ from, to }) => (found.has(from) || found.has(to) ? [from, to] : [])));
  const linked = new Set(map.edges.flatMap(({ from, to }) => [from, to]));
  const isShown = (id: string): boolean =>
    circlesOnly ? onCircle.has(id) : search !== '' ? found.has(id) || around.has(id) : linked.has(id);
  return {
    circles: map.circles,
    nodes: map.nodes.filter(({ id }) => isShown(id)),
    edges: map.edges.filter(({ from, to }) => isShown(from) && isShown(to)),
  };
}

/** How journeys, segments, scores, stages and what happens lead to each other, and where that turns in a circle. */
export function HouseMapPage() {
  const [address, setAddress] = useAddress();
  const what = address.what === 'drafts' ? 'drafts' : 'published';
  const query = useRoute('getMap', { query: { what } });
  const map = query.data;
  const search = (address.search ?? '').toLowerCase();
  const circlesOnly = address.circles === '1';
  const seen = useMemo(() => map && shown(map, circlesOnly, search), [map, circlesOnly, search]);
  const placed = useMemo(() => seen && layOutMap(seen), [seen]);
  const chosen = map?.nodes.find(({ id }) => id === address.peek);
  const alone = map && seen && !circlesOnly && search === '' ? map.nodes.length - seen.nodes.length : 0;
  return (
    <Page
      fit="fill"
      title="Map"
      purpose="What leads to what: an arrow says that one brings something about in the other, a dotted one that it is only asked about."
      bar={
        <>
          <Segmented
            label="What is drawn"
            value={what}
            choices={[
              { value: 'published', label: 'In force' },
              { value: 'drafts', label: 'With drafts' },
            ]}
            onChange={(next) => setAddress({ what: next === 'drafts' ? 'drafts' : undefined, peek: undefined })}
          />
          <SearchBox
            value={address.search ?? ''}
            onChange={(next) => setAddress({ search: next || undefined })}
            placeholder="Search name or key"
            width={220}
          />
          {map && map.circles.length > 0 && (
            <Pills
              label="Circles"
              value={circlesOnly ? '1' : undefined}
              onChange={(next) => setAddress({ circles: next })}
              choices={[
                {
                  value: '1',
                  label: 'Circles',
                  count: map.circles.length,
                  tone: map.circles.some(({ endless }) => endless) ? ('bad' as const) : ('warn' as const),
                },
              ]}
            />
          )}
        </>
      }
    >
      {query.error && <ProblemView problem={query.error} again={() => void query.refetch()} page />}
      {!map && !query.error && <Bones lines={8} />}
      {placed && placed.nodes.length === 0 && (
        <Empty title={search !== '' ? 'Nothing fits' : 'Nothing leads to anything yet'}>
          {search !== ''
            ? 'Change what is searched for.'
            : 'Publish a journey or a segment: what begins it and what it brings about is drawn here.'}
        </Empty>
      )}
      {map && placed && placed.nodes.length > 0 && (
        <div className={css.work}>
          {map.circles.length > 0 && (
            <section className={css.circles} aria-label="Circles">
              {map.circles.map((circle) => (
                <div key={circle.says}>
                  <p className={css.says}>
                    {circle.endless ? 'Turns for ever although nobody does anything.' : `Ends by itself, because ${circle.because}.`}
                  </p>
                  <CircleDrawing circle={circle} />
                </div>
              ))}
            </section>
          )}
          <Drawn placed={placed} circles={map.circles} chosen={address.peek} onChoose={(id) => setAddress({ peek: id })} />
          {alone > 0 && (
            <p className={css.alone}>
              {plural(alone, 'definition is', 'definitions are')} not drawn: nothing here leads to them or from them.
            </p>
          )}
        </div>
      )}
      {map && chosen && (
        <Peek title={`${lookOf(chosen.kind).name} ${chosen.name}`} onClose={() => setAddress({ peek: undefined })}>
          <About map={map} id={chosen.id} onChoose={(id) => setAddress({ peek: id })} />
        </Peek>
      )}
    </Page>
  );
}

/** The way between two places that stand beside each other on a circle: for ever, or not. */
function turning(circles: HouseMap['circles']): Map<string, boolean> {
  const ways = new Map<string, boolean>();
  for (const { hops, endless } of circles)
    hops.forEach((hop, index) => {
      const next = hops[(index + 1) % hops.length]!;
      const id = `${hop.kind}/${hop.key} ${next.kind}/${next.key}`;
      ways.set(id, endless || ways.get(id) === true);
    });
  return ways;
}

function Drawn({
  placed,
  circles,
  chosen,
  onChoose,
}: {
  placed: Placed;
  circles: HouseMap['circles'];
  chosen: string | undefined;
  onChoose: (id: string) => void;
}) {
  const turns = turning(circles);
  const stateOf = (from: string, to: string): 'endless' | 'held' | undefined => {
    const turn = turns.get(`${from} ${to}`);
    return turn === undefined ? undefined : turn ? 'endless' : 'held';
  };
  const marked = new Map<string, 'endless' | 'held'>();
  for (const { hops, endless } of circles)
    for (const { kind, key } of hops)
      if (endless || !marked.has(`${kind}/${key}`)) marked.set(`${kind}/${key}`, endless ? 'endless' : 'held');
  const touches = (edge: { from: string; to: string }): boolean => chosen === edge.from || chosen === edge.to;
  return (
    <section className={css.scroll} aria-label="Map" tabIndex={-1}>
      <div className={css.drawing} style={{ width: placed.width, height: placed.height }} data-chosen={chosen !== undefined || undefined}>
        <svg width={placed.width} height={placed.height} aria-hidden="true">
          <defs>
            {['plain', 'near', 'endless', 'held'].map((tone) => (
              <marker key={tone} id={`point-${tone}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                <path d="M0,0L8,4L0,8z" className={css.point} data-tone={tone} />
              </marker>
            ))}
          </defs>
          {placed.edges.map((edge) => {
            const tone = stateOf(edge.from, edge.to) ?? (touches(edge) ? 'near' : 'plain');
            return (
              <path
                key={`${edge.from} ${edge.to}`}
                d={lineOf(edge.points)}
                className={css.way}
                data-tone={tone}
                data-reads={!edge.leads || undefined}
                markerEnd={`url(#point-${tone})`}
              />
            );
          })}
        </svg>
        {placed.edges
          .filter((edge) => edge.does.length > 0 && (touches(edge) || stateOf(edge.from, edge.to)))
          .map((edge) => (
            <span
              key={`${edge.from} ${edge.to}`}
              className={css.label}
              style={{ left: edge.labelAt.x, top: edge.labelAt.y }}
              aria-hidden="true"
            >
              {edge.does.join(', ')}
            </span>
          ))}
        <ul className={css.nodes}>
          {placed.nodes.map((node) => {
            const { icon: Icon, name } = lookOf(node.kind);
            return (
              <li key={node.id} style={{ left: node.x, top: node.y, ...cardSize }}>
                <button
                  type="button"
                  className={css.node}
                  data-kind={node.kind}
                  data-turns={marked.get(node.id)}
                  data-draft={!node.live || undefined}
                  aria-pressed={chosen === node.id}
                  onClick={() => onChoose(node.id)}
                  data-tip={node.name}
                >
                  <Icon size={16} stroke={1.7} aria-hidden="true" />
                  <span className="visually-hidden">{name}</span>
                  <span className="clip">{node.name}</span>
                  {marked.has(node.id) && <span className="visually-hidden">, on a circle</span>}
                </button>
              </li>
            );
          })}
        </ul>
      </div>
    </section>
  );
}

/** One place: what it reads and writes, and what leads to it and from it. */
function About({ map, id, onChoose }: { map: HouseMap; id: string; onChoose: (id: string) => void }) {
  const node = map.nodes.find((each) => each.id === id)!;
  const ways = (side: 'from' | 'to') =>
    map.edges
      .filter((edge) => edge[side] === id)
      .map((edge) => ({ ...edge, other: map.nodes.find((each) => each.id === (side === 'from' ? edge.to : edge.from))! }));
  const list = (title: string, edges: ReturnType<typeof ways>, nothing: string) => (
    <section className={css.part}>
      <h3>{title}</h3>
      {edges.length === 0 ? (
        <p className="faint">{nothing}</p>
      ) : (
        <ul>
          {edges.map(({ other, does }) => (
            <li key={other.id}>
              <button type="button" className="text-link" onClick={() => onChoose(other.id)}>
                {other.name}
              </button>{' '}
              <span className="faint">{[lookOf(other.kind).name.toLowerCase(), ...does].join(' · ')}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
  const words = (title: string, items: readonly string[]) =>
    items.length > 0 && (
      <section className={css.part}>
        <h3>{title}</h3>
        <p>{items.join(', ')}</p>
      </section>
    );
  return (
    <div className={css.about}>
      <p>
        <To to={placeOf(node.kind, node.key)} className="text-link">
          Open {lookOf(node.kind).name.toLowerCase()}
        </To>
        {!node.live && <span className="faint"> · a draft, not in force</span>}
      </p>
      {list('What leads here', ways('to'), 'Nothing here: people come to it by what they do.')}
      {list('What it leads to', ways('from'), 'Nothing.')}
      {words('Reads', node.reads)}
      {words('Writes', node.writes)}
      {map.circles
        .filter(({ hops }) => hops.some(({ kind, key }) => `${kind}/${key}` === id))
        .map((circle) => (
          <section key={circle.says} className={css.part}>
            <h3>{circle.endless ? 'Turns for ever' : 'A circle that ends by itself'}</h3>
            <CircleDrawing circle={circle} />
          </section>
        ))}
    </div>
  );
}

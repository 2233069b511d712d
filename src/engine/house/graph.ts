import type { DefinitionDocument } from '#contract/definition.ts';
import { mainKey } from '#contract/definition.ts';
import { sayDuration } from '#contract/instant.ts';
import type { Journey } from '#contract/journey.ts';
import type { Rule } from '#contract/rule.ts';
import type { StepOf } from '#contract/steps/index.ts';
import { triggerOf } from '#contract/steps/trigger.ts';
import { allows, compileLifecycle, type CompiledLifecycle } from '../lifecycle/lifecycle.ts';
import { bareContext } from '../rule/question.ts';
import { readsOf } from '../rule/rule.ts';
import { nameOf } from '../name-of.ts';
import { answerEvent, noteEvent, pointsEvent, recycledEvent } from '../written-events.ts';
import { type HouseFact, meets, type Push, pushOfRule } from './facts.ts';
import { type OwnWrite, ownWrites } from './own-ways.ts';

/** A definition, or a stage of the lifecycle, where something happens. */
export interface Place {
  kind: DefinitionDocument['kind'] | 'stage';
  key: string;
  name: string;
}
/** Something that happens: a fact, or that somebody enters a journey by one of its entries. */
export interface HouseNode {
  id: string;
  /** Null for what happens in no definition: a tag, a trait, an event. */
  of: Place | null;
  fact: HouseFact | null;
  entry: { key: string; journey: Journey; step: StepOf<'entry'> } | null;
  /** One of these has to happen before this can happen anew: a tag that is there cannot be added. Null for what can always happen again. */
  opposites: string[] | null;
}
/** One thing leads to another by itself. */
export interface HouseEdge {
  from: string;
  to: string;
  /** Said of the definition in which `from` happens; empty where nothing has to be said. */
  does: string;
  /** Only time passes in between. */
  byTime: boolean;
  /** Somebody may wait in between. */
  later: boolean;
  /** The run that does it may be over at once. */
  endsAtOnce: boolean;
  /** Whoever is there does it, whatever way they go. */
  always: boolean;
  /** It really does so; else it hangs on values that nobody knows before. */
  sure: boolean;
}
export interface HouseGraph {
  nodes: ReadonlyMap<string, HouseNode>;
  edges: readonly HouseEdge[];
}

const said = (value: unknown): string => (typeof value === 'string' ? `“${value}”` : String(value));

export function factId(fact: HouseFact): string {
  switch (fact.kind) {
    case 'tag':
      return `tag:${fact.tag} ${fact.added ? 'added' : 'removed'}`;
    case 'trait':
      return `trait:${fact.path}=${JSON.stringify(fact.value)}`;
    case 'event':
      return `event:${fact.name} ${JSON.stringify(fact.properties)}`;
    case 'owner':
      return 'owner';
    case 'stage':
    case 'segment':
      return `${fact.kind}:${fact.kind === 'stage' ? fact.stage : fact.key} ${fact.entered ? 'entered' : 'left'}`;
    case 'score':
      return `score:${fact.key} ${fact.up ? 'up' : 'down'}`;
    case 'grade':
      return `grade:${fact.key}`;
  }
}

/** The names under which rules read a fact, as `readsOf` gives them. */
const readAs = (fact: HouseFact): string => {
  switch (fact.kind) {
    case 'tag':
      return 'trait:tags';
    case 'trait':
      return `trait:${fact.path.split('.', 1)[0]}`;
    case 'event':
      return `event:${fact.name}`;
    case 'owner':
      return 'profile:owner';
    case 'stage':
      return 'stage';
    default:
      return `${fact.kind}:${fact.key}`;
  }
};

/** What a journey does, to stand after its name. */
function sayWrite(fact: OwnWrite['fact']): string {
  switch (fact.kind) {
    case 'start':
      return 'starts';
    case 'tag':
      return `${fact.added ? 'adds' : 'takes away'} the tag “${fact.tag}”`;
    case 'trait':
      return fact.value === null ? `removes ${fact.path}` : `sets ${fact.path} to ${said(fact.value)}`;
    case 'event':
      return fact.name === noteEvent
        ? 'writes a note'
        : fact.name === pointsEvent
          ? `${Number(fact.properties.points) < 0 ? 'takes points off' : 'adds points to'} “${fact.properties.score}”`
          : fact.name === answerEvent
            ? 'is answered by another system'
            : `writes “${fact.name}”`;
    case 'owner':
      return 'gives people an owner';
    case 'stage':
      return 'moves people to it';
    default:
      return '';
  }
}

class Builder {
  readonly nodes = new Map<string, HouseNode>();
  readonly edges = new Map<string, HouseEdge>();

  node(id: string, of: Place | null, more: Partial<HouseNode> = {}): string {
    if (!this.nodes.has(id)) this.nodes.set(id, { id, of, fact: null, entry: null, opposites: null, ...more });
    return id;
  }

  edge(from: string, to: string, given: Partial<HouseEdge> = {}): void {
    const edge = { from, to, does: '', byTime: false, later: false, endsAtOnce: true, always: true, sure: true, ...given };
    const id = `${from} → ${to}`;
    const there = this.edges.get(id);
    if (!there) this.edges.set(id, edge);
    else {
      there.later ||= edge.later;
      there.endsAtOnce ||= edge.endsAtOnce;
      there.always ||= edge.always;
      there.sure ||= edge.sure;
      there.byTime &&= edge.byTime;
    }
  }

  /** A push of a fact upon something that is so or is not so, and time that undoes it. */
  push(from: string, push: Push, yes: string, no: string, does: { does: string; undone: string }): void {
    if (push.up) this.edge(from, yes, { does: does.does, sure: push.sure });
    if (push.down) this.edge(from, no, { does: does.does, sure: push.sure });
    if (push.passes && push.up) this.edge(yes, no, { does: does.undone, byTime: true, later: true });
    if (push.passes && push.down) this.edge(no, yes, { does: 'is entered when time has passed', byTime: true, later: true });
  }
}

interface RuleReader {
  rule: Rule;
  /** What a push means: the two nodes between which it stands. */
  yes: string;
  no: string;
  undone: string;
}

/** What all definitions together bring about by themselves. */
export function houseGraph(documents: Iterable<DefinitionDocument>): HouseGraph {
  const all = [...documents];
  const builder = new Builder();
  const facts = new Map<string, HouseFact>();
  const keep = (fact: HouseFact, of: Place | null, opposites: HouseFact[] | null): string => {
    const id = factId(fact);
    facts.set(id, fact);
    return builder.node(id, of, { fact, opposites: opposites && opposites.map(factId) });
  };
  const both = <F extends HouseFact>(of: Place, one: F, other: F): [string, string] => [keep(one, of, [other]), keep(other, of, [one])];
  const readers = new Map<string, RuleReader[]>();
  const reads = (rule: Rule, reader: Omit<RuleReader, 'rule'>): void => {
    for (const name of readsOf(rule)) {
      const there = readers.get(name);
      if (there) there.push({ rule, ...reader });
      else readers.set(name, [{ rule, ...reader }]);
    }
  };

  let lifecycle: CompiledLifecycle | null = null;
  for (const document of all) {
    const place: Place = { kind: document.kind, key: document.key, name: nameOf(document) };
    if (document.kind === 'segment') {
      const { key } = document;
      const [yes, no] = both(place, { kind: 'segment', key, entered: true }, { kind: 'segment', key, entered: false });
      if (document.body.rule) reads(document.body.rule, { yes, no, undone: 'is left when time has passed' });
    }
    if (document.kind === 'score') {
      const { key, body } = document;
      const [yes, no] = both(place, { kind: 'score', key, up: true }, { kind: 'score', key, up: false });
      for (const line of body.points) {
        const [more, less] = line.points < 0 ? [no, yes] : [yes, no];
        reads(line.rule, { yes: more, no: less, undone: 'falls when time has passed' });
      }
      for (const threshold of body.thresholds) {
        const [risen, fallen] = [`score:${key}/${threshold.key} risen`, `score:${key}/${threshold.key} fallen`];
        builder.edge(yes, builder.node(risen, place, { opposites: [fallen] }), { does: `rises to ${threshold.name}` });
        builder.edge(no, builder.node(fallen, place, { opposites: [risen] }), { does: `falls below ${threshold.name}` });
      }
    }
    if (document.kind === 'grade') {
      const id = keep({ kind: 'grade', key: document.key }, place, null);
      for (const score of [document.body.fit, document.body.engagement])
        for (const way of ['up', 'down'])
          builder.edge(`score:${score} ${way}`, id, { does: way === 'up' ? 'rises' : 'falls', sure: false });
    }
    if (document.kind === 'lifecycle' && document.key === mainKey) lifecycle = compileLifecycle(0, document.body, bareContext);
  }
  for (const stage of lifecycle?.stages.values() ?? []) {
    const place: Place = { kind: 'stage', key: stage.key, name: stage.name };
    both(place, { kind: 'stage', stage: stage.key, entered: true }, { kind: 'stage', stage: stage.key, entered: false });
  }
  for (const to of lifecycle?.stages.keys() ?? [])
    for (const from of lifecycle!.stages.keys())
      if (allows(lifecycle!, from, to)) builder.edge(`stage:${to} entered`, `stage:${from} left`, { does: 'is entered from there' });
  for (const { stage, body } of lifecycle?.stalls.values() ?? []) {
    const way = { byTime: true, later: true, sure: body.unless === undefined };
    const { from, to, reason } = { from: stage, to: body.to, reason: body.reason };
    const event = keep({ kind: 'event', name: recycledEvent, properties: { from, to, reason }, open: true }, null, null);
    for (const id of [`stage:${to} entered`, event])
      builder.edge(`stage:${from} entered`, id, { ...way, does: `recycles people after ${sayDuration(body.after)}` });
  }

  const journeys = all.filter((each) => each.kind === 'journey');
  const entries = journeys.flatMap(({ key, body }) =>
    body.steps
      .filter((step) => step.kind === 'entry')
      .map((step) => ({
        step,
        id: builder.node(`journey:${key}/${step.key}`, { kind: 'journey', key, name: body.name }, { entry: { key, journey: body, step } }),
        key,
        body,
      })),
  );
  for (const { id, key, body, step } of entries)
    for (const { fact, step: _, ...way } of ownWrites(key, body, step)) {
      const does = sayWrite(fact);
      if (fact.kind === 'start') {
        for (const other of entries)
          if (other.key === fact.journey && 'by' in other.step.on && other.step.on.by === 'journey')
            builder.edge(id, other.id, { ...way, does });
        continue;
      }
      const opposites: HouseFact[] | null = fact.kind === 'tag' ? [{ ...fact, added: !fact.added }] : null;
      const there = fact.kind === 'stage' ? factId(fact) : keep(fact, null, opposites);
      if (builder.nodes.has(there)) builder.edge(id, there, { ...way, does });
    }
  // A value that stands there cannot be set anew before another one was.
  for (const [id, fact] of facts)
    if (fact.kind === 'trait')
      builder.nodes.get(id)!.opposites = [...facts].flatMap(([other, each]) =>
        each.kind === 'trait' && each.path === fact.path && other !== id ? [other] : [],
      );

  for (const [id, fact] of facts) {
    const does =
      fact.kind === 'segment' || fact.kind === 'stage'
        ? fact.entered
          ? 'is entered'
          : 'is left'
        : fact.kind === 'score'
          ? fact.up
            ? 'rises'
            : 'falls'
          : fact.kind === 'grade'
            ? 'changes'
            : '';
    for (const reader of readers.get(readAs(fact)) ?? []) {
      const push = pushOfRule(reader.rule, fact);
      if (push) builder.push(id, push, reader.yes, reader.no, { does, undone: reader.undone });
    }
    if (fact.kind === 'event') {
      for (const document of all) {
        if (document.kind !== 'score') continue;
        const [more, less] = [`score:${document.key} up`, `score:${document.key} down`];
        if (fact.name === pointsEvent && fact.properties.score === document.key)
          builder.edge(id, Number(fact.properties.points) < 0 ? less : more);
        for (const signal of document.body.signals) {
          const met = meets(signal.on, fact);
          if (met === false) continue;
          const [yes, no] = signal.points < 0 ? [less, more] : [more, less];
          const passes = signal.halfLife !== undefined || signal.expires !== undefined;
          builder.push(id, { up: true, down: false, passes, sure: met === true }, yes, no, { does, undone: 'falls when time has passed' });
        }
      }
      for (const stage of lifecycle?.stages.values() ?? [])
        for (const way of stage.entry) {
          const met = meets(way.on, fact);
          if (met !== false) builder.edge(id, `stage:${stage.key} entered`, { sure: met === true && way.when === undefined });
        }
    }
    for (const entry of entries) {
      const trigger = triggerOf(entry.step.on);
      if (trigger.kind === 'event' && fact.kind === 'event') {
        const met = meets(trigger.on, fact);
        if (met !== false) builder.edge(id, entry.id, { sure: met === true });
      }
      if (trigger.kind === 'segment' && id === `segment:${trigger.on.segment} ${trigger.on.change}`) builder.edge(id, entry.id, { does });
      if (trigger.kind === 'stage' && id === `stage:${trigger.on.stage} ${trigger.on.change}`) builder.edge(id, entry.id, { does });
    }
  }
  for (const entry of entries) {
    const trigger = triggerOf(entry.step.on);
    const id = trigger.kind === 'score' ? `score:${trigger.on.score}/${trigger.on.threshold} ${trigger.on.change}` : null;
    if (id !== null && builder.nodes.has(id))
      builder.edge(id, entry.id, { does: `${trigger.kind === 'score' && trigger.on.change === 'risen' ? 'rises' : 'falls'}` });
  }
  return {
    nodes: builder.nodes,
    edges: [...builder.edges.values()].filter((edge) => builder.nodes.has(edge.from) && builder.nodes.has(edge.to)),
  };
}

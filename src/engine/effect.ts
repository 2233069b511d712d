import type { ConsentLine, DecisionLine, StageMove, StepTaken } from '#contract/history.ts';
import type { IdentityKind } from '#contract/fact.ts';
import type { Instant } from '#contract/instant.ts';
import type { Json, JsonObject } from '#contract/json.ts';
import type { RefusedValue } from './fields.ts';
import type { Explained } from './rule/explain.ts';

/** What the engine asks for. The operation that asked writes them all in the transaction of the decision, or none. */
export type Effect =
  | ({ kind: 'move' } & StageMove)
  | { kind: 'segment'; segment: string; version: number | null; entered: boolean; at: Instant; evidence: string; because: Explained[] }
  | {
      kind: 'score';
      score: string;
      version: number;
      threshold: string;
      /** [points] Where the threshold stands, and what the score was worth when it crossed it, up or down. */
      from: number;
      value: number;
      up: boolean;
      at: Instant;
      evidence: string;
    }
  | ({ kind: 'consent' } & ConsentLine)
  | { kind: 'suppress'; channel: string; address: string; scope: 'marketing' | 'all'; because: string; at: Instant }
  | {
      kind: 'message';
      id: string;
      journey: string;
      version: number;
      run: string;
      step: string;
      template: string;
      topic: string;
      createdAt: Instant;
      expiresAt: Instant;
      evidence: string;
      actAt: Instant | null;
      /** What becomes of it when it may not go out now [wait]. */
      ifHeld?: 'drop' | 'best';
      /** The offer that it makes. */
      offer?: string;
      /** The run waits for what is answered. */
      asks?: true;
    }
  | {
      kind: 'task';
      id: string;
      title: string;
      owner: string | null;
      dueAt: Instant;
      at: Instant;
      journey: string;
      evidence: string;
      /** What a run waits for, and at which of its steps. */
      asks?: 'approval' | 'release';
      run?: string;
      step?: string;
    }
  | { kind: 'owner'; owner: string }
  | { kind: 'take-over'; by: string; reason: string }
  | { kind: 'start-journey'; journey: string; from: string; evidence: string }
  | { kind: 'end-journey'; journey: string; from: string; evidence: string }
  | ({ kind: 'step' } & StepTaken)
  /** Somebody came to their arm of an experiment for the first time; it counts unless a winner had been taken. */
  | { kind: 'expose'; experiment: string; arm: string; at: Instant; evidence: string; counts: boolean }
  | { kind: 'set-trait'; path: string; value: Json }
  | ({ kind: 'field-refused'; id: string; at: Instant; evidence: string } & RefusedValue)
  | { kind: 'expired'; id: string; at: Instant; path: string; field: string }
  | { kind: 'move-stage'; to: string; journey: string; step: string; evidence: string }
  | ({ kind: 'decision' } & DecisionLine)
  | { kind: 'message-event'; message: string; what: 'opened' | 'clicked' | 'bounced'; answer: string | null }
  | { kind: 'event'; id: string; name: string; at: Instant; properties: JsonObject; from: string; by: 'link' | 'journey' | 'lifecycle' }
  | { kind: 'merge'; joins: string; evidence: string; actor: string; by: string | null; reason: string | null }
  | { kind: 'disown'; name: { kind: IdentityKind; value: string }; because: string; at: Instant }
  /** Journeys that do not act on the person any more; none when they may again. */
  | { kind: 'lock'; journeys: string[]; at: Instant }
  | { kind: 'erase'; actor: string };

export type EffectOf<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

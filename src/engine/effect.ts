import type { ConsentChange } from '#contract/consent.ts';
import type { Instant } from '#contract/instant.ts';
import type { Json, JsonObject } from '#contract/json.ts';

/** What the engine asks for. The operation that asked writes them all in the transaction of the decision, or none. */
export type Effect =
  | {
      kind: 'move';
      seq: number;
      from: string | null;
      to: string;
      at: Instant;
      evidence: string;
      override: boolean;
      reason: string | null;
      actor: string;
    }
  | { kind: 'segment'; segment: string; entered: boolean; at: Instant }
  | { kind: 'consent'; seq: number; change: ConsentChange; at: Instant; evidence: string; tookEffect: boolean }
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
    }
  | { kind: 'task'; id: string; title: string; owner: string | null; dueAt: Instant; at: Instant; journey: string; evidence: string }
  | {
      kind: 'step';
      run: string;
      seq: number;
      journey: string;
      version: number;
      step: string;
      next: string | null;
      at: Instant;
      evidence: string | null;
      because: string | null;
    }
  | { kind: 'set-trait'; path: string; value: Json }
  | { kind: 'move-stage'; to: string; journey: string; step: string; evidence: string }
  | {
      kind: 'decision';
      id: string;
      at: Instant;
      about: string;
      decided: string;
      answer: string;
      because: { rule: string; version: number | null; held: boolean; evidence: string[] }[];
      evidence: string | null;
    }
  | { kind: 'message-event'; message: string; what: 'opened' | 'clicked' | 'bounced'; answer: string | null }
  | { kind: 'event'; id: string; name: string; at: Instant; properties: JsonObject; from: string }
  | { kind: 'merge'; joins: string; evidence: string; actor: string }
  | { kind: 'erase'; actor: string };

export type EffectOf<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

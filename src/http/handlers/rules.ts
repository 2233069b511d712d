import { cancelBackfill, explainFor, listBackfills, previewRule, vocabulary } from '#operations/rules.ts';
import { seenEvents } from '#operations/seen-events.ts';
import type { HandlersOf } from '../api.ts';

export const rules: HandlersOf<'previewRule' | 'explainRuleFor' | 'getVocabulary' | 'listSeenEvents' | 'listBackfills' | 'cancelBackfill'> =
  {
    previewRule: (house, { caller, body }) => previewRule(house.deps, caller.workspace, body.rule, body.sample),
    explainRuleFor: (house, { caller, body }) => explainFor(house.deps, caller.workspace, body.rule, body.person),
    getVocabulary: (house, { caller }) => vocabulary(house.deps, caller.workspace),
    listSeenEvents: (house, { caller }) => seenEvents(house.deps, caller.workspace),
    listBackfills: (house, { caller }) => listBackfills(house.deps, caller.workspace),
    cancelBackfill: (house, { caller, params }) => cancelBackfill(house.deps, caller.workspace, caller.actor, params.id),
  };

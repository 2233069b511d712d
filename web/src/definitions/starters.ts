import { blankMail } from '../journeys/mail/mail-draft.ts';
import type { DefinitionKind } from '#contract/definition.ts';

/** What a new definition of a kind begins with: short, and free of mistakes where that is possible. */
export const starters: Record<DefinitionKind, (name: string) => unknown> = {
  field: (name) => ({ name, path: 'company', type: 'text', meaning: '', owner: null, class: 'personal', retention: null }),
  topic: (name) => ({ name, meaning: '', purpose: 'marketing' }),
  'entry-point': (name) => ({
    name,
    entry: 'form',
    source: 'website',
    stage: null,
    consent: { purpose: 'marketing', wording: 'Send me news about once a month.' },
    owner: null,
    form: {
      title: name,
      intro: '',
      fields: [{ path: 'email', label: 'E-mail', type: 'email', required: true }],
      button: 'Send',
      thanks: 'Thank you. We will be in touch.',
      event: 'Form Submitted',
    },
  }),
  lifecycle: (name) => ({
    name,
    owner: null,
    stages: [
      {
        key: 'lead',
        name: 'Lead',
        meaning: 'Has shown interest and can be reached',
        first: true,
        entry: [{ on: { event: 'Form Submitted' } }],
        next: [],
      },
    ],
  }),
  segment: (name) => ({ name, meaning: '', rule: { event: { name: 'Signed Up', within: 'P30D' } } }),
  score: (name) => ({
    name,
    meaning: '',
    points: [{ because: 'Signed up', rule: { event: { name: 'Signed Up' } }, points: 20 }],
    min: 0,
    max: 100,
  }),
  grade: (name) => ({ name, meaning: '', fit: 'fit', engagement: 'engagement', letters: [75, 50, 25], digits: [75, 50, 25] }),
  template: blankMail,
  'cap-policy': (name) => ({
    name,
    caps: [{ channel: 'email', max: 3, within: 'P7D' }],
    quietHours: { from: '21:00', to: '08:00', answersWithin: 'PT0S' },
    quietElsewhere: [],
    fatigue: null,
    holds: [],
  }),
  offer: (name) => ({ name, meaning: '', lasts: 'P7D' }),
  'identity-policy': (name) => ({
    name,
    kinds: [
      { kind: 'user', mergeKnown: 'trusted' },
      { kind: 'anonymous', hold: { more: 50, within: 'P1D' }, sharedBy: 10 },
      { kind: 'email', hold: { more: 10, within: 'P1D' }, sharedBy: 10 },
      { kind: 'phone', hold: { more: 10, within: 'P1D' }, sharedBy: 10 },
      { kind: 'push' },
    ],
    refused: [],
  }),
  journey: (name) => ({
    name,
    intent: 'What this journey is for.',
    goal: null,
    exits: [],
    reentry: 'never',
    maxTime: 'P30D',
    steps: [
      { key: 'start', kind: 'entry', on: { event: 'Signed Up' }, next: 'pause' },
      { key: 'pause', kind: 'wait', for: 'P1D', next: 'done' },
      { key: 'done', kind: 'exit', reason: 'reached the end' },
    ],
  }),
};

/** Kinds of which a workspace has one, with the key "main". */
export const single: readonly DefinitionKind[] = ['lifecycle', 'cap-policy', 'identity-policy'];

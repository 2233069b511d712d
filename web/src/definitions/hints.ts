import type { DefinitionKind } from '#contract/definition.ts';

const hints: Record<DefinitionKind, string> = {
  field:
    'path says where the value lives in the traits; allowed lists the values it may take; writers says who may write it, strongest first.',
  topic: 'purpose is marketing (needs consent, counts toward caps) or transactional (answers what the person did).',
  'entry-point': 'A declared way in: the source people carry for good, their first stage, and the exact words of the consent.',
  lifecycle: 'Stages in order. A stage is entered by an event that is its evidence; next lists where people may move on to.',
  segment: 'rule says who belongs. Combine all, any and not with trait, event, stage, segment, score and consent.',
  score:
    'points count while a rule holds, signals each time something is done; halfLife and expires let them fade. The sum is kept between min and max.',
  grade: 'fit gives the letter, engagement the digit. letters and digits say from how much on, each number less than the one before.',
  template: 'Texts are Liquid over person, event and workspace. fallbacks says what stands where a value is missing.',
  offer: 'lasts says how long it is open to somebody after it was sent; meanwhile no message with another offer goes out to them.',
  'cap-policy':
    'caps limits marketing messages, in a rolling window or per day, week or month; quietHours holds them in the person’s own time; holds says what they wait for.',
  'identity-policy':
    'kinds lists identifiers, the strongest first: who may say them, how many a person may have, and whether known people are joined by them.',
  journey: 'steps are joined by their keys in next. Every wait for an event has a timeout and an onTimeout.',
};
/** One sentence about what matters in a kind. */
export const hintFor = (kind: DefinitionKind): string => hints[kind];

/** Events that steps of journeys write. Rules, scores and branches believe them, so a write key may not send them. */
export const pointsEvent = 'Points Added';
export const noteEvent = 'Note Added';
export const answerEvent = 'Webhook Answered';

export const isWrittenByJourneys = (name: string): boolean => [pointsEvent, noteEvent, answerEvent].includes(name);

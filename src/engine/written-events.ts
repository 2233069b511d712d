/** Events that steps of journeys and the lifecycle write. Rules, scores and branches believe them, so a write key may not send them. */
export const pointsEvent = 'Points Added';
export const noteEvent = 'Note Added';
export const answerEvent = 'Webhook Answered';
export const recycledEvent = 'Lead Recycled';

const writtenHere: readonly string[] = [pointsEvent, noteEvent, answerEvent, recycledEvent];
export const isWrittenHere = (name: string): boolean => writtenHere.includes(name);

/** What becomes of messages comes back under these names. */
const messageEvents = ['Email Opened', 'Email Link Clicked', 'Email Bounced', 'Email Complained', 'Unsubscribed'];

/** Events that the product writes by itself: rules may ask about them before the first has come. */
export const ownEvents: readonly string[] = [...messageEvents, ...writtenHere];

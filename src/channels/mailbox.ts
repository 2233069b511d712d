import type { Channel, OutgoingEmail } from './channel.ts';

/** A mail as the mailbox keeps it. `key` names it: storing the same key again changes nothing. */
export interface MailboxMail {
  key: string;
  workspace: number;
  person: string | null;
  to: string;
  from: string;
  subject: string;
  raw: Buffer;
}

/** Mail that stays in the house: for practice workspaces, and until a mail server is set. */
export function mailboxChannel(options: { store(mail: MailboxMail): Promise<void> }): Channel<OutgoingEmail> {
  return {
    name: 'mailbox',
    kind: 'email',
    idempotent: true,
    concurrency: 8,

    async send(message, stillOwned) {
      try {
        if (!(await stillOwned())) return { result: 'disowned' };
        await options.store({
          key: message.key,
          workspace: message.workspace,
          person: message.person,
          to: message.envelope.to,
          from: message.envelope.from,
          subject: message.subject,
          raw: message.raw,
        });
      } catch {
        // Whether it was kept or not, the key makes another try harmless.
        return { result: 'later', retryAt: null, answer: 'the mailbox could not keep it' };
      }
      return { result: 'sent', providerId: null, answer: 'kept in the mailbox' };
    },

    async verify() {},
    async close() {},
  };
}

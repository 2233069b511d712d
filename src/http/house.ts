import type { Channel } from '#channels/channel.ts';
import type { SendingDeps } from '#operations/deliver.ts';
import type { Deps } from '#operations/deps.ts';
import type { Acceptor } from '#operations/ingest/accept.ts';
import type { Doorkeeper } from '#operations/keys.ts';
import type { Links } from '#operations/links.ts';

/** What this floor is handed. */
export interface HttpHouse {
  deps: Deps;
  sending: SendingDeps;
  acceptor: Acceptor;
  doorkeeper: Doorkeeper;
  links: Links;
  publicUrl: string;
  /** The mail server's channel; null while mail goes to the built-in mailbox. */
  email: Channel | null;
}

import { hour, type Instant, minute } from '#contract/instant.ts';
import type { By, Ending, MailAct, Planned } from './act.ts';
import type { Character } from './character.ts';
import { awake, officeHours, wholeMinute } from './hours.ts';
import { between, chanceOf, happens, someTime } from './random.ts';

/** A mail that somebody has got, and what they have done so far. */
export interface GotMail {
  mail: MailAct;
  /** Which mail it is, in words that do not depend on ids: journey, step, when it was due. */
  key: string;
  person: string;
  sentAt: Instant;
  orders: number;
  meetings: number;
}

/** What somebody does about a mail: nothing, or open it after a while, follow its link, answer, unsubscribe. Programs that look at mail first do so at once. */
export function reactTo(seed: string, who: Character, got: GotMail): Planned[] {
  const chance = chanceOf(seed, who.key, 'mail', got.key);
  const { temperament, zone } = who;
  const { mail } = got;
  const by: By = { who: who.key, key: got.key, person: got.person };
  const sent = wholeMinute(got.sentAt);
  const planned: Planned[] = [];
  if (who.scanned && mail.url !== null)
    planned.push({ at: sent + minute, act: { do: 'click', ...by, key: `${got.key} scan`, mail, machine: true, leadsTo: null } });
  if (who.proxied)
    planned.push({ at: sent + between(chance, 1, 4) * minute, act: { do: 'open', ...by, key: `${got.key} proxy`, mail, machine: true } });
  // What answers their own act is opened by nearly everybody.
  if (!happens(chance, mail.marketing ? temperament.opens : Math.max(0.9, temperament.opens))) return planned;

  const opened = awake(chance, sent + minute + someTime(chance, who.opensAfter) * minute, zone);
  // A proxy has fetched the picture already: opening it again shows nobody anything.
  if (!who.proxied) planned.push({ at: opened, act: { do: 'open', ...by, mail, machine: false } });
  if (mail.marketing && happens(chance, temperament.leaves)) {
    planned.push({ at: opened + between(chance, 1, 3) * minute, act: { do: 'unsubscribe', ...by, mail } });
    return planned;
  }
  if (mail.url !== null && happens(chance, temperament.clicks)) {
    let leadsTo: Ending = 'leaves';
    if (happens(chance, temperament.actsOnClick)) {
      const books = temperament.books / (temperament.books + temperament.shops);
      if (got.orders === 0 && got.meetings === 0) leadsTo = happens(chance, books) ? 'books' : 'shops';
      else if (got.orders > 0 && got.orders < 4 && happens(chance, 0.3)) leadsTo = 'shops';
    }
    planned.push({ at: opened + between(chance, 1, 4) * minute, act: { do: 'click', ...by, mail, machine: false, leadsTo } });
  }
  if (happens(chance, temperament.replies))
    planned.push({ at: officeHours(chance, opened + 10 * minute + someTime(chance, 2 * hour), zone), act: { do: 'reply', ...by, mail } });
  return planned;
}

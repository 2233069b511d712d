import type { Template } from '#contract/definition-bodies.ts';
import type { Fact } from '#contract/fact.ts';
import { type Instant, minute } from '#contract/instant.ts';
import type { Act, MailAct, Planned, Said } from '#engine/practice/act.ts';
import { perform } from '#engine/practice/behaviour.ts';
import { characterOf } from '#engine/practice/character.ts';
import { reactTo } from '#engine/practice/reactions.ts';
import { isVisitor } from '#engine/practice/say.ts';
import { stableId } from '#engine/stable-id.ts';
import type { Transaction } from '#store/database.ts';
import { findDefinition, findVersions } from '#store/definitions.ts';
import { appendToInbox, type InboxEntry } from '#store/inbox.ts';
import { mailSince, type NewMail, type PracticeBook, saveBook, scheduleActs, takeActs } from '#store/practice.ts';
import { factId, type Incoming, readMessage } from '../ingest/normalise.ts';
import { Resolver } from '../ingest/resolve.ts';

/** Acts taken in one transaction. */
const actsAtOnce = 500;
/** Mail that comes to light this much after its instant is noticed still: a hand-over takes a moment, and another process may have an older clock. */
const stragglers = 10 * minute;
/** Ids of noticed mail that are kept: more than can come within the stragglers' while. */
const idsKept = 5_000;

/** From when on, and but for which ids, mail has not been noticed. */
export const unnoticed = (book: PracticeBook): [Instant, readonly string[]] => [book.noticed - stragglers, book.lately];

export interface Played {
  facts: number;
  /** Whether as many acts were taken as one transaction takes, so that more may be due. */
  full: boolean;
}

/**
 * One practice workspace and its people. Plays by the road that everybody's facts take: a call is read, its person found or made, the fact appended to
 * the inbox; and in the same transaction what follows is scheduled, so that a crash neither loses an act nor plays it twice.
 */
export class Play {
  private readonly workspace: number;
  private readonly resolver: Resolver;
  /** The next person's id: made of when and who they are, so that the same seed gives the same ids. */
  private idOf: () => string = () => '';
  private website = false;

  constructor(workspace: number) {
    this.workspace = workspace;
    this.resolver = new Resolver(() => this.idOf());
  }

  /** What the cache learned in a transaction that was rolled back is not so. */
  forget(): void {
    this.resolver.forget();
  }

  /** Plays what is due at an instant of the workspace's clock. */
  async act(tx: Transaction, book: PracticeBook, now: Instant): Promise<Played> {
    const acts = await takeActs(tx, this.workspace, now, actsAtOnce);
    const planned: Planned[] = [];
    let facts = 0;
    for (const { act, dueAt, gone } of acts) {
      if (gone) continue;
      const outcome = perform(book.seed, act as unknown as Act, dueAt);
      const person = await this.say(tx, act as unknown as Act, outcome.says, dueAt);
      facts += outcome.says.length;
      planned.push(
        ...outcome.next.map((each) => (person !== null && 'who' in each.act ? { ...each, act: { ...each.act, person } } : each)),
      );
    }
    await this.schedule(tx, planned);
    return { facts, full: acts.length === actsAtOnce };
  }

  /** Has people react to the mail that was not there before; answers the book as it reads then. */
  async notice(tx: Transaction, book: PracticeBook, now: Instant): Promise<PracticeBook> {
    const mails = await mailSince(tx, this.workspace, ...unnoticed(book));
    if (mails.length === 0) return book;
    const urls = await this.firstLinks(tx, mails);
    const planned = mails.flatMap((mail) => {
      const key = mail.userId !== null && isVisitor(mail.userId) ? mail.userId : mail.person;
      const seen: MailAct = {
        id: mail.id,
        journey: mail.journey,
        template: mail.template,
        topic: mail.topic,
        marketing: mail.purpose === 'marketing',
        url: urls.get(`${mail.template}@${mail.templateVersion}`) ?? null,
      };
      const which = `${mail.journey}/${mail.step}/${Math.floor(mail.createdAt / minute)}`;
      return reactTo(book.seed, characterOf(book.seed, key), {
        mail: seen,
        key: which,
        person: mail.person,
        sentAt: mail.at,
        orders: mail.orders,
        meetings: mail.meetings,
      });
    });
    await this.schedule(tx, planned);
    // Only ids of the stragglers' while before the mark can come up again; when all the new ones are later than that, the old ones cannot.
    const lately = mails[0]!.at - book.noticed > stragglers ? [] : book.lately;
    const noted = {
      ...book,
      noticed: Math.max(book.noticed, Math.min(now, mails[mails.length - 1]!.at)),
      lately: [...lately, ...mails.map((mail) => mail.id)].slice(-idsKept),
    };
    await saveBook(tx, this.workspace, noted);
    return noted;
  }

  private schedule(tx: Transaction, planned: readonly Planned[]): Promise<void> {
    return scheduleActs(
      tx,
      this.workspace,
      planned.map((each) => ({ dueAt: each.at, act: each.act })),
    );
  }

  /** Where the first link of each template leads, when it leads to the same place for everybody. */
  private async firstLinks(tx: Transaction, mails: readonly NewMail[]): Promise<Map<string, string>> {
    const wanted = new Map(
      mails.map((mail) => [`${mail.template}@${mail.templateVersion}`, { key: mail.template, version: mail.templateVersion }]),
    );
    const found = await findVersions(tx, this.workspace, 'template', [...wanted.values()]);
    const links = new Map<string, string>();
    for (const { key, version, body } of found) {
      const template = body as Template;
      const link = template.channel === 'email' ? firstLink(template) : null;
      if (link !== null) links.set(`${key}@${version}`, link);
    }
    return links;
  }

  /** Appends what was said to the inbox; answers who said it. */
  private async say(tx: Transaction, act: Act, says: readonly Said[], at: Instant): Promise<string | null> {
    let person = 'person' in act && act.person ? act.person : null;
    if (says.length === 0) return person;
    const source = { trust: 'trusted', by: 'practice', entryPoint: await this.entryPointOf(tx) } as const;
    const entries: InboxEntry[] = [];
    for (const said of says) {
      const incoming = said.as === 'call' ? this.read(said.raw, at, source) : null;
      const fact = incoming?.fact ?? this.withdrawal(said as Extract<Said, { as: 'withdrawal' }>, at, source);
      // Whoever is known already needs no looking up; a first call, or one that brings new identities, does.
      if (incoming && (person === null || Object.keys(incoming.claims).length > 0)) {
        this.idOf = () => personId(at, this.workspace, incoming.user ?? '', incoming.anonymous ?? '');
        const names = {
          workspace: this.workspace,
          user: incoming.user,
          anonymous: incoming.anonymous,
          email: incoming.claims.email ?? null,
          phone: incoming.claims.phone ?? null,
          trusted: true,
        };
        const [resolved] = await this.resolver.resolve(tx, [names], () => at);
        person = resolved!.person;
        if (resolved!.joins !== null && resolved!.joins !== person) fact.joins = resolved!.joins;
      }
      entries.push({ workspace: this.workspace, person: person!, class: 'practice', fact });
    }
    await appendToInbox(tx, entries);
    return person;
  }

  private read(raw: unknown, now: Instant, source: Fact['source']): Incoming {
    const read = readMessage(raw, null, {
      workspace: this.workspace,
      now,
      sentAt: null,
      source,
      newId: () => stableId('practice', JSON.stringify(raw)),
    });
    if (!read.ok) throw new Error(`somebody of the practice said what cannot be read: ${read.refusal.path} ${read.refusal.message}`);
    return read.incoming;
  }

  private withdrawal(said: Extract<Said, { as: 'withdrawal' }>, at: Instant, source: Fact['source']): Fact {
    return {
      kind: 'consent',
      id: factId(this.workspace, said.messageId),
      messageId: said.messageId,
      at,
      acceptedAt: at,
      source,
      message: said.message,
      changes: [{ purpose: 'marketing', channel: 'email', state: 'withdrawn', wording: null, method: 'one-click', actor: 'person' }],
    };
  }

  /** Visitors come in through the website, where that is a declared way in. */
  private async entryPointOf(tx: Transaction): Promise<string> {
    if (!this.website) this.website = ((await findDefinition(tx, this.workspace, 'entry-point', 'website'))?.version ?? null) !== null;
    return this.website ? 'website' : 'api';
  }
}

/** A person's id (UUID version 7): the instant, then a mix of who they are where others have chance. */
function personId(at: Instant, ...who: (string | number)[]): string {
  const time = Math.floor(at).toString(16).padStart(12, '0');
  const mix = stableId('person', at, ...who).replaceAll('-', '');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${mix.slice(0, 3)}-a${mix.slice(4, 7)}-${mix.slice(20)}`;
}

/** The first fixed address among the links of a template. */
function firstLink(template: Extract<Template, { channel: 'email' }>): string | null {
  for (const block of template.blocks ?? []) {
    const link =
      block.block === 'button' || block.block === 'image'
        ? block.link
        : block.block === 'text'
          ? /\]\((https?:[^)\s]+)\)/.exec(block.text)?.[1]
          : undefined;
    if (link && !link.includes('{')) return link;
  }
  return /href="(https?:[^"{]+)"/.exec(template.html ?? '')?.[1] ?? null;
}

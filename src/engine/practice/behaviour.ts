import { day, hour, type Instant, minute, second } from '#contract/instant.ts';
import type { Act, ActKind, ActOf, By, Doing, Ending, Outcome, Planned } from './act.ts';
import {
  booking,
  contact,
  currency,
  home,
  type Page,
  portal,
  pricing,
  productOf,
  reading,
  type Service,
  services,
  signUp,
  sources,
} from './catalogue.ts';
import { characterOf, traitsOf } from './character.ts';
import { awake, daytime, officeHours, visitingTime, weekdayShare, wholeMinute } from './hours.ts';
import { between, type Chance, chanceOf, happens, pick, pickByShare, someTime } from './random.ts';
import { keyOf, keyOfVisitor, Speaker } from './say.ts';

/**
 * What people of a practice workspace do, and what follows from it. Pure: the same seed, act and instant give the same outcome. Events have the names
 * of Segment's specs, and those that the lifecycle of a service business listens for.
 */
export function perform(seed: string, act: Act, at: Instant): Outcome {
  const key = 'who' in act ? act.who : act.do === 'pass-by' ? `passer-by-${act.nth % passersBy}` : 'the day';
  const who = characterOf(seed, key);
  // The chance of an act comes from what it is, not from when it is taken up: so a day gives the same people however it is cut.
  const doing: Doing = { act, at, seed, who, chance: chanceOf(seed, key, act.do, keyOf(act), at) };
  return (deeds[act.do] as (doing: Doing) => Outcome)(doing);
}

type Deeds = { [K in ActKind]: (doing: Doing<ActOf<K>>) => Outcome };

const deeds = {
  day: openDay,
  visit,
  shop,
  order,
  book,
  meet,
  'cancel-meeting': cancelMeeting,
  sign,
  lose: (doing) =>
    only(doing, 'Deal Lost', { reason: pick(doing.chance, ['not now', 'too expensive', 'chose somebody else', 'no budget this year']) }),
  refer: (doing) => only(doing, 'Referral Made', { to: characterOf(doing.seed, `friend of ${doing.act.who}`).firstName }),
  upgrade: (doing) => only(doing, 'Subscription Upgraded', { plan: 'care-plan-plus', mrr: 140, currency }),
  'cancel-plan': (doing) =>
    only(doing, 'Subscription Cancelled', {
      plan: 'care-plan',
      reason: pick(doing.chance, ['does it in-house now', 'too expensive', 'closed the business']),
    }),
  use,
  open: ({ act, ...doing }) =>
    mailEvent(
      { act, ...doing },
      'Email Opened',
      act.machine ? { actor: 'machine', because: 'fetched by a privacy proxy' } : { actor: 'unknown', because: 'a picture was fetched' },
    ),
  click,
  reply: (doing) =>
    mailEvent(doing, 'Email Replied', {
      excerpt: pick(doing.chance, [
        'Thank you! Could you call me next week?',
        'How long does a new site take?',
        'Do you also look after existing sites?',
        'We are three people, is that too small for you?',
      ]),
    }),
  unsubscribe,
  'pass-by': passBy,
} satisfies Deeds;

// ------------------------------------------------------------------------------------------------------------------------------ arriving

/** Candidates a day, of whom the weekday lets a share through: on average about five visitors, of whom half say who they are. */
const candidatesADay = 9;
const comes = 0.62;

function openDay({ act, seed, at, chance }: Doing<ActOf<'day'>>): Outcome {
  const { ahead = 0, ...days } = act;
  const next: Planned[] = [];
  let left = ahead;
  for (let nth = 0; nth < candidatesADay * (act.crowd ?? 1); nth++) {
    const key = keyOfVisitor(Math.round(at / day), nth);
    const { zone } = characterOf(seed, key);
    const when = visitingTime(chance, at, zone);
    if (!happens(chance, comes * weekdayShare(when, zone))) continue;
    const visit = firstVisit(chance, key);
    if (left > 0 && visit.ends !== 'leaves') left -= 1;
    else next.push({ at: when, act: visit });
  }
  next.push({ at: at + day, act: left > 0 ? { ...days, ahead: left } : days });
  return { says: [], next };
}

function firstVisit(chance: Chance, who: string): ActOf<'visit'> {
  const source = pickByShare(chance, sources);
  const ends: Ending = happens(chance, source.signsUp) ? (happens(chance, 0.85) ? 'signs up' : 'writes') : 'leaves';
  return { do: 'visit', who, key: 'first', source: sources.indexOf(source), ends };
}

/** Somebody in whose zone it is day comes at this instant and signs up: so that there is something to see soon after a start. */
export function welcomeVisitor(seed: string, at: Instant, nth: number): Planned {
  const keys = Array.from({ length: 200 }, (_, attempt) => `u-9${Math.floor(at / day)}${nth}${attempt}`);
  const suits = (key: string): boolean => {
    const { zone, temperament, agrees } = characterOf(seed, key);
    return agrees && daytime(at, zone) && temperament.opens > 0.7;
  };
  const who = keys.find(suits) ?? keys[0]!;
  return {
    at: wholeMinute(at),
    act: { do: 'visit', who, key: 'first', source: between(chanceOf(seed, 'welcome', who), 0, sources.length - 1), ends: 'signs up' },
  };
}

function visit(doing: Doing<ActOf<'visit'>>): Outcome {
  const { act, at, chance, who } = doing;
  const wants = interestOf(doing);
  const signsUp = act.ends === 'signs up' || act.ends === 'writes';
  const speaker = new Speaker(doing, act.person !== undefined || signsUp);
  const source = act.source === null ? null : sources[act.source]!;
  const seen = pagesOf(chance, wants, act.ends, source !== null);
  // The last page is seen at the instant of the act, the ones before it a minute apart; a browser sends them together.
  seen.forEach((page, index) => {
    const when = at - (seen.length - 1 - index) * minute;
    speaker.page(page, when, index === 0 ? source : null);
    if (page === wants.page) speaker.track('Product Viewed', productOf(wants), { at: when });
  });
  const next: Planned[] = [];
  if (signsUp) {
    const consent = { consent: { categoryPreferences: { marketing: who.agrees } } };
    speaker.identify(traitsOf(who, wants.key, wants.name.toLowerCase()), consent);
    if (act.ends === 'signs up') speaker.track('Signed Up', { plan: wants.key, method: 'form' }, { context: consent });
    else
      speaker.track(
        'Form Submitted',
        { form: 'contact', message: `We are interested in: ${wants.name}. When could you start?` },
        { context: consent },
      );
    next.push(...firstWeeks(doing, act.ends === 'writes' ? 2 : 1));
  }
  if (act.ends === 'books') next.push({ at: at + 2 * minute, act: { do: 'book', ...by(act) } });
  if (act.ends === 'shops') next.push({ at: at + 2 * minute, act: { do: 'shop', ...by(act) } });
  return { says: speaker.says, next };
}

/** What somebody does of their own accord after they have said who they are. */
function firstWeeks({ act, at, chance, who }: Doing<ActOf<'visit'>>, keenness: number): Planned[] {
  const { temperament, zone } = who;
  const next: Planned[] = [];
  const returns = between(chance, 0, temperament.returns);
  for (let nth = 0; nth < returns; nth++)
    next.push({
      at: awake(chance, at + hour + someTime(chance, 4 * day), zone),
      act: { do: 'visit', ...by(act), key: `return ${nth}`, source: null, ends: 'leaves' },
    });
  if (happens(chance, temperament.books * keenness))
    next.push({ at: officeHours(chance, at + hour + someTime(chance, 20 * hour), zone), act: { do: 'book', ...by(act), key: 'own' } });
  else if (happens(chance, temperament.shops * keenness))
    next.push({ at: awake(chance, at + 10 * minute + someTime(chance, 15 * hour), zone), act: { do: 'shop', ...by(act), key: 'own' } });
  return next;
}

/** What they came for: one service a character. */
const interestOf = ({ seed, who }: Doing): Service => pickByShare(chanceOf(seed, 'interest', who.key), services);

function pagesOf(chance: Chance, wants: Service, ends: Ending, landing: boolean): Page[] {
  const pages: Page[] = [landing && happens(chance, 0.6) ? home : happens(chance, 0.5) ? pick(chance, reading) : wants.page];
  if (happens(chance, 0.6) && pages[0] !== wants.page) pages.push(wants.page);
  if (happens(chance, 0.4)) pages.push(pick(chance, reading));
  if (happens(chance, 0.45)) pages.push(pricing);
  const last = { leaves: null, 'signs up': signUp, writes: contact, books: booking, shops: wants.page }[ends];
  if (last && pages[pages.length - 1] !== last) pages.push(last);
  return pages;
}

// --------------------------------------------------------------------------------------------------------------------------- buying

function shop(doing: Doing<ActOf<'shop'>>): Outcome {
  const { act, at, chance, who } = doing;
  const wanted = interestOf(doing);
  const wants = wanted.online ? wanted : services[0]!;
  const speaker = new Speaker(doing, true);
  const product = productOf(wants);
  speaker.track('Product Added', product);
  speaker.track('Checkout Started', { value: wants.price, currency, products: [product] });
  if (happens(chance, who.temperament.abandons)) return { says: speaker.says, next: [] };
  return {
    says: speaker.says,
    next: [{ at: at + between(chance, 3, 12) * minute, act: { do: 'order', ...by(act), services: [wants.key], nth: 1 } }],
  };
}

function order(doing: Doing<ActOf<'order'>>): Outcome {
  const { act, at, chance, who } = doing;
  const speaker = new Speaker(doing, true);
  const bought = act.services.map((key) => services.find((each) => each.key === key)!);
  const revenue = bought.reduce((sum, each) => sum + each.price, 0);
  const tax = Math.round(revenue * 0.19 * 100) / 100;
  speaker.track('Order Completed', {
    order_id: `LS-${orderNumber(doing)}`,
    revenue,
    tax,
    total: revenue + tax,
    currency,
    products: bought.map(productOf),
  });
  const next: Planned[] = [
    { at: awake(chance, at + someTime(chance, 2 * day), who.zone), act: { do: 'use', ...by(act), key: `after ${act.nth}`, left: 5 } },
  ];
  const later = (days: number): Instant => awake(chance, at + 2 * day + someTime(chance, days * day), who.zone);
  if (happens(chance, act.nth < 4 ? 0.5 : 0.15))
    next.push({
      at: later(6),
      act: {
        do: 'order',
        ...by(act),
        key: `again ${act.nth}`,
        services: [
          pick(
            chance,
            services.filter((each) => each.online),
          ).key,
        ],
        nth: act.nth + 1,
      },
    });
  if (happens(chance, 0.12)) next.push({ at: later(6), act: { do: 'refer', ...by(act), key: `after ${act.nth}` } });
  if (act.services.includes('care-plan')) {
    if (happens(chance, 0.2)) next.push({ at: later(14), act: { do: 'upgrade', ...by(act), key: `after ${act.nth}` } });
    else if (happens(chance, 0.25)) next.push({ at: later(12), act: { do: 'cancel-plan', ...by(act), key: `after ${act.nth}` } });
  }
  return { says: speaker.says, next };
}

const orderNumber = ({ at, chance }: Doing): number => (Math.floor(at / hour) % 10_000) * 100 + between(chance, 0, 99);

/** A customer looks after their own projects. */
function use(doing: Doing<ActOf<'use'>>): Outcome {
  const { act, at, chance, who } = doing;
  const speaker = new Speaker(doing, true);
  speaker.page(portal, at, null);
  speaker.track(pick(chance, ['Project Viewed', 'Draft Commented', 'Invoice Downloaded']), { project: interestOf(doing).key });
  if (act.left <= 0) return { says: speaker.says, next: [] };
  return {
    says: speaker.says,
    next: [
      { at: awake(chance, at + 6 * hour + someTime(chance, 4 * day), who.zone), act: { ...act, key: `${act.key}.`, left: act.left - 1 } },
    ],
  };
}

// ------------------------------------------------------------------------------------------------------------------------- meeting

function book(doing: Doing<ActOf<'book'>>): Outcome {
  const { act, at, chance, who } = doing;
  const speaker = new Speaker(doing, true);
  const startsAt = officeHours(chance, at + 8 * hour + someTime(chance, 36 * hour), who.zone);
  speaker.track('Meeting Booked', {
    meeting: 'first-conversation',
    minutes: 30,
    startsAt: new Date(startsAt).toISOString(),
    about: interestOf(doing).name,
  });
  const next: Planned = happens(chance, 0.14)
    ? { at: wholeMinute(at + (startsAt - at) * chance()), act: { do: 'cancel-meeting', ...by(act) } }
    : { at: startsAt + 30 * minute, act: { do: 'meet', ...by(act) } };
  return { says: speaker.says, next: [next] };
}

function meet(doing: Doing<ActOf<'meet'>>): Outcome {
  const { act, at, chance, who } = doing;
  const wants = interestOf(doing);
  const speaker = new Speaker(doing, true);
  speaker.track('Meeting Held', { meeting: 'first-conversation', minutes: 30 });
  const fate = pickByShare(chance, [
    { share: 46, what: 'signs' },
    { share: 24, what: 'loses' },
    { share: 30, what: 'thinks' },
  ] as const);
  if (fate.what === 'signs')
    return {
      says: speaker.says,
      next: [
        {
          at: officeHours(chance, at + 3 * hour + someTime(chance, 2 * day), who.zone),
          act: { do: 'sign', ...by(act), value: wants.price, service: wants.key },
        },
      ],
    };
  if (fate.what === 'loses')
    return {
      says: speaker.says,
      next: [{ at: officeHours(chance, at + day + someTime(chance, 4 * day), who.zone), act: { do: 'lose', ...by(act) } }],
    };
  return { says: speaker.says, next: [] };
}

function cancelMeeting(doing: Doing<ActOf<'cancel-meeting'>>): Outcome {
  const { act, at, chance, who } = doing;
  const says = only(doing, 'Meeting Cancelled', { meeting: 'first-conversation' }).says;
  const again: Planned[] = happens(chance, 0.4)
    ? [
        {
          at: officeHours(chance, at + day + someTime(chance, 3 * day), who.zone),
          act: { do: 'book', ...by(act), key: `${act.key} again` },
        },
      ]
    : [];
  return { says, next: again };
}

function sign(doing: Doing<ActOf<'sign'>>): Outcome {
  const { act, at, chance, who } = doing;
  const says = only(doing, 'Agreement Signed', { agreement: act.service, value: act.value, currency }).says;
  return {
    says,
    next: [
      {
        at: officeHours(chance, at + day + someTime(chance, 2 * day), who.zone),
        act: { do: 'order', ...by(act), services: [act.service], nth: 1 },
      },
    ],
  };
}

// ----------------------------------------------------------------------------------------------------------------------------- mail

function click(doing: Doing<ActOf<'click'>>): Outcome {
  const { act, at, chance } = doing;
  const { says } = mailEvent(doing, 'Email Link Clicked', {
    link: 0,
    url: act.mail.url,
    ...(act.machine
      ? { actor: 'machine', because: 'followed several links within two seconds' }
      : { actor: 'human', because: 'an ordinary browser followed one link' }),
  });
  if (act.machine || act.leadsTo === null) return { says, next: [] };
  return {
    says,
    next: [
      { at: at + between(chance, 2, 5) * minute, act: { do: 'visit', ...by(act), key: `by ${act.key}`, source: null, ends: act.leadsTo } },
    ],
  };
}

function unsubscribe(doing: Doing<ActOf<'unsubscribe'>>): Outcome {
  const speaker = new Speaker(doing, true);
  speaker.withdraw(doing.act.mail.id);
  speaker.track('Unsubscribed', aboutMail(doing.act), mailContext);
  return { says: speaker.says, next: [] };
}

function mailEvent(
  doing: Doing<Extract<Act, { mail: unknown }>>,
  name: string,
  properties: Record<string, string | number | null>,
): Outcome {
  const speaker = new Speaker(doing, true);
  speaker.track(name, { ...aboutMail(doing.act), ...properties }, mailContext);
  return { says: speaker.says, next: [] };
}

const mailContext = { context: { channel: 'email' } };
const aboutMail = ({ mail }: Extract<Act, { mail: unknown }>) => ({
  messageId: mail.id,
  journey: mail.journey,
  template: mail.template,
  topic: mail.topic,
});

// --------------------------------------------------------------------------------------------------------------------------- passing by

/** So many different people pass by; they come again and again, so that a practice that runs for months does not fill with strangers. */
const passersBy = 24;
/** In the hour after a start or a turn somebody passes every 10 to 45 seconds; later every 2 to 6 minutes, so that an idle system stays idle. */
const livelyFor = hour;

export const nextPassBy = (chance: Chance, at: Instant, since: Instant, nth: number): Planned => ({
  at: at + (at - since < livelyFor ? between(chance, 10, 45) * second : between(chance, 2, 6) * minute),
  act: { do: 'pass-by', nth, since },
});

function passBy(doing: Doing<ActOf<'pass-by'>>): Outcome {
  const { act, at, chance } = doing;
  const speaker = new Speaker(doing, false);
  speaker.page(
    pick(chance, [home, pricing, ...reading, ...services.map((each) => each.page)]),
    at,
    happens(chance, 0.5) ? pickByShare(chance, sources) : null,
  );
  return { says: speaker.says, next: [nextPassBy(chance, at, act.since, act.nth + between(chance, 1, passersBy - 1))] };
}

// --------------------------------------------------------------------------------------------------------------------------------- parts

function only(doing: Doing, event: string, properties: Record<string, string | number>): Outcome {
  const speaker = new Speaker(doing, true);
  speaker.track(event, properties);
  return { says: speaker.says, next: [] };
}

/** The same person, in another act. */
const by = ({ who, key, person }: By): By => ({ who, key, ...(person === undefined ? {} : { person }) });

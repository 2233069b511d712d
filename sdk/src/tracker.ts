import { anyGiven, type ConsentMode, decide, type Gate, merge, type Preferences, refuse } from './consent.ts';
import { contextNow, type FirstTouch, firstTouch, pageContext, pageUrl, uuid } from './context.ts';
import { newest, openOutbox } from './outbox.ts';
import { openStore, storageKey } from './store.ts';

export interface TrackerOptions {
  /** The write key of the workspace. */
  key: string;
  /** Where to send, without a slash at the end. */
  host: string;
  mode: ConsentMode;
  /** Global Privacy Control, as the browser said on loading. */
  privacyControl: boolean;
  /** Send a page view on loading. */
  page: boolean;
  /** Send a page view on pushState and popstate. */
  spa: boolean;
  /** What was answered before the script arrived: it counts before anything else happens. */
  answers: unknown[];
}

interface Identity {
  anonymousId: string;
  userId?: string;
  first?: FirstTouch;
}

/** What is remembered of consent: the answers, and what the server was last told. */
interface Remembered {
  asked?: Preferences;
  told?: Preferences;
}

type Properties = Record<string, unknown>;
/** A call as JSON: later changes to what the page handed over do not reach it. */
type Composed = { type: 'page' | 'track' | 'identify'; userId?: string; context: Properties };

const heldMax = 100;
/** Segment's name for it: https://segment.com/docs/privacy/consent-management/consent-in-unify/ */
const consentEvent = 'Segment Consent Preference Updated';

/** The states are those of the gate, in consent.ts. Only `settle` moves it. */
export function startTracker({ key, host, mode, privacyControl, page: firstPage, spa, answers }: TrackerOptions) {
  const store = openStore();
  const outbox = openOutbox(host + '/v1/batch', key, store);
  const touch = firstTouch();

  let gate: Gate = 'waiting';
  let { asked, told } = store.read<Remembered>('consent') ?? {};
  let preferences: Preferences | undefined;
  let held: (() => void)[] = [];
  let identity: Identity | undefined;
  let introduced = true;
  let here = pageUrl();
  let referrer = document.referrer;

  /** Storage first: another tab may have signed in or out. */
  function who(): Identity {
    identity = store.read<Identity>('id') ?? identity;
    if (!identity?.anonymousId) become({ anonymousId: uuid(), first: touch });
    return identity!;
  }

  function become(next: Identity): void {
    identity = next;
    introduced = false;
    store.write('id', next);
  }

  /** Now, once somebody agrees, or never. */
  function whenAllowed(act: () => void): void {
    if (gate === 'open') act();
    else if (gate === 'waiting') held = newest([...held, act], heldMax);
  }

  /** What is said is fixed here, at the time of the call; `deliver` adds who says it, and with which consent. */
  function compose(type: Composed['type'], said: Properties): Composed {
    const call = { type, messageId: uuid(), timestamp: new Date().toISOString(), ...said, context: contextNow(referrer, privacyControl) };
    return JSON.parse(JSON.stringify(call));
  }

  function deliver(call: Composed): void {
    const { anonymousId, userId, first } = who();
    // Somebody else on the same computer does not inherit the history.
    if (call.userId && call.userId !== userId)
      become(userId ? { anonymousId: uuid(), userId: call.userId } : { anonymousId, userId: call.userId, first });
    const introduce = !introduced || call.type === 'identify';
    introduced = true;
    outbox.add({
      ...call,
      anonymousId: identity!.anonymousId,
      userId: identity!.userId,
      context: {
        ...call.context,
        consent: preferences && { categoryPreferences: preferences },
        firstTouch: introduce ? identity!.first : undefined,
      },
    });
  }

  function say(type: Composed['type'], said: Properties): void {
    const call = compose(type, said);
    whenAllowed(() => deliver(call));
  }

  const tellConsent = () => deliver(compose('track', { event: consentEvent, properties: {} }));

  /** Brings gate, storage and server in line with the answers. */
  function settle(): void {
    const decided = decide(mode, asked, privacyControl);
    const changed = JSON.stringify(decided.preferences) !== JSON.stringify(told);
    const wasOpen = gate === 'open' || anyGiven(told);
    ({ preferences } = decided);
    if (decided.gate === 'waiting') return;

    if (decided.gate === 'open') {
      store.open();
      if (gate !== 'open') outbox.recover();
      if (changed) tellConsent();
      told = preferences;
      if (told) store.write('consent', { asked, told });
    } else {
      // Who agreed earlier has to be taken off the server's list too: one last message, kept in memory only.
      if (wasOpen) who();
      outbox.clear();
      // A forgotten refusal is a new question where consent is required; where it is given, it would undo the no.
      told = mode === 'required' ? undefined : preferences;
      store.close(told && { asked, told });
      if (wasOpen && changed) tellConsent();
      identity = undefined;
      held = [];
    }
    gate = decided.gate;
    for (const act of held.splice(0)) act();
  }

  function page(name?: unknown, properties?: Properties): void {
    const [given, own] = isObject(name) ? [undefined, name] : [name ? String(name) : undefined, properties];
    // Inside one document the page before is where the person came from.
    if (here !== pageUrl()) referrer = here;
    here = pageUrl();
    say('page', { name: given, properties: { ...pageContext(referrer), name: given, ...own } });
  }

  function identify(userId?: unknown, traits?: Properties): void {
    const [given, own] = isObject(userId) ? [undefined, userId] : [userId ? String(userId) : undefined, traits];
    say('identify', { userId: given, traits: { ...own } });
  }

  const methods = {
    page,
    identify,
    track(event: string, properties?: Properties): void {
      say('track', { event: String(event), properties: { ...properties } });
    },
    /** Answers by category; those not named stay as they were. */
    consent(said: Preferences): void {
      asked = merge(asked, said);
      settle();
    },
    /** Signs out: the next message comes from a new anonymous person. Consent stays, it is the browser's. */
    reset(): void {
      whenAllowed(() => become({ anonymousId: uuid() }));
    },
    /** Undefined until there is consent: before, there is no id. */
    anonymousId(): string | undefined {
      return gate === 'open' ? who().anonymousId : undefined;
    },
  };

  asked = answers.reduce(merge, asked);
  settle();
  if (firstPage) page();

  if (spa) {
    // A turn later, when the router has set the title; a page call of the site's own meanwhile counts.
    const pageAgain = guarded(() => {
      if (here !== pageUrl()) page();
    });
    const moved = () => setTimeout(pageAgain);
    const { pushState } = history;
    history.pushState = function (...args) {
      pushState.apply(this, args);
      moved();
    };
    addEventListener('popstate', moved);
  }

  // A yes or no in another tab counts here as well.
  addEventListener('storage', ({ key: changedKey }) => {
    if (changedKey !== storageKey('consent')) return;
    const remembered = store.read<Remembered>('consent');
    asked = remembered ? remembered.asked : asked && refuse(asked, /./);
    told = decide(mode, asked, privacyControl).preferences;
    settle();
  });

  const leave = guarded(outbox.leave);
  addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') leave();
  });

  for (const name of Object.keys(methods) as (keyof typeof methods)[]) methods[name] = guarded(methods[name] as never) as never;
  return methods;
}

/** A tracker may fail; the page around it may not. */
export function guarded<A extends unknown[], R>(act: (...args: A) => R): (...args: A) => R | undefined {
  return (...args) => {
    try {
      return act(...args);
    } catch (error) {
      console.warn('throughline:', error);
      return undefined;
    }
  };
}

const isObject = (value: unknown): value is Properties => typeof value === 'object' && value !== null;

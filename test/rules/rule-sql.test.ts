import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { day, hour, type Instant, instantOf, minute, toIso } from '#contract/instant.ts';
import type { Json, JsonObject } from '#contract/json.ts';
import { Rule } from '#contract/rule.ts';
import { bucketOf, seedOf } from '#contract/rule/bucket.ts';
import { alphabet, amountOf, fold, numberOf, textOf } from '#contract/rule/values.ts';
import { dayNumberOf, startOfDay, stretchAt } from '#engine/local-calendar.ts';
import { nextLocal, offsetAt } from '#engine/local-time.ts';
import type { Database } from '#store/database.ts';
import type { RuleSqlContext } from '#store/rule-sql/context.ts';
import { countHolding, distinctZones, holdingPeople, selectAnswers } from '#store/rule-sql/rule-sql.ts';
import { dialects, freshDatabase } from '../databases.ts';

/** The rule language asked of the database: small stories with answers worked out by hand, each about the edge of one meaning. */

const now = Date.UTC(2026, 2, 11, 12); // a Wednesday
const local = { offsetAt, startOfDay, nextLocal, stretchAt };

interface Someone {
  traits?: JsonObject;
  email?: string;
  phone?: string;
  userId?: string;
  owner?: string;
  zone?: string;
  stage?: string;
  stageSince?: Instant;
  createdAt?: Instant;
  lastSeenAt?: Instant;
  firstSource?: JsonObject;
  lastSource?: JsonObject;
  place?: JsonObject;
  state?: JsonObject;
  segments?: string[];
  mergedInto?: string;
  erased?: true;
  /** [name, at, properties, call] */
  did?: [string, Instant, JsonObject?, string?][];
}

describe.each(dialects)('rules asked of %s', (dialect) => {
  let db: Database;
  let close: () => Promise<void>;
  let workspaces = 100;
  beforeAll(async () => ({ db, close } = await freshDatabase(dialect)), 60_000);
  afterAll(() => close());

  /** People of a workspace of their own, and who of them a rule holds for. */
  async function among<N extends string>(people: Record<N, Someone>) {
    const workspace = ++workspaces;
    const names = new Map<string, N>();
    const ids = {} as Record<N, string>;
    const scope = { workspaces: [workspace] };
    await db.transaction(scope, async (tx) => {
      for (const [name, each] of Object.entries(people) as [N, Someone][]) {
        const id = v7();
        names.set(id, name);
        ids[name] = id;
        const lane = Number.parseInt(id.slice(-2), 16);
        const iso = (at: Instant | undefined): string | null => (at === undefined ? null : toIso(at));
        const json = (value: Json | undefined): string | null => (value === undefined ? null : JSON.stringify(value));
        await tx.query(
          `insert into person (lane, person_id, workspace_id, email, phone, user_id, owner, zone, stage, stage_since, created_at, last_seen_at, first_source, last_source, place, traits, state, entry_point, merged_into, erased_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'form', $18, $19)`,
          [
            lane,
            id,
            workspace,
            each.email ?? null,
            each.phone ?? null,
            each.userId ?? null,
            each.owner ?? null,
            each.zone ?? null,
            each.stage ?? null,
            iso(each.stageSince),
            toIso(each.createdAt ?? now - day),
            iso(each.lastSeenAt),
            json(each.firstSource),
            json(each.lastSource),
            json(each.place),
            JSON.stringify(each.traits ?? {}),
            JSON.stringify(each.state ?? {}),
            each.mergedInto ?? null,
            each.erased ? toIso(now) : null,
          ],
        );
        for (const [event, at, properties, call] of each.did ?? [])
          await tx.query(
            `insert into event (lane, person_id, event_id, stored_at, workspace_id, call, name, happened_at, accepted_at, body) values ($1, $2, $3, $4, $5, $6, $7, $8, $4, $9)`,
            [lane, id, v7(), toIso(now), workspace, call ?? 'track', event, toIso(at), JSON.stringify({ properties: properties ?? {} })],
          );
        for (const segment of each.segments ?? [])
          await tx.query('insert into membership (lane, person_id, segment, workspace_id, since) values ($1, $2, $3, $4, $5)', [
            lane,
            id,
            segment,
            workspace,
            toIso(now),
          ]);
      }
    });
    const zones = await db.transaction(scope, (tx) => distinctZones(tx, workspace));
    const context = (other: Partial<RuleSqlContext> = {}): RuleSqlContext => ({
      workspace,
      now,
      zone: 'UTC',
      zones,
      local,
      purposeOf: (topic) => (topic === 'news' ? 'marketing' : undefined),
      ...other,
    });
    return {
      workspace,
      ids,
      zones,
      context,
      async holds(rule: unknown, other: Partial<RuleSqlContext> = {}): Promise<string> {
        const checked = Rule.parse(rule);
        const found = await db.transaction(scope, async (tx) => {
          const page = await holdingPeople(tx, checked, context(other), { limit: 1_000 });
          expect(await countHolding(tx, checked, context(other))).toBe(page.length);
          expect(page).toEqual(page.toSorted());
          return page;
        });
        return found
          .map((id) => names.get(id)!)
          .sort()
          .join(' ');
      },
      async changes(rule: unknown, other: Partial<RuleSqlContext> = {}): Promise<Record<string, string>> {
        const { sql, values } = selectAnswers(Rule.parse(rule), context(other));
        const rows = await db.transaction(scope, (tx) => tx.query(sql, values));
        return Object.fromEntries(
          rows.filter((row) => row.changes_at !== null).map((row) => [names.get(row.person_id)!, toIso(row.changes_at)]),
        );
      },
    };
  }

  // --------------------------------------------------------------------------------------------------------------------------- values

  const oddities: Json[] = [
    null,
    true,
    false,
    0,
    -0.5,
    12,
    1e300,
    1.0000000000000002,
    100_000_000,
    100_000_000.1,
    '',
    ' ',
    '12',
    ' +12. ',
    '.5',
    '-.5e-3',
    '1e99',
    '1e100',
    '١٢',
    '0x10',
    '1,000',
    '∞',
    'NaN',
    'Infinity',
    '1'.repeat(30),
    '1'.repeat(31),
    'x'.repeat(250),
    '12\n',
    '\t7',
    '\u00a07',
    'ÄÖÜ Straße',
    'ẞ',
    'İstanbul',
    'ЖЁЉ',
    'ΣΑΣ',
    'Ԁ',
    'ﬀ',
    '𝔄',
    'ＡＢ',
    'Ⅷ',
    'true',
    'TRUE',
    [],
    ['a'],
    {},
    { a: 1 },
    '2026-03-01',
    '2026-02-30',
    '2024-02-29',
    '2026-02-29',
    '1900-02-29',
    '2000-02-29',
    '0999-12-31',
    '1000-01-01',
    '9999-12-31',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-03-01T09:30',
    '2026-03-01T24:00',
    '2026-03-01T23:60',
    '2026-03-01T09:30:59.1239Z',
    '2026-03-01T09:30:60Z',
    '2026-03-01T09:30+02:00',
    '2026-03-01T09:30:15-0530',
    '2026-03-01T09:30+15:59',
    '2026-03-01T09:30+16:00',
    '2026-03-01T09:30-10:60',
    '2026-03-01T09:30:00.1',
    '2026-03-01T09:30:00.1234567891',
    '2026-03-01 09:30',
    '2026-03-01T0930',
    '2026-03-01\n',
    '2026-03-01Z',
    '2026-3-1',
    '1772357400',
    1772357400,
    1772357400.5,
    1772357400123,
    99_999_999_999,
    100_000_000_000,
    -99_999_999_999,
    -30_610_224_000,
    -30_610_224_001,
    253_402_300_799,
    253_402_300_800,
    253402300799999,
    253402300800000,
    -1e300,
    -12.3456,
  ];

  test('SQL reads values as TypeScript does', async () => {
    const rows = await db.asOwner((tx) =>
      tx.query(
        `select rule_text(v) as text, rule_number(v) as number, rule_instant(v) as instant, rule_day(v) as day, floor(rule_measured(v) * 10000 + 0.5) as amount
         from jsonb_array_elements($1::jsonb) with ordinality as each (v, n) order by n`,
        [JSON.stringify(oddities)],
      ),
    );
    const short = (value: Json): Json => (typeof value === 'string' ? value.slice(0, 200) : value);
    expect(rows).toEqual(
      oddities.map((value) => ({
        text: textOf(value),
        number: numberOf(value),
        instant: instantOf(value),
        day: dayNumberOf(value),
        amount: amountOf(short(value)),
      })),
    );
  });

  test('numbers that no double holds are what JavaScript reads', async () => {
    const texts = [
      '1e400',
      '-1e400',
      '1e-400',
      '4e-324',
      '2e-324',
      '1.7976931348623157e308',
      '1.7976931348623159e308',
      '123456789012345678901234567890',
    ];
    const rows = await db.asOwner((tx) =>
      tx.query('select rule_number(v::jsonb)::text as number, rule_instant(v::jsonb) as instant from unnest($1::text[]) v', [texts]),
    );
    expect(rows.map((row) => Number(row.number))).toEqual(texts.map((text) => JSON.parse(text)));
    expect(rows.map((row) => row.instant)).toEqual(texts.map((text) => instantOf(JSON.parse(text))));
  });

  test('the alphabet of the migration is the one of the contract', async () => {
    const letters = Array.from({ length: 0x2fff - 0x20 }, (_, index) => String.fromCharCode(0x20 + index));
    const [row] = await db.asOwner((tx) =>
      tx.query('select rule_fold($1) as all, rule_fold($2) as letters', [letters.join(''), alphabet.capitals]),
    );
    expect(row).toEqual({ all: fold(letters.join('')), letters: alphabet.smalls });
  });

  test('both readers draw the same', async () => {
    const ids = Array.from({ length: 10_000 }, () => v7());
    for (const draw of ['ramp', 'Ämter', 'x'.repeat(100)]) {
      const rows = await db.asOwner((tx) =>
        tx.query('select rule_bucket(id, $2) as place from unnest($1::uuid[]) with ordinality as each (id, n) order by n', [
          ids,
          seedOf(draw),
        ]),
      );
      expect(rows.map((row) => row.place)).toEqual(ids.map((id) => bucketOf(draw, id)));
    }
  });

  // ------------------------------------------------------------------------------------------------------------------------ operators

  /** [trait v, operator, wanted, whether it holds] */
  const comparisons: [Json | undefined, string, unknown, boolean][] = [
    ['Pro', 'equals', 'pRO', true],
    ['Pro ', 'equals', 'pro', false],
    ['ÄRGER', 'equals', 'ärger', true],
    ['ärger', 'equals', 'ÄRGER', true],
    ['ẞ', 'equals', 'ß', true],
    ['STRASSE', 'equals', 'straße', false],
    ['ЖАР', 'equals', 'жар', true],
    ['\u212a', 'equals', 'k', false], // the sign for Kelvin
    ['İ', 'equals', 'i', false],
    ['12', 'equals', 12, true],
    [12, 'equals', '12.0', true],
    ['12', 'equals', '12.0', false],
    ['١٢', 'equals', 12, false],
    [12, 'equals', '0xc', false],
    [0.1, 'equals', 0.1, true],
    ['0.1', 'equals', 0.1, true],
    [true, 'equals', true, true],
    [true, 'equals', 'TRUE', true],
    ['True', 'equals', true, true],
    [1, 'equals', true, false],
    [['a', 'B'], 'equals', 'b', true],
    [[['b']], 'equals', 'b', false],
    [['12'], 'equals', 12, true],
    ['["b"]', 'equals', 'b', false],
    [['b'], 'equals', '["b"]', false],
    [{ a: 'b' }, 'equals', '{"a": "b"}', false],
    [undefined, 'equals', 'x', false],
    [undefined, 'not-equals', 'x', true],
    [null, 'not-equals', 'x', true],
    ['x', 'not-equals', 'X', false],
    [['x', 'y'], 'not-equals', 'y', false],
    ['b', 'one-of', ['a', 'B', 3], true],
    ['3', 'one-of', ['a', 'B', 3], true],
    [3, 'one-of', ['a', '3'], true],
    ['ö', 'one-of', ['a', 'Ö'], true],
    ['c', 'one-of', ['a', 'b'], false],
    [['z', 'b'], 'one-of', ['a', 'b'], true],
    ['c', 'none-of', ['a', 'b'], true],
    [undefined, 'none-of', ['a', 'b'], true],
    [['c', 'a'], 'none-of', ['a', 'b'], false],
    [['a', 'b', 'c'], 'has-all', ['C', 'a'], true],
    [['a', 'c'], 'has-all', ['a', 'b'], false],
    ['a', 'has-all', ['a', 'A'], true],
    [undefined, 'has-all', ['a'], false],
    ['Big Red Fox', 'contains', 'red', true],
    ['100%_x', 'contains', '%_', true],
    ['abc', 'contains', 'd', false],
    ['room 12', 'contains', 12, true],
    [12, 'contains', '1', false],
    [['red', 'blue'], 'contains', 'RED', true],
    [['reddish'], 'contains', 'red', false],
    [['12'], 'contains', 12, true],
    [undefined, 'not-contains', 'x', true],
    ['xyz', 'not-contains', 'X', false],
    ['Hello', 'starts-with', 'hE', true],
    ['Hello', 'starts-with', 'ell', false],
    [['Hello'], 'starts-with', 'he', false],
    [true, 'starts-with', 'TR', true],
    ['Hello', 'ends-with', 'LLO', true],
    ['llo', 'ends-with', 'hello', false],
    ['𝔄bc', 'ends-with', 'BC', true],
    ['7', 'greater', 6.5, true],
    [7, 'greater', 7, false],
    ['seven', 'greater', 1, false],
    [[7], 'at-least', 7, false],
    [7, 'at-least', 7, true],
    [null, 'less', 5, false],
    [-1, 'less', 0, true],
    ['5', 'at-most', 5, true],
    [true, 'at-most', 5, false],
    [5, 'between', [5, 7], true],
    [' 7 ', 'between', [5, 7], true],
    [7.01, 'between', [5, 7], false],
    ['1e400', 'greater', 0, false],
    ['1e99', 'greater', 0, true],
    ['2026-03-01', 'before', '2026-03-02', true],
    ['2026-03-01', 'before', '2026-03-01', false],
    ['2026-02-30', 'before', '2026-03-02', false],
    ['2026-03-01T01:00+02:00', 'before', '2026-03-01', true],
    [1772323200, 'after', '2026-02-28', true],
    ['soon', 'after', '2000-01-01', false],
    [toIso(now), 'within-last', 'P1D', true],
    [toIso(now - day), 'within-last', 'P1D', false],
    [toIso(now - day + 1), 'within-last', 'P1D', true],
    [toIso(now + 1), 'within-last', 'P1D', false],
    [toIso(now), 'within-last', `P${'9'.repeat(40)}D`, true],
    [toIso(now), 'within-next', 'P1D', false],
    [toIso(now + day), 'within-next', 'P1D', true],
    [toIso(now + day + 1), 'within-next', 'P1D', false],
    [toIso(now - day), 'longer-ago', 'P1D', true],
    [toIso(now - day + 1), 'longer-ago', 'P1D', false],
    [toIso(now + day), 'further-ahead', 'P1D', false],
    [toIso(now + day + 1), 'further-ahead', 'P1D', true],
    ['9999-12-31T23:59-15:59', 'further-ahead', 'P1D', true],
    ['2026-03-11', 'in-days', [0, 0], true],
    ['2026-03-11T23:59-12:00', 'in-days', [0, 0], true],
    ['2026-03-18', 'in-days', [1, 7], true],
    ['2026-03-19', 'in-days', [1, 7], false],
    ['2026-03-01', 'in-days', [-10, -10], true],
    [Date.UTC(2026, 2, 12, 23) / 1000, 'in-days', [1, 1], true],
    ['1990-03-11', 'anniversary-in', [0, 0], true],
    ['1990-03-10', 'anniversary-in', [0, 0], false],
    ['1990-03-10', 'anniversary-in', [364, 364], true],
    ['2026-03-12', 'anniversary-in', [1, 1], true],
    ['2027-03-12', 'anniversary-in', [1, 1], false],
    ['2027-03-12', 'anniversary-in', [0, 366], true],
    ['2024-02-29', 'anniversary-in', [354, 354], true], // 2027-02-28
    ['2024-02-29', 'anniversary-in', [355, 355], false],
    [undefined, 'exists', undefined, false],
    [null, 'exists', undefined, false],
    ['', 'exists', undefined, false],
    [' ', 'exists', undefined, true],
    [[], 'exists', undefined, true],
    [false, 'exists', undefined, true],
    ['', 'missing', undefined, true],
    [undefined, 'missing', undefined, true],
    [0, 'missing', undefined, false],
    ['a', 'equals', 'a\0', false],
    ['a', 'not-equals', 'a\0', true],
    ['\ufffd', 'equals', '\ud800', false],
    ['a', 'contains', '\0', false],
    ['a', 'ends-with', '\0', false],
  ];

  test('each operator, at its edges', async () => {
    const people = await among(
      Object.fromEntries(
        comparisons.map(([value], index) => [`p${index}`, { traits: (value === undefined ? {} : { v: value }) as JsonObject }]),
      ),
    );
    for (const [index, [value, op, wanted, expected]] of comparisons.entries()) {
      const held = (await people.holds({ trait: { path: 'v', op, value: wanted } })).split(' ').includes(`p${index}`);
      expect({ value, op, wanted, held }).toEqual({ value, op, wanted, held: expected });
    }
  }, 60_000);

  test('what is missing equals nothing, not even the empty text', async () => {
    const people = await among({
      none: {},
      empty: { traits: { v: '' } },
      nothing: { traits: { v: null } },
      list: { traits: { v: [''] } },
      blank: { traits: { v: ' ' } },
    });
    const v = (op: string, value?: unknown): unknown => ({ trait: { path: 'v', op, value } });
    expect(await people.holds(v('equals', ''))).toBe('');
    expect(await people.holds(v('not-equals', ''))).toBe('blank empty list none nothing');
    expect(await people.holds(v('contains', ''))).toBe('blank');
  });

  test('paths: own properties, places in lists, every element of a list', async () => {
    const people = await among({
      anna: {
        traits: {
          a: { b: ['x', { c: 'y' }] },
          ' 1': 'blank',
          '-1': 'minus',
          'k"{},\\': 'odd',
          products: [{ sku: 'A1' }, { sku: 'B2' }, { other: 1 }],
          tags: ['t1'],
        },
      },
      berta: { traits: { a: ['p', 'q'], products: [], tags: 't1' } },
      carl: { traits: { products: { sku: 'A1' } } },
    });
    const trait = (path: string, op: string, value?: unknown): unknown => ({ trait: { path, op, value } });
    expect(await people.holds(trait('a.b.0', 'equals', 'x'))).toBe('anna');
    expect(await people.holds(trait('a.b.1.c', 'equals', 'y'))).toBe('anna');
    expect(await people.holds(trait('a.1', 'equals', 'q'))).toBe('berta');
    expect(await people.holds(trait('a. 1', 'exists'))).toBe('');
    expect(await people.holds(trait(' 1', 'equals', 'blank'))).toBe('anna');
    expect(await people.holds(trait('a.length', 'exists'))).toBe('');
    expect(await people.holds(trait('constructor', 'exists'))).toBe('');
    expect(await people.holds(trait('k"{},\\', 'equals', 'odd'))).toBe('anna');
    expect(await people.holds(trait('products[].sku', 'equals', 'b2'))).toBe('anna');
    expect(await people.holds(trait('products[].sku', 'has-all', ['A1', 'B2']))).toBe('anna');
    expect(await people.holds(trait('products[].sku', 'exists'))).toBe('anna berta');
    expect(await people.holds(trait('products[].sku', 'missing'))).toBe('carl');
    expect(await people.holds(trait('tags[]', 'contains', 't1'))).toBe('anna');
    expect(await people.holds(trait('a\0b', 'missing'))).toBe('anna berta carl');
  });

  // --------------------------------------------------------------------------------------------------------- what is known of a person

  test('profile, stage, segment, score, grade, consent, reachable', async () => {
    const consents = (entries: Record<string, string>): JsonObject => ({
      consents: Object.fromEntries(Object.entries(entries).map(([key, state]) => [key, { state, at: 1 }])),
    });
    const people = await among({
      anna: {
        email: 'anna@example.com',
        owner: 'Olga',
        zone: 'Europe/Berlin',
        stage: 'lead',
        stageSince: now - 3 * day,
        createdAt: now - 10 * day,
        firstSource: { source: 'Google', utm: { term: 'shoes' }, campaign: null },
        place: { country: 'DE', city: 'Köln' },
        state: {
          ...consents({ 'marketing/email': 'granted' }),
          scores: { heat: 12.5 },
          grades: { fit: 'A2' },
          dead: { email: 'old@example.com' },
        },
        segments: ['vip'],
      },
      berta: {
        email: 'b@example.com',
        phone: '+49',
        stage: 'lead',
        stageSince: now - 3 * day + 1,
        lastSource: { channel: 'email' },
        state: {
          ...consents({ 'marketing/*': 'granted', 'marketing/sms': 'withdrawn' }),
          scores: { heat: 'odd' },
          dead: { email: 'b@example.com' },
        },
      },
      carl: { stage: 'customer', state: consents({ 'marketing/email': 'granted', 'marketing/*': 'denied' }) },
    });
    const expectations: [unknown, string][] = [
      [{ profile: { field: 'owner', op: 'equals', value: 'olga' } }, 'anna'],
      [{ profile: { field: 'zone', op: 'missing' } }, 'berta carl'],
      [{ profile: { field: 'entryPoint', op: 'equals', value: 'FORM' } }, 'anna berta carl'],
      [{ profile: { field: 'firstSource.source', op: 'equals', value: 'google' } }, 'anna'],
      [{ profile: { field: 'firstSource.utm.term', op: 'exists' } }, 'anna'],
      [{ profile: { field: 'firstSource.campaign', op: 'exists' } }, ''],
      [{ profile: { field: 'lastSource.channel', op: 'one-of', value: ['email'] } }, 'berta'],
      [{ profile: { field: 'place.city', op: 'equals', value: 'KÖLN' } }, 'anna'],
      [{ profile: { field: 'createdAt', op: 'longer-ago', value: 'P10D' } }, 'anna'],
      [{ profile: { field: 'createdAt', op: 'in-days', value: [-10, -10] } }, 'anna'],
      [{ profile: { field: 'createdAt', op: 'contains', value: '2026-03-01t12:00:00.000z' } }, 'anna'],
      [{ profile: { field: 'lastSeenAt', op: 'missing' } }, 'anna berta carl'],
      [{ stage: { in: ['lead'] } }, 'anna berta'],
      [{ stage: { in: ['lead', 'customer'], forAtLeast: 'P3D' } }, 'anna'],
      [{ stage: { in: ['lead'], forLessThan: 'P3D' } }, 'berta'],
      [{ not: { stage: { in: ['lead'] } } }, 'carl'],
      [{ segment: { key: 'vip' } }, 'anna'],
      [{ not: { segment: { key: 'vip' } } }, 'berta carl'],
      [{ score: { key: 'heat', atLeast: 12.5 } }, 'anna'],
      [{ score: { key: 'heat', atMost: 0 } }, 'berta carl'],
      [{ score: { key: 'other' } }, 'anna berta carl'],
      [{ grade: { key: 'fit', in: ['A1', 'A2'] } }, 'anna'],
      [{ consent: { purpose: 'marketing' } }, 'anna berta'],
      [{ consent: { topic: 'news', channel: 'sms' } }, ''],
      [{ consent: { purpose: 'marketing', channel: 'push' } }, 'berta'],
      [{ consent: { topic: 'unheard-of' } }, ''],
      [{ reachable: { channel: 'email' } }, 'anna'],
      [{ reachable: { channel: 'sms' } }, 'berta'],
      [{ reachable: { channel: 'webhook' } }, 'anna berta carl'],
      [{ reachable: { channel: 'pigeon' } }, ''],
      [{ trait: { path: 'email', op: 'ends-with', value: '@example.com' } }, 'anna berta'],
    ];
    for (const [rule, expected] of expectations) expect({ rule, held: await people.holds(rule) }).toEqual({ rule, held: expected });
    expect(people.zones).toEqual(['Europe/Berlin']);
  });

  test('the merged and the erased are nobody, whatever is asked', async () => {
    const did: Someone['did'] = [['Visit', now - hour]];
    const people = await among({ anna: { did }, gone: { did, erased: true, segments: ['vip'] }, lost: { did, mergedInto: v7() } });
    expect(await people.holds({ event: { name: 'Visit' } })).toBe('anna');
    expect(await people.holds({ segment: { key: 'vip' } })).toBe('');
    expect(await people.holds({ not: { segment: { key: 'vip' } } })).toBe('anna');
    expect(await people.holds({ trait: { path: 'x', op: 'missing' } })).toBe('anna');
    expect(await people.changes({ event: { name: 'Visit', within: 'P1D' } })).toEqual({ anna: toIso(now + 23 * hour) });
  });

  test('a draw parts people; a moment is where they are; lanes are parts of all', async () => {
    const people = await among({ anna: {}, tokyo: { zone: 'Asia/Tokyo' }, york: { zone: 'America/New_York' } });
    const inDraw = Object.entries(people.ids).filter(([, id]) => bucketOf('a', id) < 5_000);
    expect(await people.holds({ bucket: { draw: 'a', from: 0, to: 50 } })).toBe(
      inDraw
        .map(([name]) => name)
        .sort()
        .join(' '),
    );
    expect(await people.holds({ bucket: { draw: 'a', from: 0, to: 100 } })).toBe('anna tokyo york');
    expect(await people.holds({ moment: { hours: { from: '08:00', to: '12:00' } } })).toBe('york');
    expect(await people.holds({ moment: { hours: { from: '20:00', to: '02:00' } } })).toBe('tokyo');
    expect(await people.holds({ moment: { weekdays: [3] } })).toBe('anna tokyo york');
    expect(await people.holds({ moment: { weekdays: [4] } }, { now: now + 4 * hour })).toBe('tokyo');
    expect(await people.changes({ moment: { hours: { from: '20:00', to: '02:00' } } })).toEqual({
      anna: '2026-03-11T20:00:00.000Z',
      tokyo: '2026-03-11T15:00:00.000Z',
      york: '2026-03-12T00:00:00.000Z',
    });
    const lane = Number.parseInt(people.ids.anna.slice(-2), 16);
    expect((await people.holds({ trait: { path: 'x', op: 'missing' } }, { lanes: [lane] })).split(' ')).toContain('anna');
    expect(
      await people.holds(
        { trait: { path: 'x', op: 'missing' } },
        { lanes: [(lane + 1) % 256].filter((each) => !Object.values(people.ids).some((id) => Number.parseInt(id.slice(-2), 16) === each)) },
      ),
    ).toBe('');
  });

  // --------------------------------------------------------------------------------------------------------------------------- events

  test('counts: at least, at most, never, in windows', async () => {
    const people = await among({
      none: {},
      old: { did: [['Visit', now - 7 * day]] },
      edge: { did: [['Visit', now - 7 * day + 1]] },
      often: {
        did: [
          ['Visit', now],
          ['Visit', now - day],
          ['Visit', now - day],
          ['Visit', now - 100 * day],
        ],
      },
      future: { did: [['Visit', now + 1]] },
      other: {
        did: [
          ['visit', now - day],
          ['Visit', now - day, {}, 'identify'],
        ],
      },
    });
    const visit = (rest: object = {}): unknown => ({ event: { name: 'Visit', ...rest } });
    const expectations: [unknown, string][] = [
      [visit(), 'edge often old'],
      [visit({ within: 'P7D' }), 'edge often'],
      [visit({ within: `P${'9'.repeat(30)}W` }), 'edge often old'],
      [visit({ atLeast: 3, within: 'P7D' }), 'often'],
      [visit({ atLeast: 4, within: 'P7D' }), ''],
      [visit({ atLeast: 4 }), 'often'],
      [visit({ atMost: 0 }), 'future none other'],
      [visit({ atMost: 0, within: 'P7D' }), 'future none old other'],
      [visit({ atMost: 1 }), 'edge future none old other'],
      [visit({ atLeast: 1, atMost: 3, within: 'P7D' }), 'edge often'],
      [visit({ since: toIso(now - 7 * day) }), 'edge often old'],
      [visit({ since: '2026-03-11' }), 'often'],
      [visit({ since: 'journey' }), ''],
      [visit({ since: 'journey', atMost: 0 }), ''],
      [{ not: visit() }, 'future none other'],
      [{ all: [visit({ within: 'P7D' }), visit({ atLeast: 4 })] }, 'often'],
      [{ all: [visit(), { not: visit({ within: 'P7D' }) }] }, 'old'],
      [{ any: [visit({ atLeast: 4 }), { event: { name: 'visit' } }] }, 'often other'],
      [{ any: [{ not: visit() }, visit({ atLeast: 4 })] }, 'future none often other'],
      [{ all: [{ not: visit() }, { not: { event: { name: 'visit' } } }] }, 'future none'],
      [{ any: [{ trait: { path: 'x', op: 'exists' } }, visit({ within: 'P7D' })] }, 'edge often'],
      [{ not: { any: [{ trait: { path: 'x', op: 'exists' } }, visit({ within: 'P7D' })] } }, 'future none old other'],
      [
        {
          all: [
            visit(),
            {
              any: [
                { all: [{ trait: { path: 'x', op: 'missing' } }, { event: { name: 'Visit', atMost: 1 } }] },
                { segment: { key: 'none' } },
              ],
            },
          ],
        },
        'edge old',
      ],
      [{ event: { name: 'a\0' } }, ''],
      [{ event: { name: 'a\0', atMost: 0 } }, 'edge future none often old other'],
    ];
    for (const [rule, expected] of expectations) expect({ rule, held: await people.holds(rule) }).toEqual({ rule, held: expected });
    expect(await people.changes(visit({ within: 'P7D' }))).toEqual({ edge: toIso(now + 1), often: toIso(now + 6 * day) });
    expect(await people.changes(visit())).toEqual({});
  });

  test('properties, weekdays and hours of events', async () => {
    // In New York clocks go forward on 2026-03-08 at 07:00 UTC: 11:30 UTC is 06:30 on the day before, and 07:30 on the day itself.
    const people = await among({
      sat: { did: [['Order', Date.UTC(2026, 2, 7, 11, 30), { total: '120', products: [{ sku: 'A' }] }]] },
      sun: { did: [['Order', Date.UTC(2026, 2, 8, 11, 30), { total: 80, products: [{ sku: 'A' }, { sku: 'b' }] }]] },
      night: { did: [['Order', Date.UTC(2026, 2, 10, 4, 59)]] },
    });
    const order = (rest: object): unknown => ({ event: { name: 'Order', ...rest } });
    const york = { zone: 'America/New_York' };
    expect(await people.holds(order({ where: [{ property: 'total', op: 'at-least', value: 100 }] }))).toBe('sat');
    expect(await people.holds(order({ where: [{ property: 'total', op: 'missing' }] }))).toBe('night');
    expect(
      await people.holds(
        order({
          where: [
            { property: 'products[].sku', op: 'equals', value: 'B' },
            { property: 'total', op: 'less', value: 100 },
          ],
        }),
      ),
    ).toBe('sun');
    expect(await people.holds(order({ weekdays: [7] }), york)).toBe('sun');
    expect(await people.holds(order({ weekdays: [1] }), york)).toBe('');
    expect(await people.holds(order({ weekdays: [2] }), york)).toBe('night');
    expect(await people.holds(order({ hours: { from: '07:00', to: '08:00' } }), york)).toBe('sun');
    expect(await people.holds(order({ hours: { from: '06:30', to: '07:00' } }), york)).toBe('sat');
    expect(await people.holds(order({ hours: { from: '22:00', to: '01:00' } }), york)).toBe('night');
    expect(await people.holds(order({ hours: { from: '22:00', to: '00:59' } }), york)).toBe('');
    expect(await people.holds(order({ hours: { from: '11:30', to: '11:31' }, within: 'P4D' }))).toBe('sun');
  });

  test('since the stage', async () => {
    const did: Someone['did'] = [['Visit', now - 2 * day]];
    const people = await among({
      before: { did, stage: 'lead', stageSince: now - 2 * day + 1 },
      at: { did, stage: 'lead', stageSince: now - 2 * day },
      without: { did },
      idle: { stage: 'lead', stageSince: now - 9 * day },
    });
    expect(await people.holds({ event: { name: 'Visit', since: 'stage' } })).toBe('at');
    expect(await people.holds({ event: { name: 'Visit', since: 'stage', atMost: 0 } })).toBe('before idle');
    expect(await people.holds({ not: { event: { name: 'Visit', since: 'stage', atMost: 0 } } })).toBe('at without');
    expect(await people.holds({ measure: { name: 'Visit', take: 'sum', property: 'x', op: 'equals', value: 0, since: 'stage' } })).toBe(
      'at before idle',
    );
    expect(await people.holds({ measure: { name: 'Visit', take: 'max', property: 'x', op: 'missing', since: 'stage' } })).toBe(
      'at before idle',
    );
  });

  test('calendars are where people are, also when clocks change', async () => {
    // On 2026-03-08 New York's day began at 05:00 UTC and ended after 23 hours, at 04:00 UTC.
    const at = Date.UTC(2026, 2, 9, 12);
    const people = await among({
      berlin: { zone: 'Europe/Berlin', did: [['Visit', Date.UTC(2026, 2, 7, 23)]] },
      york: { zone: 'America/New_York', did: [['Visit', Date.UTC(2026, 2, 8, 4, 59, 59, 999)]] },
      yorkDay: { zone: 'America/New_York', did: [['Visit', Date.UTC(2026, 2, 8, 5)]] },
      yorkNext: { zone: 'America/New_York', did: [['Visit', Date.UTC(2026, 2, 9, 4)]] },
      nowhere: { did: [['Visit', Date.UTC(2026, 2, 8)]] },
    });
    const visit = (unit: string, ago: number, rest: object = {}): unknown => ({
      event: { name: 'Visit', calendar: { unit, ago }, ...rest },
    });
    expect(await people.holds(visit('day', 1), { now: at })).toBe('berlin nowhere yorkDay');
    expect(await people.holds(visit('day', 0), { now: at })).toBe('yorkNext');
    expect(await people.holds(visit('day', 2), { now: at })).toBe('york');
    expect(await people.holds(visit('week', 0), { now: at })).toBe('yorkNext');
    expect(await people.holds(visit('month', 0, { atMost: 0 }), { now: at })).toBe('');
    expect(await people.holds(visit('quarter', 1), { now: at })).toBe('');
    expect(await people.holds(visit('year', 0), { now: at })).toBe('berlin nowhere york yorkDay yorkNext');
    const changes = await people.changes(visit('day', 0), { now: at });
    expect(changes.yorkNext).toBe('2026-03-10T04:00:00.000Z');
    // Nobody's day begins before 23:00 of the day before here, so the others need no look: but whoever did something since may be told too early.
    expect(changes.berlin).toBeUndefined();
    // Where all zones agree, nobody's zone is asked: here as if all were in UTC.
    expect(await people.holds(visit('day', 1), { now: at, zones: [] })).toBe('nowhere york yorkDay');
  });

  test('measures', async () => {
    const buy = (at: Instant, total: Json, rest: JsonObject = {}): [string, Instant, JsonObject] => ['Buy', at, { total, ...rest }];
    const people = await among({
      none: {},
      one: { did: [buy(now - day, '10.00005'), buy(now - 2 * day, 'much'), buy(now - 3 * day, 100_000_001)] },
      many: {
        did: [
          buy(now - day, 1.5, { item: 'Red' }),
          buy(now - 2 * day, 2.5, { item: 'red' }),
          buy(now - 40 * day, 100, { item: 'blue' }),
          buy(now - 41 * day, -1, { item: '' }),
        ],
      },
      same: {
        did: [
          buy(now - day, 'b'),
          buy(now - day, true),
          buy(now - day, 5),
          buy(now - day, 'a'),
          buy(now - 9 * day, [1, '1', 'x', 'X', [2], null]),
        ],
      },
    });
    const measure = (take: string, op: string, value?: unknown, rest: object = {}): unknown => ({
      measure: { name: 'Buy', take, property: 'total', op, value, ...rest },
    });
    const expectations: [unknown, string][] = [
      [measure('sum', 'equals', 103), 'many'],
      [measure('sum', 'equals', 10.0001), 'one'],
      [measure('sum', 'equals', 0), 'none'],
      [measure('sum', 'at-most', 5, { within: 'P30D' }), 'many none same'],
      [measure('sum', 'exists'), 'many none one same'],
      [measure('average', 'equals', 25.75), 'many'],
      [measure('average', 'missing'), 'none'],
      [measure('min', 'equals', -1), 'many'],
      [measure('max', 'at-least', 100), 'many'],
      [measure('max', 'equals', 10.00005), 'one'],
      [measure('max', 'not-equals', 100), 'none one same'],
      [measure('distinct', 'at-least', 3, { property: 'item' }), ''],
      [measure('distinct', 'equals', 2, { property: 'item' }), 'many'],
      [measure('distinct', 'equals', 0, { property: 'item' }), 'none one same'],
      [measure('distinct', 'equals', 4, { within: 'P2D' }), 'same'],
      [measure('distinct', 'equals', 3, { property: 'total[]' }), 'same'],
      [measure('first', 'equals', -1), 'many'],
      [measure('first', 'equals', 'red', { property: 'item', within: 'P30D' }), 'many'],
      [measure('last', 'equals', 'B'), 'same'],
      [measure('first', 'equals', true, { within: 'P2D' }), 'same'],
      [measure('last', 'equals', 1.5), 'many'],
      [measure('last', 'missing'), 'none'],
      [measure('last', 'none-of', ['b']), 'many none one'],
      [{ all: [measure('sum', 'greater', 50), { event: { name: 'Buy', atLeast: 4 } }] }, 'many'],
    ];
    for (const [rule, expected] of expectations) expect({ rule, held: await people.holds(rule) }).toEqual({ rule, held: expected });
    expect(await people.changes(measure('sum', 'greater', 0, { within: 'P30D' }))).toEqual({
      one: toIso(now + 27 * day),
      many: toIso(now + 28 * day),
      same: toIso(now + 21 * day),
    });
  });

  test('sequences', async () => {
    const add = (at: Instant): [string, Instant] => ['Add', at];
    const buy = (at: Instant): [string, Instant] => ['Buy', at];
    const people = await among({
      quick: { did: [add(now - 5 * hour), buy(now - 4 * hour)] },
      late: { did: [add(now - 5 * hour), buy(now - 4 * hour + 1)] },
      at: { did: [add(now - 5 * hour), buy(now - 5 * hour)] },
      reversed: { did: [buy(now - 5 * hour), add(now - 4 * hour)] },
      again: { did: [add(now - 9 * hour), add(now - 5 * hour), buy(now - 5 * hour + 1), add(now - 2 * hour)] },
      fresh: { did: [add(now - hour + 1)] },
      ripe: { did: [add(now - hour)] },
    });
    const pair = (then: string, rest: object): object =>
      Object.fromEntries(Object.entries({ first: { event: 'Add' }, within: 'PT1H', ...rest }).concat([['then', { event: then }]]));
    const sequence = (rest: object): unknown => ({ sequence: pair('Buy', rest) });
    expect(await people.holds(sequence({}))).toBe('again quick');
    expect(await people.holds(sequence({ last: 'PT4H' }))).toBe('');
    expect(await people.holds(sequence({ last: 'PT4H1S' }))).toBe('quick');
    expect(await people.holds(sequence({ within: 'PT5H' }))).toBe('again late quick');
    expect(await people.holds(sequence({ happened: false }))).toBe('again at late reversed ripe');
    expect(await people.holds(sequence({ happened: false, last: 'PT3H' }))).toBe('again ripe');
    expect(await people.holds(sequence({ happened: false, last: 'PT1H1S' }))).toBe('again ripe');
    expect(await people.holds(sequence({ happened: false, last: 'PT1H' }))).toBe('ripe');
    expect(await people.changes(sequence({ happened: false }))).toEqual({ fresh: toIso(now + 1) });
    expect(await people.changes(sequence({ last: 'P1D' }))).toEqual({ again: toIso(now + 19 * hour + 1), quick: toIso(now + 20 * hour) });
    const twice = { sequence: pair('Add', { within: 'PT4H' }) };
    expect(await people.holds(twice)).toBe('again');
  });

  test('trends', async () => {
    const visits = (...days: number[]): Someone => ({ did: days.map((ago) => ['Visit', now - ago * day + 1, { n: 2 }]) });
    const people = await among({
      half: visits(1, 8, 9),
      gone: visits(8, 9, 14),
      edge: visits(7, 14, 14),
      older: visits(15),
      more: visits(1, 2, 3, 8),
      none: {},
    });
    const trend = (rest: object): unknown => ({ trend: { name: 'Visit', over: 'P7D', ...rest } });
    expect(await people.holds(trend({ change: 'down', percent: 50 }))).toBe('edge gone half');
    expect(await people.holds(trend({ change: 'down', percent: 51 }))).toBe('gone');
    expect(await people.holds(trend({ change: 'down', percent: 50, atLeastBefore: 3 }))).toBe('gone');
    expect(await people.holds(trend({ change: 'up', percent: 200 }))).toBe('more');
    expect(await people.holds(trend({ change: 'up', percent: 201 }))).toBe('');
    expect(await people.holds(trend({ change: 'up', percent: 1, atLeastBefore: 0 }))).toBe('more');
    expect(await people.holds(trend({ change: 'down', percent: 50, property: 'n', atLeastBefore: 4 }))).toBe('edge gone half');
    expect(await people.holds(trend({ change: 'down', percent: 50, property: 'n', atLeastBefore: 4.1 }))).toBe('gone');
    expect((await people.changes(trend({ change: 'down', percent: 50 }))).edge).toBe(toIso(now + 1));
  });

  test('of somebody who did something very often, the latest thousand count', async () => {
    const often = (from: Instant, count: number, n: number): [string, Instant, JsonObject][] =>
      Array.from({ length: count }, (_, index) => ['Ping', from + index * minute, { n }]);
    const people = await among({
      busy: { did: [...often(Date.UTC(2026, 1, 2), 10, 100), ...often(Date.UTC(2026, 2, 2), 995, 1)] },
      calm: { did: often(Date.UTC(2026, 1, 2), 10, 100) },
    });
    const ping = (rest: object): unknown => ({ event: { name: 'Ping', calendar: { unit: 'month', ago: 1 }, ...rest } });
    const sum = (rest: object): unknown => ({ measure: { name: 'Ping', take: 'sum', property: 'n', op: 'at-least', ...rest } });
    expect(await people.holds(ping({ atLeast: 5 }))).toBe('busy calm');
    expect(await people.holds(ping({ atLeast: 6 }))).toBe('calm');
    expect(await people.holds(ping({ atMost: 5 }))).toBe('busy');
    expect(await people.holds(sum({ value: 1995 }))).toBe('busy');
    expect(await people.holds(sum({ value: 1495, within: 'P90D' }))).toBe('busy');
    expect(await people.holds(sum({ value: 1496, within: 'P90D' }))).toBe('');
    expect(await people.holds(sum({ value: 501, calendar: { unit: 'month', ago: 1 } }))).toBe('calm');
    expect(
      await people.holds({ measure: { name: 'Ping', take: 'average', property: 'n', op: 'equals', value: 1.495, within: 'P90D' } }),
    ).toBe('busy');
    expect(await people.holds({ measure: { name: 'Ping', take: 'first', property: 'n', op: 'equals', value: 100, within: 'P90D' } })).toBe(
      'busy calm',
    );
    expect(await people.holds({ measure: { name: 'Ping', take: 'distinct', property: 'n', op: 'equals', value: 2, within: 'P90D' } })).toBe(
      'busy',
    );
    expect(
      await people.holds(
        { trend: { name: 'Ping', change: 'down', percent: 1, over: 'P30D', property: 'n' } },
        { now: Date.UTC(2026, 2, 15) },
      ),
    ).toBe('calm');
    expect(
      await people.holds({ trend: { name: 'Ping', change: 'up', percent: 19_800 / 2, over: 'P20D' } }, { now: Date.UTC(2026, 2, 11) }),
    ).toBe('busy');
  }, 60_000);

  test('dates name the next instant at which they may answer otherwise', async () => {
    const people = await among({
      soon: { traits: { at: toIso(now + 3 * day), born: '1990-03-20', when: '2026-03-20' }, stage: 'lead', stageSince: now - hour },
      past: { traits: { at: toIso(now - 3 * day), born: '1990-03-01', when: '2026-03-01' }, stage: 'lead', stageSince: now - 9 * day },
      far: { traits: { at: '9999-12-31T23:00-10:00' } },
    });
    const trait = (path: string, op: string, value: unknown): unknown => ({ trait: { path, op, value } });
    const without = ({ far: _, ...rest }: Record<string, string>): Record<string, string> => rest;
    expect(without(await people.changes(trait('at', 'within-last', 'P5D')))).toEqual({
      soon: toIso(now + 3 * day),
      past: toIso(now + 2 * day),
    });
    expect(without(await people.changes(trait('at', 'within-next', 'P1D')))).toEqual({ soon: toIso(now + 2 * day) });
    expect(without(await people.changes(trait('at', 'longer-ago', 'P5D')))).toEqual({
      soon: toIso(now + 8 * day),
      past: toIso(now + 2 * day),
    });
    expect(without(await people.changes(trait('at', 'further-ahead', 'P1D')))).toEqual({ soon: toIso(now + 2 * day) });
    expect(await people.changes({ stage: { in: ['lead'], forAtLeast: 'P1D' } })).toEqual({ soon: toIso(now + 23 * hour) });
    // Nine days ahead: it comes into the range in two days, and the day before is looked at.
    expect(await people.changes(trait('when', 'in-days', [0, 7]))).toEqual({ soon: toIso(Date.UTC(2026, 2, 12)) });
    expect(await people.changes(trait('when', 'in-days', [-10, -10]))).toEqual({
      soon: toIso(Date.UTC(2026, 2, 29)),
      past: toIso(Date.UTC(2026, 2, 12)),
    });
    expect(await people.changes(trait('born', 'anniversary-in', [0, 7]))).toEqual({
      soon: toIso(Date.UTC(2026, 2, 12)),
      past: toIso(Date.UTC(2027, 1, 21)),
    });
  });

  test('a statement without a person reads none, and lanes and pages part the people', async () => {
    const people = await among({ anna: { did: [['Visit', now - day]] }, berta: { did: [['Visit', now - day]] } });
    const rule = Rule.parse({ event: { name: 'Visit', within: 'P7D' } });
    expect(selectAnswers(rule, people.context()).sql).not.toContain('from person p');
    const ids = Object.values(people.ids).sort();
    await db.transaction({ workspaces: [people.workspace] }, async (tx) => {
      expect(await holdingPeople(tx, rule, people.context(), { limit: 1 })).toEqual([ids[0]]);
      expect(await holdingPeople(tx, rule, people.context(), { limit: 1, cursor: ids[0] })).toEqual([ids[1]]);
      const lane = Number.parseInt(ids[0]!.slice(-2), 16);
      const { sql, values } = selectAnswers(rule, { ...people.context(), lanes: [lane] });
      const rows = await tx.query(sql, values);
      expect(rows.map((row) => row.person_id)).toEqual(ids.filter((id) => Number.parseInt(id.slice(-2), 16) === lane));
    });
  });
});

describe('draws', () => {
  const ids = Array.from({ length: 100_000 }, () => v7());
  /** Whether counts are as even as chance makes them: χ² within five standard deviations of what is expected. */
  const isEven = (counts: number[], total: number): boolean => {
    const expected = total / counts.length;
    const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    return chi < counts.length - 1 + 5 * Math.sqrt(2 * (counts.length - 1));
  };

  test('people are spread evenly', () => {
    for (const draw of ['a', 'b', 'spring campaign', '']) {
      const counts = new Array<number>(100).fill(0);
      for (const id of ids) counts[Math.floor(bucketOf(draw, id) / 100)]!++;
      expect(isEven(counts, ids.length)).toBe(true);
    }
  });

  test('one draw tells nothing of another', () => {
    for (const [one, other] of [
      ['a', 'b'],
      ['a', 'c'],
      ['draw 1', 'draw 2'],
      ['holdout', 'ramp'],
    ] as const) {
      const counts = new Array<number>(400).fill(0);
      for (const id of ids) counts[Math.floor(bucketOf(one, id) / 500) * 20 + Math.floor(bucketOf(other, id) / 500)]!++;
      expect(isEven(counts, ids.length)).toBe(true);
    }
  });

  test('a place is 0 to 9999, and stays', () => {
    const places = ids.slice(0, 1_000).map((id) => bucketOf('a', id));
    expect(places.every((place) => Number.isInteger(place) && place >= 0 && place < 10_000)).toBe(true);
    expect(bucketOf('ramp', '019cd7a0-0000-7000-8000-0123456789ab')).toBe(bucketOf('ramp', '019CD7A0-0000-7000-8000-0123456789AB'));
  });
});

import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { type House, readConfig, type Running, startThroughline } from '#main';
import { launchChromium, whyNoChromium } from './chromium.ts';
import { madeOnce } from './made-once.ts';

/**
 * Stories in a real browser. One browser is launched when a file opens its first page, and everything closes by itself when its stories end. A story that
 * fails tells where every open page stands, so that it can be understood from a log alone.
 */

declare module 'vitest' {
  interface TaskMeta {
    /** A story that is told also when one before it failed. */
    standsAlone?: true;
  }
}

/** Options of a story that needs nothing of those before it. */
export const standsAlone = { meta: { standsAlone: true } } as const;

/** [ms] So long the beginning may take: a first start fills its practice workspace, for which a busy machine needs minutes. */
export const beginningMax = 300_000;

const built = existsSync(new URL('../web/dist/index.html', import.meta.url));
/** Why no story can be told in a browser here; null when it can. */
const whyNoBrowser = whyNoChromium ?? (built ? null : 'the web pages are not built');

/**
 * Stories that follow on each other: after the first that fails the others are left out, but those that stand alone. The last of them, that no page
 * complained, is added here.
 */
export function inBrowser(name: string, tell: () => void): void {
  describe.skipIf(whyNoBrowser !== null)(`${name}${whyNoBrowser ? `: skipped, ${whyNoBrowser}` : ''}`, { timeout: 120_000 }, () => {
    let begun = false;
    let failed: string | null = null;
    beforeEach(({ task, skip, onTestFailed }) => {
      begun = true;
      skip(failed !== null && !task.meta.standsAlone, `it follows on “${failed}”, which failed`);
      onTestFailed(async () => {
        if (!task.meta.standsAlone) failed ??= task.name;
        const stands = await whereEveryPageStands(task.name);
        // With what failed, because of a long log often only the end is at hand.
        const [error] = task.result?.errors ?? [];
        if (error) error.message = `${error.message}\n\n${stands}\n`;
        else console.error(stands);
      });
    });
    afterAll(async () => {
      if (!begun) console.error(await whereEveryPageStands('what comes before the stories'));
      await (await browser)?.close();
      for (const { house, dataDir } of houses) {
        await house.stop();
        await rm(dataDir, { recursive: true, force: true });
      }
    });
    tell();
    test('no page complained in the console', standsAlone, () => expect(complaints).toEqual([]));
  });
}

// ------------------------------------------------------------------------------------------------------------------------------------- pages

let browser: Promise<Browser> | null = null;
const complaints: string[] = [];
const houses: { house: Running; dataDir: string }[] = [];

interface PageOptions {
  /** Errors that it may write to the console, beside the one that comes before somebody has signed in [none]. */
  forgives?: RegExp;
}

/** A page in a context of its own, on which nobody has signed in. */
export async function openPage({ forgives }: PageOptions = {}): Promise<Page> {
  browser ??= launchChromium();
  const context = await (await browser).newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  context.on('page', (page) => {
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !text.includes('status of 401') && !forgives?.test(text)) complaints.push(`${page.url()}: ${text}`);
    });
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  });
  return context.newPage();
}

/** A page on which the owner has signed in by a link of that house. */
export async function signIn({ address, house }: { address: string; house: House }, options?: PageOptions): Promise<Page> {
  const page = await openPage(options);
  await page.goto(`${address}/signin#token=${await house.doorkeeper.newSignInToken()}`);
  await page.waitForURL('**/w/**');
  return page;
}

/** Waits for a complaint that was called forth on purpose, and strikes it out. */
export async function expectComplaint(about: RegExp): Promise<void> {
  await expect.poll(() => complaints.join('\n')).toMatch(about);
  complaints.splice(0, complaints.length, ...complaints.filter((each) => !about.test(each)));
}

/** What has the keyboard: `button “Save”`, with the step of a card. */
export function keyboardAt(page: Page): Promise<string> {
  return page.evaluate(() => {
    const at = document.activeElement;
    if (!(at instanceof HTMLElement) || at === document.body) return 'nothing';
    const name = at.getAttribute('aria-label') ?? (at as HTMLInputElement).labels?.[0]?.textContent ?? at.textContent ?? '';
    return `${at.tagName.toLowerCase()} “${name.trim().slice(0, 80)}”${at.dataset.step === undefined ? '' : `, data-step=${at.dataset.step}`}`;
  });
}

/** Waits until something in there has the keyboard: a dialog takes it a moment after it has opened. */
export async function expectKeyboardIn(place: Locator): Promise<void> {
  await expect
    .poll(() => place.evaluate((element) => element.contains(document.activeElement)), { message: 'it has the keyboard' })
    .toBe(true);
}

/** Presses one key after the other. */
export async function pressOn(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** Types into the field that has the keyboard, or is about to get it: typed sooner, letters would be shortcuts. */
export async function typeOn(page: Page, text: string): Promise<void> {
  await expect.poll(() => keyboardAt(page), { message: 'a field has the keyboard' }).toMatch(/^(input|textarea) /);
  await page.keyboard.type(text);
}

/** By how many pixels a page is wider than its window, said as a finding; nothing when it is not. */
export async function tooWide(page: Page): Promise<string[]> {
  await atRest(page);
  const by = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  return by > 0 ? [`it is ${by} pixels wider than its window`] : [];
}

/** What axe finds serious or critical on a page at rest, a rule a line, with the first three places. */
export async function axeOn(page: Page): Promise<string[]> {
  await atRest(page);
  // By the debugger, because the page's own policy lets no foreign script in.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(await axe);
  return page.evaluate(async () => {
    interface Violation {
      id: string;
      impact: string;
      nodes: { target: string[]; html: string }[];
    }
    const { axe } = window as unknown as { axe: { run: (options: object) => Promise<{ violations: Violation[] }> } };
    const { violations } = await axe.run({ resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => {
        const places = nodes.slice(0, 3).map(({ target, html }) => `${target.join(' ')} ${html.slice(0, 200)}`);
        return `${id} at ${nodes.length}: ${places.join('; ')}`;
      });
  });
}
const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Waits until nothing on a page is on its way and nothing moves: what is pressed sooner may move away under the pointer. */
export async function atRest(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  const busy = (): Promise<string[]> =>
    page.evaluate(() => [
      ...[...document.querySelectorAll('[aria-label="Loading"], [aria-busy="true"]')].map((each) => each.outerHTML.slice(0, 200)),
      ...document
        .getAnimations()
        .filter((each) => each.playState === 'running' && each.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
        .map((each) => `moves: ${(each.effect as KeyframeEffect).target?.outerHTML.slice(0, 200)}`),
    ]);
  await expect.poll(busy, { message: 'the page is at rest' }).toEqual([]);
}

/** [characters] So much of what a page shows is told when a story fails: what is left out stands in its middle, for dialogs and panels come last. */
const snapshotMax = 4_000;

/** What a page shows, as somebody hears it who does not see it, without what says nothing there. */
async function snapshotOf(page: Page): Promise<string> {
  const lines = (await page.locator('body').ariaSnapshot({ timeout: 5_000 })).split('\n');
  const text = lines.filter((line) => !/^\s*- (\/url: .*|img)$/.test(line)).join('\n');
  const left = text.length - snapshotMax;
  return left <= 0 ? text : `${text.slice(0, snapshotMax / 2)}\n… ${left} characters more …\n${text.slice(-snapshotMax / 2)}`;
}

async function whereEveryPageStands(story: string): Promise<string> {
  const pages = (await browser)?.contexts().flatMap((context) => context.pages()) ?? [];
  const told = await Promise.all(
    pages.map(async (page, index) => {
      const [keyboard, shown] = await Promise.all(
        [keyboardAt(page), snapshotOf(page)].map((asked) => asked.catch((error: Error) => `it does not say: ${error.message}`)),
      );
      return `Page ${index + 1} of ${pages.length}: ${page.url()}\nThe keyboard is at: ${keyboard}\n${shown}`;
    }),
  );
  return [`Where the pages stand after “${story}” failed`, ...told, `Complaints: ${complaints.join('\n') || 'none'}`].join('\n\n');
}

// ---------------------------------------------------------------------------------------------------------------------------------- practice

/** Throughline in a folder of its own, as `npm start` fills it the first time, with its practice workspace. */
export interface Practice {
  /** Where it listens. */
  address: string;
  /** Where the screens of the practice workspace are. */
  base: string;
  house: House;
  /** A request for the practice workspace by whoever sits at the page; it must be carried out. */
  // biome-ignore lint/suspicious/noExplicitAny: a story knows what it asked for.
  api(page: Page, method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, data?: object): Promise<any>;
}

export async function startPractice(): Promise<Practice> {
  const dataDir = await mkdtemp(join(tmpdir(), 'throughline-browser-'));
  // A first start takes half a minute, which all files share.
  await cp(await madeOnce(inject('prepared').started, async (unfinished) => (await startIn(unfinished)).stop()), dataDir, {
    recursive: true,
  });
  const started = await startIn(dataDir);
  houses.push({ house: started, dataDir });
  const address = started.address!;
  return {
    address,
    base: `${address}/w/practice`,
    house: started.house,
    async api(page, method, path, data) {
      // A clock that is turned far may take its time; the story ends first.
      const options = { method, headers: asPractice, timeout: 0, ...(data ? { data } : {}) };
      const answer = await page.context().request.fetch(`${address}${path}`, options);
      expect(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
      return answer.json();
    },
  };
}

const startIn = (dataDir: string): Promise<Running> => startThroughline(readConfig({ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent' }));

/** Headers of a request that a page of ours would make for the practice workspace. */
export const asPractice = { 'x-workspace': 'practice', 'x-requested-with': 'throughline', 'sec-fetch-site': 'same-origin' };

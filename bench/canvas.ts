import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { launchChromium } from '../test/chromium.ts';
import { type Measurement, quantile } from './measurements.ts';
import { startServer, type Server } from './server.ts';

const steps = 200;
/** [ms] So long the canvas is pushed about. */
const pannedFor = 4_000;

/** A journey as people draw them: groups of a branch with three ways that come together again. */
function largeJourney(): object {
  const groups = Math.floor((steps - 2) / 6);
  const list: object[] = [{ key: 'start', kind: 'entry', on: { event: 'Signed Up' }, next: 'branch-0' }];
  for (let group = 0; group < groups; group++) {
    const next = group + 1 < groups ? `branch-${group + 1}` : 'last';
    const way = (name: string) => `${name}-${group}`;
    list.push(
      {
        key: way('branch'),
        kind: 'branch',
        paths: [
          { label: 'has bought', when: { event: { name: 'Order Completed' } }, next: way('tag') },
          { label: 'looked at prices', when: { event: { name: 'Page Viewed', within: 'P7D' } }, next: way('send') },
        ],
        otherwise: way('wait'),
      },
      { key: way('tag'), kind: 'tag', add: ['customer'], next: way('note') },
      { key: way('note'), kind: 'note', text: 'Has bought before, so nothing is offered.', next },
      { key: way('send'), kind: 'send', template: null, topic: 'news', next },
      { key: way('wait'), kind: 'wait', for: 'P2D', next: way('points') },
      { key: way('points'), kind: 'add-points', score: 'engagement', points: 5, because: 'stayed with us', next },
    );
  }
  for (let more = list.length; more < steps - 1; more++) list.push({ key: `more-${more}`, kind: 'tag', add: ['more'], next: more + 2 < steps ? `more-${more + 1}` : 'last' });
  list.push({ key: 'last', kind: 'tag', add: ['through'], next: null });
  return { name: 'Large', intent: 'To be drawn', steps: list };
}

/** Frames that a page drew while the wheel was turned over its middle: how many a second, and how long the slow ones took [ms]. */
async function framesOf(page: Page): Promise<{ perSecond: number; slow: number }> {
  await page.mouse.move(800, 500);
  await page.evaluate(() => {
    const kept = window as unknown as { frames: number[]; over: boolean };
    kept.frames = [];
    kept.over = false;
    const frame = (at: number): void => {
      kept.frames.push(at);
      if (!kept.over) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const began = performance.now();
  for (let turn = 0; performance.now() - began < pannedFor; turn++) {
    await page.mouse.wheel(0, turn % 120 < 60 ? 60 : -60);
    await page.waitForTimeout(12);
  }
  const frames = await page.evaluate(() => {
    const kept = window as unknown as { frames: number[]; over: boolean };
    kept.over = true;
    return kept.frames;
  });
  const lengths = frames.slice(1).map((at, index) => at - frames[index]!);
  return { perSecond: (lengths.length / (frames.at(-1)! - frames[0]!)) * 1000, slow: quantile(lengths, 0.95) };
}

async function signedIn(server: Server, page: Page): Promise<void> {
  const { stdout } = await promisify(execFile)(process.execPath, ['src/cli/main.ts', 'link', '--json'], {
    cwd: new URL('..', import.meta.url),
    env: { ...process.env, DATA_DIR: server.dataDir, DATABASE_URL: '' },
  });
  await page.goto(`${server.url}/signin#${new URL((JSON.parse(stdout) as { url: string }).url).hash.slice(1)}`);
  await page.waitForURL('**/w/main**');
}

/** A journey of two hundred steps is pushed about on its canvas; the same is done with a page that is only tall. */
export const canvasPan: Measurement = {
  names: ['canvas.pan'],
  // Once is enough: what is measured is the browser.
  postgresOnly: true,
  async run() {
    const server = await startServer({});
    const browser = await launchChromium();
    try {
      await server.api('PUT', '/api/definitions/journey/large', { body: largeJourney() });
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await signedIn(server, page);
      await page.goto(`${server.url}/w/main/journeys/large?edit=1`);
      await page.locator('[data-step="start"]').waitFor();
      await page.waitForTimeout(1_500);
      const canvas = await framesOf(page);
      await page.setContent('<div style="height: 50000px; background: linear-gradient(red, blue)"></div>');
      const bare = await framesOf(page);
      return [
        {
          name: 'canvas.pan',
          value: canvas.perSecond,
          unit: `frames/s, slowest 5 % ${Math.round(canvas.slow)} ms`,
          limit: bare.perSecond,
          ratio: canvas.perSecond / bare.perSecond,
          target: `≥ 50 with ${steps} steps`,
          met: canvas.perSecond >= 50,
        },
      ];
    } finally {
      await browser.close();
      await server.stop();
    }
  },
};

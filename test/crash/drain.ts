import { type Server, until, within } from './server.ts';
import type { Traffic } from './traffic.ts';

/** Waits until everything is acknowledged and nothing is under way any more: no fact, no mail, no run. */
export async function drain(server: Server, traffic: Traffic): Promise<void> {
  await within(180_000, traffic.finish());
  await until('everything is acknowledged', () => traffic.isIdle, 1_000);
  let left = '';
  const nothingUnderWay = async (): Promise<boolean> => {
    const { uncertain: _, ...underWay } = await server.numbers();
    const { items } = await server.api<{ items: { key: string; live: number }[] }>('GET', '/api/journeys');
    const all = { ...underWay, runs: items.reduce((sum, journey) => sum + journey.live, 0) };
    left = JSON.stringify(all);
    return Object.values(all).every((number) => number === 0);
  };
  await until('nothing is under way', nothingUnderWay, 120_000, 250).catch((error: Error) => {
    throw new Error(`${error.message}; left were ${left}; the server said:\n${server.said}`);
  });
}

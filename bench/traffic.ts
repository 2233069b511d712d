/** Bodies of `size` events each: 90 % of events come from 2 % of people, 1 % of them start one of ten journeys. The same seed gives the same bodies. */
export function batches(events: number, size: number, people: number, seed: number): string[] {
  let state = seed >>> 0;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const busy = Math.max(1, Math.floor(people * 0.02));
  const bodies: string[] = [];
  for (let from = 0; from < events; from += size) {
    const batch = Array.from({ length: Math.min(size, events - from) }, (_, index) => {
      const person = random() < 0.9 ? Math.floor(random() * busy) : busy + Math.floor(random() * (people - busy));
      const kind = random();
      const common = { userId: `bench-${seed}-${person}`, messageId: `bench-${seed}-${from + index}`, timestamp: new Date().toISOString(), context: { library: { name: 'bench', version: '1' }, locale: 'en-US', page: { path: '/products', url: 'https://shop.example/products', title: 'Products' } } };
      if (kind < 0.01) return { ...common, type: 'track', event: 'Checkout Started', properties: { journey: Math.floor(random() * 10), value: 40 } };
      if (kind < 0.45) return { ...common, type: 'track', event: 'Product Viewed', properties: { product_id: `p${Math.floor(random() * 500)}`, price: 19.9, currency: 'EUR', category: 'shoes' } };
      if (kind < 0.6) return { ...common, type: 'track', event: 'Product Added', properties: { product_id: `p${Math.floor(random() * 500)}`, price: 19.9, quantity: 1 } };
      return { ...common, type: 'page', name: 'Products', properties: { path: '/products', referrer: 'https://search.example/' } };
    });
    bodies.push(JSON.stringify({ batch, sentAt: new Date().toISOString() }));
  }
  return bodies;
}

/** Sends bodies from `connections` keep-alive clients; answers how long each took, in milliseconds. */
export async function drive(url: string, writeKey: string, bodies: readonly string[], connections: number): Promise<number[]> {
  const { request, Agent } = await import('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const target = new URL(url);
  const headers = { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`, 'content-type': 'application/json' };
  const took: number[] = [];
  const queue = bodies.values();
  const post = (body: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const started = performance.now();
      const sending = request({ agent, host: target.hostname, port: target.port, path: target.pathname, method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (response) => {
        response.resume();
        response.on('end', () => {
          if (response.statusCode !== 200) reject(new Error(`answered ${response.statusCode}`));
          else {
            took.push(performance.now() - started);
            resolve();
          }
        });
      });
      sending.on('error', reject);
      sending.end(body);
    });
  await Promise.all(Array.from({ length: connections }, async () => {
    for (const body of queue) await post(body);
  }));
  agent.destroy();
  return took;
}

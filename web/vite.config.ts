import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { z } from 'zod';
import { definitionKinds } from '#contract/definition.ts';
import { Journey } from '#contract/journey.ts';
import { Step, stepKinds } from '#contract/steps/index.ts';
import { MessageStatus, messageReasons } from '#contract/message.ts';
import { RampPlan } from '#contract/ramp.ts';
import { routeList } from '#contract/routes/index.ts';
import { liveTopics } from '#contract/routes/operate.ts';
import { timelineKinds } from '#contract/routes/people.ts';

/** Every object that a kind of definition may hold, as the list of its keys in the order of its schema: a body is written as a person would write it. */
function shapesOf(body: z.ZodType): string[][] {
  const shapes = new Map<string, string[]>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (!Array.isArray(node) && 'properties' in node) {
      const keys = Object.keys(node.properties as object);
      shapes.set(keys.join(), keys);
    }
    for (const part of Object.values(node)) visit(part);
  };
  visit(z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }));
  return [...shapes.values()].filter((keys) => keys.length > 1).sort((a, b) => a.length - b.length);
}

/** What stands where nothing was written, name by name. */
const defaultsOf = (schema: z.ZodObject): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(schema.shape).flatMap(([name, part]) => {
      const read = (part as z.ZodType).safeParse(undefined);
      return read.success && read.data !== undefined ? [[name, read.data]] : [];
    }),
  );

/** The contract's words as plain data (module "contract:words"), so that the first load carries no schema library. */
function contractWords(): Plugin {
  const words = {
    addresses: Object.fromEntries(routeList.map(([name, route]) => [name, [route.method, route.path]])),
    kindNames: Object.fromEntries(Object.entries(definitionKinds).map(([kind, { name, plural }]) => [kind, { name, plural }])),
    messageStatuses: MessageStatus.options,
    messageReasons: Object.keys(messageReasons),
    timelineKinds,
    liveTopics,
    stepKinds,
    journeyDefaults: defaultsOf(Journey),
    rampDefaults: RampPlan.parse({}),
    stepDefaults: Object.fromEntries(Step.options.map((step) => [step.shape.kind.value, defaultsOf(step)])),
    shapes: Object.fromEntries(Object.entries(definitionKinds).map(([kind, { body }]) => [kind, shapesOf(body)])),
  };
  const id = '\0contract:words';
  return {
    name: 'contract-words',
    resolveId: (source) => (source === 'contract:words' ? id : null),
    load: (given) =>
      given === id ? Object.entries(words).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`).join('\n') : null,
  };
}

/**
 * The admin reads types and plain functions of the contract, never its schemas: in the bundle "zod" is a name that answers to anything and
 * checks nothing, 90 kB smaller. Reading a schema in the browser throws.
 */
function noSchemas(): Plugin {
  const id = '\0no-schemas';
  const code = `
    const reads = new Set(['parse', 'safeParse', 'options', 'shape', 'entries', Symbol.iterator]);
    export const z = new Proxy(() => z, {
      get: (_, name) => { if (reads.has(name)) throw new Error('the admin carries no schemas'); return z; },
      apply: () => z,
    });`;
  return { name: 'no-schemas', enforce: 'pre', resolveId: (source) => (source === 'zod' ? id : null), load: (given) => (given === id ? code : null) };
}

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react(), contractWords(), noSchemas()],
  build: { rolldownOptions: { treeshake: { manualPureFunctions: ['z'] } }, outDir: 'dist', emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 700 },
  server: { port: 5173, proxy: { '/api': 'http://127.0.0.1:8080' } },
});

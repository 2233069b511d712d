import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { definitionKinds } from '#contract/definition.ts';
import { stepKinds } from '#contract/journey.ts';
import { MessageStatus, messageReasons } from '#contract/message.ts';
import { routeList } from '#contract/routes/index.ts';
import { liveTopics } from '#contract/routes/operate.ts';
import { timelineKinds } from '#contract/routes/people.ts';

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
  };
  const id = '\0contract:words';
  return {
    name: 'contract-words',
    resolveId: (source) => (source === 'contract:words' ? id : null),
    load: (given) =>
      given === id ? Object.entries(words).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`).join('\n') : null,
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react(), contractWords()],
  build: { rolldownOptions: { treeshake: { manualPureFunctions: ['z'] } }, outDir: 'dist', emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 700 },
  server: { port: 5173, proxy: { '/api': 'http://127.0.0.1:8080' } },
});

import scalar from '@scalar/fastify-api-reference';
import type { FastifyInstance } from 'fastify';
import { openApiDocument } from './openapi.ts';

/** The API as a document and as a page, both made from the routes. */
export async function registerDocs(app: FastifyInstance): Promise<void> {
  // Made when somebody first asks: it takes a second or two, and hardly anybody does.
  let document: ReturnType<typeof openApiDocument> | null = null;
  app.get('/api/openapi.json', async () => {
    document ??= openApiDocument();
    return document;
  });
  await app.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => {
      // The reference page starts itself by an inline script; it has no session and shows only the document.
      reply.header(
        'content-security-policy',
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'",
      );
    });
    await scope.register(scalar, {
      routePrefix: '/api/docs',
      configuration: {
        url: '/api/openapi.json',
        withDefaultFonts: false,
        hideClientButton: true,
        telemetry: false,
        agent: { disabled: true },
        showDeveloperTools: 'never',
        showToolbar: 'never',
        mcp: { disabled: true },
      } as never,
    });
  });
}

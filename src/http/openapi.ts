import { z } from 'zod';
import { ProblemBody, problems, type ProblemCode } from '#contract/problems.ts';
import { routeList } from '#contract/routes/index.ts';
import type { Route } from '#contract/routes/route.ts';

type JsonSchema = Record<string, unknown>;

/** The API as an OpenAPI 3.1 document, made from the routes of the contract. */
export function openApiDocument(): JsonSchema {
  const paths: Record<string, Record<string, unknown>> = {};
  const components: JsonSchema = { Problem: schemaOf(ProblemBody, 'output') };
  for (const [name, route] of routeList)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(name, route, components) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Throughline',
      version: '0.1.0',
      description:
        'Everything that the admin can do. Errors are {code, message, hint, details}; writes accept Idempotency-Key; the workspace is named by X-Workspace.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    tags: [...new Set(routeList.map(([, route]) => route.tag))].map((name) => ({ name })),
    paths,
    components: { schemas: components, securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key' } } },
  };
}

function operation(name: string, route: Route, components: JsonSchema): JsonSchema {
  const codes = new Map<number, ProblemCode[]>();
  for (const code of [
    ...route.problems,
    ...(route.access === 'anybody' ? [] : (['session-missing', 'key-unknown', 'workspace-unknown'] as const)),
  ])
    codes.set(problems[code].status, [...(codes.get(problems[code].status) ?? []), code]);
  return {
    operationId: name,
    tags: [route.tag],
    summary: route.summary,
    ...(route.access === 'anybody' ? { security: [] } : {}),
    parameters: [
      ...parameters(route.params, 'path', components),
      ...parameters(route.query, 'query', components),
      ...(route.ownKey
        ? [
            {
              name: 'Idempotency-Key',
              in: 'header',
              required: true,
              schema: { type: 'string', minLength: 1, maxLength: 200 },
              description: 'Names what is asked for; the same key with the same body answers the same again',
            },
          ]
        : []),
      ...(route.access === 'workspace'
        ? [
            {
              name: 'X-Workspace',
              in: 'header',
              schema: { type: 'string' },
              description: 'Slug of the workspace; the key’s own when missing',
            },
          ]
        : []),
    ],
    ...(route.file
      ? { requestBody: { required: true, content: { [route.file.type]: { schema: { type: 'string', format: 'binary' } } } } }
      : route.body.type === 'undefined'
        ? {}
        : {
            requestBody: {
              required: true,
              content: { 'application/json': { schema: hoisted(schemaOf(route.body, 'input'), components) } },
            },
          }),
    responses: {
      200: {
        description: 'Done',
        ...(route.reply.type === 'undefined'
          ? {}
          : { content: { [route.answers ?? 'application/json']: { schema: hoisted(schemaOf(route.reply, 'output'), components) } } }),
      },
      ...Object.fromEntries(
        [...codes].map(([status, list]) => [
          status,
          {
            description: list.map((code) => `${code}: ${problems[code].sentence}`).join(' '),
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
          },
        ]),
      ),
    },
  };
}

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' }) as JsonSchema;
  return rest;
};

function parameters(schema: z.ZodType, place: 'path' | 'query', components: JsonSchema): JsonSchema[] {
  if (schema.type === 'undefined') return [];
  const object = hoisted(schemaOf(schema, 'input'), components) as { properties?: Record<string, JsonSchema>; required?: string[] };
  return Object.entries(object.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (object.required ?? []).includes(name),
    schema: property,
    ...(typeof property.description === 'string' ? { description: property.description } : {}),
  }));
}

/** Moves the definitions that a schema carries along (the recursive rule) to the document's components. */
function hoisted(schema: JsonSchema, components: JsonSchema): JsonSchema {
  const { $defs, ...rest } = schema as JsonSchema & { $defs?: Record<string, JsonSchema> };
  const repoint = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(repoint)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(
            Object.entries(value).map(([key, inner]) => [
              key,
              key === '$ref' && typeof inner === 'string' ? inner.replace('#/$defs/', '#/components/schemas/') : repoint(inner),
            ]),
          )
        : value;
  for (const [name, definition] of Object.entries($defs ?? {})) components[name] = repoint(definition);
  return repoint(rest) as JsonSchema;
}

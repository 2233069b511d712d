import { z } from 'zod';
import { readBy } from '#contract/mistakes.ts';
import { Problem } from '#contract/problems.ts';

const roles = ['http', 'work', 'send'] as const;
export type Role = (typeof roles)[number];

const Environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be postgres://…')
    .optional(),
  DATA_DIR: z.string().default('./data'),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'must be smtp://… or smtps://…')
    .optional(),
  BOOTSTRAP_KEY: z.string().min(32, 'must be at least 32 characters').optional(),
  BOOTSTRAP_WRITE_KEY: z.string().min(32, 'must be at least 32 characters').optional(),
  ROLES: z
    .string()
    .default(roles.join(','))
    .transform((text, context) => {
      const list = text
        .split(',')
        .map((role) => role.trim())
        .filter(Boolean);
      for (const role of list)
        if (!(roles as readonly string[]).includes(role))
          context.addIssue({ code: 'custom', message: `must be some of ${roles.join(', ')}, separated by commas` });
      return new Set(list as Role[]);
    }),
  THROUGHLINE_PRACTICE: z.enum(['on', 'off']).default('on'),
  TRUST_PROXY: z
    .string()
    .default('')
    .transform((text) => (text === '' || text === 'off' ? false : text === 'on' ? true : text.split(',').map((part) => part.trim()))),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  WEBHOOK_PRIVATE: z.enum(['on', 'off']).default('off'),
  FAIL_AT: z.string().optional(),
});

/** What the environment says; docs/configuration.md has a line for each. */
export type Config = z.output<typeof Environment>;

/** Reads the environment; an empty variable counts as not set. Refuses values that cannot be meant. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const read = readBy(
    Environment,
    Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== '')),
  );
  if (!read.ok) throw new Problem('config-invalid', read.mistakes);
  return read.value;
}

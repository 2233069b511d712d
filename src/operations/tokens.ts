import { createHash, randomBytes } from 'node:crypto';

/** A new secret to hand out once: 256 bits, readable as text. */
export const newToken = (prefix: string): string => `${prefix}${randomBytes(32).toString('base64url')}`;

/** What is kept of a secret. Tokens have 256 bits of their own, so a plain hash is enough. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

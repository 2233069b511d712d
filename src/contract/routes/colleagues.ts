import { z } from 'zod';
import { IsoInstant } from '../instant.ts';
import { Line } from '../key.ts';
import { route } from './route.ts';

export const ColleagueRow = z.object({
  id: z.uuid(),
  name: z.string(),
  email: z.string().nullable(),
  owner: z.boolean().describe('Runs the installation; comes in by the link that the server prints'),
  createdAt: IsoInstant,
});
export type ColleagueRow = z.infer<typeof ColleagueRow>;

const Link = z.string().describe('A sign-in link, shown this once: it works once, for three days');
const Name = Line.max(100);
const Email = z.string().trim().max(200);
const one = z.object({ id: z.uuid() });

export const listColleagues = route({
  method: 'GET',
  path: '/api/colleagues',
  tag: 'Settings',
  summary: 'Who works in the admin; colleagues see every workspace',
  access: 'session',
  reply: z.object({ items: z.array(ColleagueRow), next: z.null() }),
});
export const inviteColleague = route({
  method: 'POST',
  path: '/api/colleagues',
  tag: 'Settings',
  summary: 'Add a colleague; the link by which they sign in is shown this once',
  access: 'session',
  body: z.strictObject({ name: Name, email: Email }),
  reply: ColleagueRow.extend({ link: Link }),
  problems: ['colleague-taken', 'address-invalid'],
});
export const changeColleague = route({
  method: 'PATCH',
  path: '/api/colleagues/{id}',
  tag: 'Settings',
  summary: 'Change the name or the address of a colleague',
  access: 'session',
  params: one,
  body: z.strictObject({ name: Name, email: Email }).partial(),
  reply: ColleagueRow,
  problems: ['colleague-taken', 'colleague-unknown', 'address-invalid'],
});
export const linkForColleague = route({
  method: 'POST',
  path: '/api/colleagues/{id}/link',
  tag: 'Settings',
  summary: 'A new sign-in link for a colleague',
  access: 'session',
  params: one,
  reply: z.object({ link: Link }),
  problems: ['colleague-unknown'],
});
export const removeColleague = route({
  method: 'DELETE',
  path: '/api/colleagues/{id}',
  tag: 'Settings',
  summary: 'Remove a colleague: their sessions and links end at once',
  access: 'session',
  params: one,
  reply: ColleagueRow,
  problems: ['colleague-unknown', 'colleague-owner'],
});

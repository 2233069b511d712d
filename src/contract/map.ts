import { z } from 'zod';
import { DefinitionKind } from './definition.ts';

/** One definition on a way through the house, and what it does that leads to the next. */
export const Hop = z.object({
  kind: z.union([DefinitionKind, z.literal('stage')]),
  key: z.string(),
  name: z.string(),
  does: z.string().describe('What of it leads to the next: adds the tag “hot”, is entered, starts'),
});
export type Hop = z.infer<typeof Hop>;

/** A way that leads from a definition back to it although nobody does anything; the last hop leads to the first. */
export const Circle = z.object({
  hops: z.array(Hop).min(1),
  endless: z.boolean().describe('It may turn for ever; else it ends by itself'),
  says: z.string().describe('The circle in words'),
  because: z.string().describe('What holds it, where it ends by itself'),
});
export type Circle = z.infer<typeof Circle>;

export const MapNode = z.object({
  id: z.string(),
  kind: z.union([DefinitionKind, z.enum(['stage', 'event'])]),
  key: z.string(),
  name: z.string(),
  live: z.boolean().describe('It is in force; an event is nobody’s'),
  reads: z.array(z.string()).describe('What its triggers and rules ask about, a few words each'),
  writes: z.array(z.string()).describe('What it brings about'),
});
export const MapEdge = z.object({
  from: z.string(),
  to: z.string(),
  does: z.array(z.string()).describe('What of the first leads to the second'),
  leads: z.boolean().describe('It brings something about there; else it is only read there'),
});
export type MapNode = z.infer<typeof MapNode>;
export type MapEdge = z.infer<typeof MapEdge>;
export const HouseMap = z.object({ nodes: z.array(MapNode), edges: z.array(MapEdge), circles: z.array(Circle) });
export type HouseMap = z.infer<typeof HouseMap>;

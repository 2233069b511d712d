import { fileURLToPath } from 'node:url';
import type { LooseDefinition } from '#contract/definition.ts';
import { readFolder } from './definition-files.ts';

/** The blueprints that are shipped. */
export const blueprints = ['service-business'] as const;
export type BlueprintName = (typeof blueprints)[number];

export const blueprintFolder = (name: BlueprintName): string => fileURLToPath(new URL(`../../blueprints/${name}/`, import.meta.url));

/** A shipped blueprint's definitions, which a new workspace begins with as drafts. */
export const readBlueprint = async (name: BlueprintName): Promise<LooseDefinition[]> =>
  (await readFolder(blueprintFolder(name))).definitions;

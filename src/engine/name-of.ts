import type { DefinitionDocument } from '#contract/definition.ts';

/** What people call a definition: its name, or its key where it has none. */
export const nameOf = (document: DefinitionDocument): string => ('name' in document.body ? document.body.name : document.key);

import type { DefinitionKind } from '#contract/definition.ts';
import type { Reply, RouteName } from '../api.ts';
import { said } from '../parts/notify.ts';
import { useChange } from '../query.ts';

/** The lists that say something about drafts. */
export const listsOfDrafts: RouteName[] = ['listDefinitions', 'listSegments', 'listScores', 'listJourneys'];

/** Keeps a body as the draft and says what that means; the refusal stands in `problem`. */
export function useSaveDraft(kind: DefinitionKind, key: string) {
  const put = useChange('putDefinition', ['getDefinition', ...listsOfDrafts]);
  return {
    busy: put.isPending,
    problem: put.error,
    save: async (body: unknown): Promise<Reply<'putDefinition'>> => {
      const reply = await put.mutateAsync({ params: { kind, key }, body: { body } });
      said(
        reply.mistakes.length === 0
          ? 'Saved. Nothing changes for anybody before it is published.'
          : 'Saved, with mistakes to mend before it is published.',
      );
      return reply;
    },
  };
}

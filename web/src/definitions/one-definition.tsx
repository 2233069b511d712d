import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { DefinitionKind } from '#contract/definition.ts';
import type { Reply } from '../api.ts';
import { type Search, To } from '../parts/address.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { useRoute } from '../query.ts';

/** Where all of a kind stand, and what they are called together. */
export interface Shelf {
  to: string;
  search?: Search;
  words: string;
}

/** Fetches one definition: says what refused it, with the way back to all of them, and hands it over when it is there. */
export function OneDefinition({
  kind,
  of,
  shelf,
  children,
}: {
  kind: DefinitionKind;
  /** Its key. */
  of: string;
  shelf: Shelf;
  children: (definition: Reply<'getDefinition'>) => ReactNode;
}) {
  const definition = useRoute('getDefinition', { params: { kind, key: of } });
  if (definition.error)
    return (
      <Page
        title={of}
        actions={
          <Button component={To} to={shelf.to} variant="default">
            Back to {shelf.words.toLowerCase()}
          </Button>
        }
      >
        <ProblemView problem={definition.error} {...(definition.error.status === 404 ? {} : { again: () => void definition.refetch() })} />
      </Page>
    );
  if (!definition.data)
    return (
      <Page title={<span className="faint">{of}</span>} tab={of}>
        <Bones lines={10} />
      </Page>
    );
  return children(definition.data);
}

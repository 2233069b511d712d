import { Button } from '@mantine/core';
import { kindNames } from 'contract:words';
import { type ReactNode, useRef, useState } from 'react';
import type { Reply } from '../api.ts';
import { To, useGo } from '../parts/address.tsx';
import { AskBeforeLeaving } from '../parts/ask-before-leaving.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { said } from '../parts/notify.ts';
import { Page } from '../parts/page.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { useChange } from '../query.ts';
import { RehearseButton } from '../rehearsals/rehearse-button.tsx';
import css from './definition-frame.module.css';
import { DefinitionStatus } from './definitions.tsx';
import type { Shelf } from './one-definition.tsx';
import { Publish } from './publish.tsx';
import { ReviewChip } from './say-review.tsx';
import { listsOfDrafts } from './save-draft.ts';
import type { Edits } from './use-edits.ts';

interface DefinitionFrameProps<P extends string> {
  definition: Reply<'getDefinition'>;
  shelf: Shelf;
  /** What it says about itself, where that helps. */
  meaning?: string;
  /** `fill` when the part scrolls by itself. */
  fit: 'fill' | 'wide';
  /** The parts of the page; none as long as there is only one. */
  parts: { value: P; label: string; count?: number | undefined }[];
  part: P;
  onPart: (part: P) => void;
  edits: Edits;
  /** Goes on with this body: what is kept, or what is live. */
  onDraft: (body: unknown) => void;
  /** Saves what is edited; without it the part does so itself. `lacks` says what must come first. */
  save?: { run: () => void; busy: boolean; lacks?: string | undefined };
  /** What must come first before it is published. */
  unfinished?: string | undefined;
  /** The one action while nothing is edited; while something is, it is to publish. */
  action: ReactNode | null;
  /** Other ways to look at it. */
  links: ReactNode;
  /** What else the part asks for: a search, a filter. */
  filters?: ReactNode;
  children: ReactNode;
}

/** The page of one definition: what it is called and means, its parts side by side, and what becomes of its draft. */
export function DefinitionFrame<P extends string>(props: DefinitionFrameProps<P>) {
  const { definition, shelf, meaning, parts, part, edits, save, action } = props;
  const { kind, key } = definition;
  const [ask, setAsk] = useState<'discard' | 'publish' | null>(null);
  const go = useGo();
  const publish = useRef<HTMLButtonElement>(null);
  const never = definition.version === null;
  const discard = useChange('discardDraft', never ? listsOfDrafts : ['getDefinition', ...listsOfDrafts]);
  const changed = definition.hasDraft || never;
  const name = definition.name || key;
  const notYet = props.unfinished ?? (edits.dirty ? 'Save the draft first' : changed ? undefined : 'The draft is what is live');
  return (
    <Page
      fit={props.fit}
      focusNext={publish}
      tab={name}
      title={
        <>
          {name} <DefinitionStatus row={definition} /> {!edits.dirty && <ReviewChip review={definition.review} />}
        </>
      }
      purpose={
        <>
          <To to={shelf.to} {...(shelf.search ? { search: shelf.search } : {})} className="text-link">
            {shelf.words}
          </To>{' '}
          <span className="faint">/</span> <span className="mono">{key}</span>
          {meaning && <span className={css.meaning}>{meaning}</span>}
        </>
      }
      actions={
        action ?? (
          <>
            {save && (
              <Button
                variant="default"
                onClick={save.run}
                loading={save.busy}
                disabled={!edits.dirty || save.lacks !== undefined}
                data-keys="Ctrl S"
                data-tip={save.lacks ?? 'Save'}
              >
                Save draft
              </Button>
            )}
            <Button ref={publish} onClick={() => setAsk('publish')} disabled={notYet !== undefined} data-tip={notYet}>
              Publish
            </Button>
          </>
        )
      }
      bar={
        <>
          {parts.length > 0 && <Segmented label="Part" value={part} choices={parts} onChange={props.onPart} />}
          {props.filters}
          {props.links}
          {changed && (
            <RehearseButton drafts={[{ kind, key }]} lacks={props.unfinished ?? (edits.dirty ? 'Save the draft first' : undefined)} />
          )}
          {changed && (
            <Button size="xs" variant="subtle" color="gray" onClick={() => setAsk('discard')}>
              Discard draft
            </Button>
          )}
        </>
      }
    >
      {props.fit === 'fill' ? (
        <div className={css.body}>
          {edits.moved && edits.dirty && (
            <div className={css.notice} role="status">
              <span>The draft was changed elsewhere since you began.</span>
              <Button size="xs" variant="default" onClick={() => props.onDraft(definition.draft)}>
                Take theirs
              </Button>
              <Button size="xs" variant="default" onClick={edits.keepMine}>
                Keep mine
              </Button>
            </div>
          )}
          {props.children}
        </div>
      ) : (
        props.children
      )}
      <Publish open={ask === 'publish'} definition={definition} onClose={() => setAsk(null)} />
      <Confirm
        open={ask === 'discard'}
        onClose={() => setAsk(null)}
        danger
        title="Discard the draft"
        action="Discard"
        onConfirm={async () => {
          await discard.mutateAsync({ params: { kind, key } });
          said('The draft was thrown away.');
          if (never) {
            edits.settle(); // nothing is left to lose, so leaving asks nothing
            requestAnimationFrame(() => go(shelf.to, shelf.search));
          } else props.onDraft(definition.published);
        }}
      >
        {never
          ? `It was never published, so the ${kindNames[kind].name.toLowerCase()} goes with it.`
          : `The draft becomes what is live: version ${definition.version}.`}
      </Confirm>
      <AskBeforeLeaving when={edits.dirty} />
    </Page>
  );
}

/** The ways from a page of its own to the text of a definition, and to its versions. */
export function TextAndVersions({ of: { kind, key } }: { of: Reply<'getDefinition'> }) {
  const text = `definitions/${kind}/${key}`;
  return (
    <>
      <Button component={To} to={text} size="xs" variant="subtle" color="gray">
        Text
      </Button>
      <Button component={To} to={text} search={{ tab: 'versions' }} size="xs" variant="subtle" color="gray">
        Versions
      </Button>
    </>
  );
}

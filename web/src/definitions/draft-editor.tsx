import { Button } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconCircleCheck } from '@tabler/icons-react';
import { useMemo, useRef, useState } from 'react';
import type { Reply } from '../api.ts';
import { Section } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Time } from '../parts/time.tsx';
import { said } from '../parts/notify.ts';
import { useChange } from '../query.ts';
import { CodeEditor, type CodeEditorHandle } from './code-editor.tsx';
import { readText, toText } from './definition-text.ts';
import css from './definition-page.module.css';
import { DiffView } from './diff-view.tsx';
import { hintFor } from './hints.ts';
import { MistakeList, type Place } from './mistake-list.tsx';
import { useSaveDraft } from './save-draft.ts';

interface DraftEditorProps {
  definition: Reply<'getDefinition'>;
  text: string;
  dirty: boolean;
  onText: (text: string) => void;
  /** The draft as the server keeps it now. */
  onSaved: (text: string) => void;
}

/** The draft as text: edit, save, check, and see what differs from what is live. Mistakes jump to their line. */
export function DraftEditor({ definition, text, dirty, onText, onSaved }: DraftEditorProps) {
  const { kind, key } = definition;
  const draft = useSaveDraft(kind, key);
  const check = useChange('checkDefinition', ['getDefinition']);
  const [differs, setDiffers] = useState(false);
  const editor = useRef<CodeEditorHandle>(null);
  const read = useMemo(() => readText(text), [text]);
  const places: Place[] = read.ok
    ? definition.mistakes.map((mistake) => ({ ...mistake, line: read.lineOf(mistake.path) }))
    : read.mistakes.map((mistake) => ({ ...mistake, path: 'YAML' }));
  const stale = read.ok && dirty && places.length > 0;

  const save = async (): Promise<void> => {
    if (!read.ok) return;
    const reply = await draft.save(read.body);
    onSaved(toText(kind, reply.draft));
  };
  const checkIt = async (): Promise<void> => {
    if (dirty) return save();
    const { mistakes } = await check.mutateAsync({ params: { kind, key } });
    said(mistakes.length === 0 ? 'No mistakes.' : 'There are mistakes to mend.');
  };
  useHotkeys([['mod+S', () => void save().catch(() => undefined)]], []);
  const problem = draft.problem ?? check.error;

  return (
    <div className={css.draft}>
      <div className={css.work}>
        <div className={css.tools}>
          <Button
            size="xs"
            onClick={() => void save().catch(() => undefined)}
            loading={draft.busy}
            disabled={!dirty || !read.ok}
            data-keys="Ctrl S"
            data-tip="Save"
          >
            Save draft
          </Button>
          <Button
            size="xs"
            variant="default"
            onClick={() => void checkIt().catch(() => undefined)}
            loading={check.isPending}
            disabled={!read.ok}
          >
            {dirty ? 'Save and check' : 'Check'}
          </Button>
          <span className={css.space} />
          {definition.published !== null && (
            <Segmented
              label="Show"
              value={differs ? 'changes' : 'text'}
              choices={[
                { value: 'text', label: 'Text' },
                { value: 'changes', label: 'Changes' },
              ]}
              onChange={(next) => setDiffers(next === 'changes')}
            />
          )}
        </div>
        {differs ? (
          <div className={css.scroll}>
            <DiffView before={toText(kind, definition.published)} after={text} label={`Version ${definition.version} and this draft`} />
          </div>
        ) : (
          <CodeEditor
            ref={editor}
            value={text}
            onChange={onText}
            wrong={new Set(places.flatMap(({ line }) => (typeof line === 'number' ? [line] : [])))}
            label={`Draft of ${definition.name || key} as YAML`}
          />
        )}
      </div>
      <aside className={css.side} aria-label="About the draft">
        {problem && <ProblemView problem={problem} />}
        <Section title={places.length === 0 ? 'Mistakes' : `Mistakes (${places.length})`}>
          {places.length === 0 ? (
            <p className={css.fine}>
              <IconCircleCheck size={16} aria-hidden="true" /> {dirty ? 'None known. Save to check again.' : 'None. It can be published.'}
            </p>
          ) : (
            <MistakeList
              places={places}
              onOpen={({ line }) => {
                setDiffers(false);
                if (typeof line === 'number') requestAnimationFrame(() => editor.current?.goTo(line));
              }}
            />
          )}
          {stale && <p className="faint">As of the last save.</p>}
        </Section>
        <Section title="Last change">
          <p className="quiet">
            {definition.updatedBy}, <Time at={definition.updatedAt} />
          </p>
        </Section>
        <Section title="How to write it">
          <p className="quiet">{hintFor(kind)}</p>
          <p className="faint">
            YAML or JSON, as in the file {`${kind}/${key}.yaml`.replace(/^([a-z-]+)/, (folder) => folderOf(folder))}. To work on many at
            once: npx throughline plan DIR, then apply.
          </p>
        </Section>
      </aside>
    </div>
  );
}

const folderOf = (kind: string): string => (kind.endsWith('-policy') ? `${kind.slice(0, -1)}ies` : `${kind}s`);

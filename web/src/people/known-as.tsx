import { Button } from '@mantine/core';
import { useState } from 'react';
import { sayBy } from '#engine/identity/words.ts';
import type { PersonDetail } from '#contract/routes/people.ts';
import type { Reply } from '../api.ts';
import { callJoined, isId, sayKind } from '../identities/words.ts';
import { Copy } from '../parts/copy.tsx';
import { sayNumber } from '../parts/number.ts';
import { Section } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';
import { useRoute } from '../query.ts';
import css from './person-context.module.css';
import { UndoMerge } from './undo-merge.tsx';

type Merge = Reply<'listMerges'>['items'][number];
/** Identities that are shown before one asks for all. */
const few = 6;

/** The names that a person goes by, and who was joined with them. */
export function KnownAs({ person, onJoin }: { person: PersonDetail; onJoin?: (() => void) | undefined }) {
  const [all, setAll] = useState(false);
  const { identities } = person;
  const shown = all ? identities : identities.slice(0, few);
  return (
    <>
      <Section
        title={identities.length > 1 ? `Known as, ${sayNumber(identities.length)} ways` : 'Known as'}
        action={
          onJoin && (
            <Button size="xs" variant="subtle" color="gray" onClick={onJoin}>
              Join
            </Button>
          )
        }
      >
        <ul className={css.rows}>
          {shown.map((identity) => (
            <li key={`${identity.kind} ${identity.value}`}>
              <span className={css.line}>
                <span className={css.kind}>{sayKind(identity.kind)}</span>
                <span className={isId(identity.kind) ? 'mono clip' : 'clip'}>{identity.value}</span>
                <span className={css.end}>
                  <Copy text={identity.value} what={sayKind(identity.kind).toLowerCase()} size={22} />
                </span>
              </span>
              <span className={css.note}>
                since <Time at={identity.since} />
                {identity.origin !== null && ', came with somebody who was joined'}
              </span>
            </li>
          ))}
          {identities.length > few && (
            <li>
              <button type="button" className="plain-button text-link" onClick={() => setAll(!all)}>
                {all ? 'Show fewer' : `Show all ${sayNumber(identities.length)}`}
              </button>
            </li>
          )}
        </ul>
      </Section>
      <Joined person={person} />
    </>
  );
}

/** Who was joined with a person, with the way back; nothing while nobody was. */
function Joined({ person }: { person: PersonDetail }) {
  const merges = useRoute('listMerges', { params: { id: person.id } });
  const [undoing, setUndoing] = useState<Merge | null>(null);
  const items = merges.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Section title="Joined from">
      <ul className={css.rows}>
        {items.map((merge) => (
          <li key={merge.person + merge.at}>
            <span className={css.line}>
              <span className="clip">{callJoined(merge)}</span>
              {merge.canUndo && (
                <span className={css.end}>
                  <Button size="compact-xs" variant="default" onClick={() => setUndoing(merge)} aria-label={`Undo: ${callJoined(merge)}`}>
                    Undo
                  </Button>
                </span>
              )}
            </span>
            <span className={css.note}>
              <Time at={merge.at} />, {merge.reason === null ? `as ${sayBy(merge.by)} said` : `by ${merge.by}: ${merge.reason}`}
              {merge.undone && (
                <>
                  . Undone <Time at={merge.undone.at} /> by {merge.undone.by}: {merge.undone.reason}
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {undoing && <UndoMerge person={person} merge={undoing} onClose={() => setUndoing(null)} />}
    </Section>
  );
}

import { Popover } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { fullStop } from '#contract/sentence.ts';
import type { Reply } from '../api.ts';
import { useRoute } from '../query.ts';
import { ProblemView } from './problem.tsx';
import { Bones } from './skeleton.tsx';
import { Time } from './time.tsx';
import css from './why.module.css';

/** What `why` can be asked about: message:ID, journey:KEY, segment:KEY, score:KEY, stage, owner. */
export type About = string;

/** An answer to why: one sentence, then each rule with its version and the evidence it read. */
export function WhyAnswer({ why }: { why: Reply<'personWhy'> }) {
  // What the sentence has said already is not said again under it.
  const because = why.because.filter(({ rule }) => fullStop(rule) !== why.answer);
  return (
    <div className={css.answer}>
      <p className={css.sentence}>{why.answer}</p>
      {why.at && (
        <p className="faint">
          Decided <Time at={why.at} as="exact" />
        </p>
      )}
      {because.length > 0 && (
        <ul className={css.rules}>
          {because.map((part) => (
            <li key={part.rule} data-held={part.held || undefined}>
              <span className={css.held} role="img" aria-label={part.held ? 'Held' : 'Did not hold'}>
                {part.held ? <IconCheck size={13} stroke={2.2} /> : <IconX size={13} stroke={2.2} />}
              </span>
              <div>
                <div>
                  {part.rule}
                  {part.version !== null && <span className={css.version}>v{part.version}</span>}
                </div>
                {part.evidence.map((piece) => (
                  <div key={piece.id} className={css.evidence}>
                    {piece.what}
                    {piece.at && (
                      <>
                        {' '}
                        · <Time at={piece.at} />
                      </>
                    )}
                  </div>
                ))}
              </div>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Asked({ person, about }: { person: string; about: About }) {
  const why = useRoute('personWhy', { params: { id: person }, query: { about } });
  if (why.error) return <ProblemView problem={why.error} again={() => void why.refetch()} />;
  return why.data ? <WhyAnswer why={why.data} /> : <Bones lines={3} />;
}

/** The small "why" beside a status, score, stage, owner, number or absence. The same everywhere. */
export function Why({ person, about, of, children }: { person: string; about: About; of: string; children?: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} width={340} position="bottom-start" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <button
          type="button"
          className={css.why}
          aria-label={`Why: ${of}`}
          onClick={(event) => {
            event.stopPropagation();
            setOpen(!open);
          }}
        >
          {children ?? 'why'}
        </button>
      </Popover.Target>
      <Popover.Dropdown className={css.popover} aria-label={`Why: ${of}`} tabIndex={-1} data-autofocus>
        {open && <Asked person={person} about={about} />}
      </Popover.Dropdown>
    </Popover>
  );
}

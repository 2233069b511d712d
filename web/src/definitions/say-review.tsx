import { sayDuration } from '#contract/instant.ts';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import { useRoute } from '../query.ts';
import { useNow, useWorkspace } from '../session/workspace.tsx';
import { wallTime } from '../parts/zone-time.ts';
import css from './review.module.css';
import { type Review, whatItTakes } from './what-it-takes.ts';

/** Where the review of a draft as it stands has come to, and what comes next. Nothing where none is asked for. */
export function SayReview({ review }: { review: Review }) {
  const { needs, asked, answer } = review;
  const takes = whatItTakes(review, useNow());
  if (needs === 'cooling-off') return takes === 'time' ? <CoolsOff at={review.publishableAt} /> : null;
  if (answer)
    return (
      <div className={css.said} data-approved={answer.approved} role="status">
        <p>
          <strong>
            {answer.approved ? 'Approved' : 'Changes asked for'} by {answer.by}
          </strong>{' '}
          <Time at={answer.at} />
          {answer.comment && `: ${answer.comment}`}
        </p>
        {takes === 'edit' && <p className="quiet">Change the draft, then ask for a new review.</p>}
      </div>
    );
  if (asked)
    return (
      <div className={css.said} role="status">
        <p>
          <strong>Nobody has answered yet.</strong> {asked.by} asked for a review <Time at={asked.at} />
          {asked.note && `: ${asked.note}`}
        </p>
        {takes === 'answer' && <p className="quiet">It may be published once somebody else than its last editor has approved it.</p>}
      </div>
    );
  return takes === 'request' ? (
    <p className={css.said}>Another colleague approves it first. Any change after that asks for a new review.</p>
  ) : null;
}

/** From when on somebody who works alone may publish. */
function CoolsOff({ at }: { at: string | null }) {
  const { zone } = useWorkspace();
  const now = useNow();
  const settings = useRoute('getSettings', undefined).data;
  const today = at !== null && wallTime(Date.parse(at), zone).slice(0, 10) === wallTime(now, zone).slice(0, 10);
  return (
    <p className={css.said} role="status">
      <strong>
        It may be published {today ? 'at' : 'on'} <Time at={at} as={today ? 'clock' : 'exact'} />
      </strong>
      , when it has stood unchanged for {settings ? sayDuration(settings.coolingOff) : 'a while'}. You work alone here, so nobody else could
      approve it.
    </p>
  );
}

const chips = {
  request: null,
  answer: { tone: 'calm', words: 'Review asked' },
  edit: { tone: 'warn', words: 'Changes asked for' },
  time: { tone: 'calm', words: 'Cools off' },
} as const;

/** The same in a word, beside the name of a draft. */
export function ReviewChip({ review }: { review: Review }) {
  const takes = whatItTakes(review, useNow());
  const { answer } = review;
  const comment = answer?.comment ? `: ${answer.comment}` : '';
  if (takes === 'nothing')
    return review.needs === 'another-person' && answer ? (
      <Chip tone="good" tip={`By ${answer.by}${comment}`}>
        Approved
      </Chip>
    ) : null;
  const chip = chips[takes];
  if (!chip) return null;
  return (
    <Chip tone={chip.tone} {...(answer ? { tip: `By ${answer.by}${comment}` } : {})}>
      {chip.words}
    </Chip>
  );
}

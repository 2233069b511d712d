import { NumberInput, Switch } from '@mantine/core';
import { type Breaker, type LoopBudget, standardBreaker } from '#contract/breaker.ts';
import { DurationInput } from './duration-input.tsx';
import css from './settings.module.css';

const shares = [
  { key: 'complained', label: 'marked as spam' },
  { key: 'bounced', label: 'bounced for good' },
  { key: 'unsubscribed', label: 'answered by unsubscribing' },
  { key: 'failed', label: 'not handed over' },
] as const satisfies { key: keyof Breaker; label: string }[];

/** Shares of messages are written in percent, to a hundredth. */
const percent = (share: number): number => Math.round(share * 10_000) / 100;

function Count({
  label,
  value,
  min = 1,
  w = 84,
  onChange,
}: {
  label: string;
  value: number;
  min?: number;
  w?: number;
  onChange: (value: number) => void;
}) {
  return (
    <NumberInput
      aria-label={label}
      value={value}
      min={min}
      max={1_000_000}
      clampBehavior="strict"
      allowDecimal={false}
      allowNegative={false}
      hideControls
      w={w}
      onChange={(next) => typeof next === 'number' && onChange(next)}
    />
  );
}

/** The limits beyond which a journey, a broadcast or a channel stops, as sentences. */
export function BreakerRows({ breaker, onChange }: { breaker: Breaker | null; onChange: (breaker: Breaker | null) => void }) {
  return (
    <>
      <Switch
        label="Stop what goes wrong"
        checked={breaker !== null}
        onChange={(event) => onChange(event.currentTarget.checked ? standardBreaker : null)}
      />
      {breaker && (
        <div className={css.caps}>
          <div>
            <span>Looking at messages of the last</span>
            <DurationInput label="Messages of the last" value={breaker.within} onChange={(within) => onChange({ ...breaker, within })} />
            <span className={css.pair}>
              <span>once there are</span>
              <Count
                label="Messages before shares say anything"
                value={breaker.after}
                min={10}
                onChange={(after) => onChange({ ...breaker, after })}
              />
              <span>of them</span>
            </span>
          </div>
          {shares.map(({ key, label }) => {
            const limit = breaker[key];
            return (
              <div key={key}>
                <Switch
                  aria-label={`Watch what is ${label}`}
                  checked={limit !== null}
                  onChange={(event) => onChange({ ...breaker, [key]: event.currentTarget.checked ? standardBreaker[key] : null })}
                />
                {limit === null ? (
                  <span className="faint">However many are {label}</span>
                ) : (
                  <>
                    <span>More than</span>
                    <NumberInput
                      aria-label={`Percent ${label}`}
                      value={percent(limit)}
                      suffix=" %"
                      min={0}
                      max={100}
                      decimalScale={2}
                      clampBehavior="strict"
                      allowNegative={false}
                      hideControls
                      w={84}
                      onChange={(next) => typeof next === 'number' && onChange({ ...breaker, [key]: next / 100 })}
                    />
                    <span>{label}</span>
                  </>
                )}
              </div>
            );
          })}
          <div>
            <Switch
              aria-label="Watch how much a journey writes"
              checked={breaker.volume !== null}
              onChange={(event) => onChange({ ...breaker, volume: event.currentTarget.checked ? standardBreaker.volume : null })}
            />
            {breaker.volume === null ? (
              <span className="faint">However much a journey writes in an hour</span>
            ) : (
              <>
                <span>A journey that writes more than</span>
                <Count
                  label="Times its largest hour"
                  value={breaker.volume.times}
                  min={2}
                  w={64}
                  onChange={(times) => onChange({ ...breaker, volume: { ...breaker.volume!, times } })}
                />
                <span>times its largest hour of 14 days,</span>
                <span className={css.pair}>
                  <span>and at least</span>
                  <Count
                    label="Messages in an hour"
                    value={breaker.volume.least}
                    min={10}
                    onChange={(least) => onChange({ ...breaker, volume: { ...breaker.volume!, least } })}
                  />
                  <span>messages in an hour</span>
                </span>
              </>
            )}
          </div>
        </div>
      )}
    </>
  );
}

/** How often automation may lead somebody round by itself. */
export function LoopRow({ loops, onChange }: { loops: LoopBudget; onChange: (loops: LoopBudget) => void }) {
  return (
    <div className={css.caps}>
      <div className={css.under}>
        <span>Journeys that by themselves lead somebody to each other</span>
        <span className={css.pair}>
          <span>more than</span>
          <Count label="Times round" value={loops.turns} w={64} onChange={(turns) => onChange({ ...loops, turns })} />
          <span>times</span>
        </span>
        <span className={css.pair}>
          <span>in</span>
          <DurationInput label="Counted in" value={loops.within} onChange={(within) => onChange({ ...loops, within })} />
        </span>
        <span>are locked for this person.</span>
      </div>
      <div>
        <span>When that happens to</span>
        <span className={css.pair}>
          <Count label="People who go round in an hour" value={loops.people} w={64} onChange={(people) => onChange({ ...loops, people })} />
          <span>people in an hour,</span>
        </span>
        <span>they are stopped for everybody.</span>
      </div>
    </div>
  );
}

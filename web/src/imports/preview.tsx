import type { ImportSettings } from '#contract/import.ts';
import type { ImportCheck } from '#contract/routes/imports.ts';
import { plural, sayNumber } from '../parts/number.ts';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { useRoute } from '../query.ts';
import css from './import.module.css';

/** What running the file would do, counted over all its rows. */
export function Preview({ id, settings }: { id: string; settings: ImportSettings }) {
  const check = useRoute('checkImport', { params: { id }, body: settings }, { placeholderData: (before) => before, staleTime: 60_000 });
  if (check.error) return <ProblemView problem={check.error} />;
  if (!check.data) return <Bones lines={4} />;
  return <Counts check={check.data} consent={settings.basis.basis === 'consent'} stale={check.isPlaceholderData} />;
}

function Counts({ check, consent, stale }: { check: ImportCheck; consent: boolean; stale: boolean }) {
  const refused = check.refused.reduce((sum, each) => sum + each.rows, 0);
  const figures: { label: string; count: number; tone?: 'bad' | 'good' }[] = [
    { label: 'people', count: check.people },
    { label: 'of them new', count: check.people - check.known },
    { label: 'known already', count: check.known },
    { label: 'with an e-mail', count: check.withEmail },
    { label: 'with a phone', count: check.withPhone },
  ];
  if (consent) figures.push({ label: 'with consent', count: check.withConsent, tone: 'good' });
  figures.push({ label: 'rows refused', count: refused, ...(refused > 0 ? { tone: 'bad' } : {}) });
  return (
    <div className={css.preview} aria-busy={stale || undefined} role="status">
      <dl className={css.figures}>
        {figures.map(({ label, count, tone }) => (
          <div key={label} data-tone={tone}>
            <dd>{sayNumber(count)}</dd>
            <dt>{label}</dt>
          </div>
        ))}
      </dl>
      {(check.repeated > 0 || check.suppressed > 0 || check.withoutConsentDate > 0) && (
        <ul className={css.notes}>
          {check.repeated > 0 && <li>{plural(check.repeated, 'row')} about somebody who stands further up: the later one adds to them.</li>}
          {check.suppressed > 0 && <li>{plural(check.suppressed, 'address is', 'addresses are')} suppressed and stay so.</li>}
          {check.withoutConsentDate > 0 && (
            <li>
              {plural(check.withoutConsentDate, 'row has', 'rows have')} no date of consent that can be read: imported without consent.
            </li>
          )}
        </ul>
      )}
      {check.refused.length > 0 && (
        <>
          <h3>Rows that would be refused</h3>
          <ul className={css.notes}>
            {check.refused.map((each) => (
              <li key={each.reason}>
                <strong>{sayNumber(each.rows)}</strong> {each.reason} <span className="faint">First: row {each.example}.</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {check.unfit.length > 0 && (
        <>
          <h3>Values that would be kept aside</h3>
          <ul className={css.notes}>
            {check.unfit.map((each) => (
              <li key={each.path + each.reason}>
                <strong>{sayNumber(each.rows)}</strong> {each.reason} <span className="faint">Such as {each.example}.</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

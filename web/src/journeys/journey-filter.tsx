import type { Search } from '../parts/address.tsx';
import { FilterWord } from '../parts/filter-word.tsx';
import { useSideFade } from '../parts/side-fade.ts';
import { useStages } from '../parts/stage-badge.tsx';
import { foldersOf, type JourneyRow, nobody, noFolder, none } from './journey-lines.ts';
import css from './journeys.module.css';

/** The filter, written as a sentence: live, owned by Ana, serving Conversion, with errors, due for review, in Sales. */
export function JourneyFilterWords({
  address,
  rows,
  onChange,
}: {
  address: Search;
  rows: readonly JourneyRow[];
  onChange: (change: Search) => void;
}) {
  const stages = useStages();
  const owners = [...new Set(rows.flatMap((row) => row.owner ?? []))].toSorted((a, b) => a.localeCompare(b));
  const folders = foldersOf(rows);
  const set = (key: string) => (value: string | undefined) => onChange({ [key]: value });
  const row = useSideFade<HTMLDivElement>();
  return (
    <div ref={row} className={css.words}>
      <FilterWord
        lead="that are"
        anything="in any state"
        value={address.state}
        onChange={set('state')}
        choices={[
          { value: 'live', label: 'live' },
          { value: 'published', label: 'live or stopped' },
          { value: 'waiting', label: 'live with a draft on top' },
          { value: 'draft', label: 'drafts' },
          { value: 'stopped', label: 'stopped' },
          { value: 'over', label: 'over' },
          { value: 'retired', label: 'retired' },
          { value: 'archived', label: 'archived' },
        ]}
      />
      <FilterWord
        lead="owned by"
        anything="anybody"
        value={address.owner}
        onChange={set('owner')}
        choices={[...owners.map((owner) => ({ value: owner, label: owner })), { value: nobody, label: 'nobody' }]}
      />
      <FilterWord
        lead="serving"
        anything="any move"
        value={address.serves}
        onChange={set('serves')}
        choices={[
          ...stages.map((stage) => ({ value: stage.key, label: `the move to ${stage.name}`, hue: stage.hue })),
          { value: none, label: 'no stage move' },
        ]}
      />
      <FilterWord
        lead="with"
        anything="any problems"
        value={address.problems}
        onChange={set('problems')}
        choices={[
          { value: 'errors', label: 'errors' },
          { value: 'failed', label: 'messages that failed' },
          { value: 'warnings', label: 'things left open' },
        ]}
      />
      <FilterWord
        lead="to review"
        anything="at any time"
        value={address.review}
        onChange={set('review')}
        choices={[
          { value: 'due', label: 'within 14 days' },
          { value: 'over', label: 'since a while: overdue' },
        ]}
      />
      {folders.length > 0 && (
        <FilterWord
          lead="in"
          anything="any folder"
          value={address.folder}
          onChange={set('folder')}
          choices={[...folders.map((folder) => ({ value: folder, label: folder })), { value: noFolder, label: 'no folder' }]}
        />
      )}
    </div>
  );
}

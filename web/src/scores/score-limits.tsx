import { NumberInput, TextInput } from '@mantine/core';
import { Section } from '../parts/page.tsx';
import { AddRow, RemoveRow } from '../parts/row-buttons.tsx';
import css from './edit-score.module.css';
import { add, change, type Draft, freshKey, remove } from './score-body.ts';

interface ScoreLimitsProps {
  body: Draft;
  messageAt: (path: string) => string | undefined;
  onEdit: (body: Draft, did: string) => void;
}

/** What keeps the lines of a score within limits, and what is crossed: groups, thresholds, bounds. */
export function ScoreLimits({ body, messageAt, onEdit }: ScoreLimitsProps) {
  return (
    <>
      <Section
        title="Groups"
        hint="Lines of one group count no more together than its most, so that forty page views are not forty reasons."
      >
        {body.groups.length > 0 && (
          <ul className={css.rows}>
            {body.groups.map((group, index) => (
              <li key={group.key}>
                <TextInput
                  aria-label="Group"
                  label={index === 0 ? 'Group' : undefined}
                  value={group.name}
                  maxLength={200}
                  autoComplete="off"
                  error={messageAt(`groups.${index}.name`)}
                  onChange={(event) => onEdit(change(body, 'groups', index, { name: event.currentTarget.value }), 'name of a group')}
                />
                <Bound
                  label="At least"
                  of={group.name}
                  first={index === 0}
                  value={group.min}
                  onChange={(min) => onEdit(change(body, 'groups', index, { min }), 'bounds of a group')}
                />
                <Bound
                  label="At most"
                  of={group.name}
                  first={index === 0}
                  value={group.max}
                  onChange={(max) => onEdit(change(body, 'groups', index, { max }), 'bounds of a group')}
                />
                <RemoveRow
                  label={`Remove the group ${group.name}`}
                  onClick={() => onEdit(remove(body, 'groups', index), `remove ${group.name || 'a group'}`)}
                />
              </li>
            ))}
          </ul>
        )}
        <AddRow
          disabled={body.groups.length >= 20}
          onClick={() =>
            onEdit(
              add(body, 'groups', {
                key: freshKey(
                  `group-${body.groups.length + 1}`,
                  body.groups.map((one) => one.key),
                ),
                name: body.groups.length === 0 ? 'Visits' : '',
                max: 30,
              }),
              'add a group',
            )
          }
        >
          Add a group
        </AddRow>
      </Section>

      <Section title="Thresholds" hint="Crossing one, up or down, is a fact: a journey can begin with it.">
        {body.thresholds.length > 0 && (
          <ul className={css.rows}>
            {body.thresholds.map((threshold, index) => (
              <li key={threshold.key}>
                <TextInput
                  aria-label="Threshold"
                  label={index === 0 ? 'Threshold' : undefined}
                  value={threshold.name}
                  maxLength={200}
                  autoComplete="off"
                  error={messageAt(`thresholds.${index}.name`)}
                  onChange={(event) =>
                    onEdit(change(body, 'thresholds', index, { name: event.currentTarget.value }), 'name of a threshold')
                  }
                />
                <NumberInput
                  aria-label={`From how much on somebody is ${threshold.name}`}
                  label={index === 0 ? 'From' : undefined}
                  value={threshold.at}
                  w={92}
                  error={messageAt(`thresholds.${index}.at`)}
                  onChange={(at) =>
                    typeof at === 'number' && onEdit(change(body, 'thresholds', index, { at }), `threshold ${threshold.name}`)
                  }
                />
                <RemoveRow
                  label={`Remove the threshold ${threshold.name}`}
                  onClick={() => onEdit(remove(body, 'thresholds', index), `remove ${threshold.name || 'a threshold'}`)}
                />
              </li>
            ))}
          </ul>
        )}
        <AddRow disabled={body.thresholds.length >= 10} onClick={() => onEdit(addThreshold(body), 'add a threshold')}>
          Add a threshold
        </AddRow>
      </Section>

      <Section title="Bounds" hint="The whole score is kept between these two.">
        <div className={css.bounds}>
          <NumberInput
            label="At least"
            value={body.min}
            w={110}
            error={messageAt('min')}
            onChange={(min) => typeof min === 'number' && onEdit({ ...body, min }, 'bounds')}
          />
          <NumberInput
            label="At most"
            value={body.max}
            w={110}
            error={messageAt('max')}
            onChange={(max) => typeof max === 'number' && onEdit({ ...body, max }, 'bounds')}
          />
        </div>
      </Section>
    </>
  );
}

/** The next of the usual names, a step above the highest. */
function addThreshold(body: Draft): Draft {
  const names = ['Warm', 'Hot', 'Burning'];
  const name = names[body.thresholds.length] ?? '';
  const highest = Math.max(body.min, ...body.thresholds.map((one) => one.at));
  return add(body, 'thresholds', {
    key: freshKey(
      name || `threshold-${body.thresholds.length + 1}`,
      body.thresholds.map((one) => one.key),
    ),
    name,
    at: Math.round(highest + (body.max - highest) * 0.4),
  });
}

interface BoundProps {
  label: string;
  /** What it bounds. */
  of: string;
  /** Only the first of a column says its label. */
  first: boolean;
  value: number | undefined;
  onChange: (value: number | undefined) => void;
}
function Bound({ label, of, first, value, onChange }: BoundProps) {
  return (
    <NumberInput
      aria-label={`${label}, ${of}`}
      label={first ? label : undefined}
      value={value ?? ''}
      placeholder="none"
      w={92}
      hideControls
      onChange={(next) => onChange(typeof next === 'number' ? next : undefined)}
    />
  );
}

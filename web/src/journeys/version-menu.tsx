import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { plural } from '../parts/number.ts';
import { Time } from '../parts/time.tsx';
import { isOpen, type Ramp, sayOutcome } from './say-ramp.ts';
import type { ShownVersion } from './use-journey-version.ts';
import css from './journey-page.module.css';

/** Which version is drawn; runs go on under the version that they entered by. */
export function VersionMenu({
  shown,
  live,
  ramp,
  onChange,
  onCompare,
  onMove,
}: {
  shown: ShownVersion;
  live: { version: number; live: number }[];
  /** The last version that was brought in step by step. */
  ramp: Ramp | null;
  onChange: (version: string | undefined) => void;
  /** "1..draft": two versions beside each other. */
  onCompare: (which: string) => void;
  /** Moves the people of a version to the live one. */
  onMove: (version: string) => void;
}) {
  const isLive = (version: number): boolean => version === shown.current && !shown.definition?.retired;
  const label = shown.isDraft
    ? 'Draft'
    : shown.all
      ? 'All versions'
      : shown.version === null
        ? 'Version'
        : `Version ${shown.version}${isLive(shown.version) ? ', live' : ''}`;
  const inOf = (version: number): number => live.find((row) => row.version === version)?.live ?? 0;
  const known = [...(shown.hasDraft && shown.published ? ['draft'] : []), ...shown.versions.map((row) => String(row.version))];
  const at = Math.max(0, known.indexOf(shown.isDraft ? 'draft' : String(shown.version ?? shown.current)));
  /** What is shown against the one before it; the oldest against the one after it. */
  const pair = known.length < 2 ? null : known[at + 1] ? `${known[at + 1]}..${known[at]}` : `${known[at]}..${known[at - 1]}`;
  const behind = live.filter((row) => row.version !== shown.current && row.live > 0);
  const older =
    behind.length === 0 || !shown.published
      ? null
      : { version: Math.max(...behind.map((row) => row.version)), live: behind.reduce((sum, row) => sum + row.live, 0) };
  return (
    <Menu position="bottom-start" width={300}>
      <Menu.Target>
        <Button size="xs" variant="default" className={css.fixed ?? ''} rightSection={<IconChevronDown size={13} aria-hidden="true" />}>
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflow: 'auto' }}>
        {(shown.hasDraft || !shown.published) && (
          <Menu.Item onClick={() => onChange('draft')}>
            Draft <span className="faint">not live</span>
          </Menu.Item>
        )}
        {older && (
          <Menu.Item onClick={() => onMove(String(older.version))}>
            Move people to the live version <span className="faint">{plural(older.live, 'person', 'people')} in older ones</span>
          </Menu.Item>
        )}
        {pair && (
          <Menu.Item onClick={() => onCompare(pair)}>
            Compare two versions <span className="faint">drawn, and as text</span>
          </Menu.Item>
        )}
        {shown.versions.length > 1 && (
          <Menu.Item onClick={() => onChange('all')}>
            All versions <span className="faint">counted together</span>
          </Menu.Item>
        )}
        {shown.versions.map((row) => (
          <Menu.Item key={row.version} onClick={() => onChange(row.version === shown.current ? undefined : String(row.version))}>
            <span className={css.version}>
              <span>
                Version {row.version}
                {isLive(row.version) && <span className="faint">, live</span>}
              </span>
              <span className="faint">
                {inOf(row.version) > 0 ? plural(inOf(row.version), 'person', 'people') : <Time at={row.publishedAt} as="date" />}
              </span>
            </span>
            {ramp?.version === row.version && (
              <span className={css.outcome}>
                {sayOutcome(ramp)}
                {!isOpen(ramp) && (
                  <>
                    {' '}
                    <Time at={ramp.since} as="date" />
                  </>
                )}
              </span>
            )}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

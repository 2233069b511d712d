import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { plural } from '../parts/number.ts';
import { Time } from '../parts/time.tsx';
import type { ShownVersion } from './use-journey-version.ts';
import css from './journey-page.module.css';

/** Which version is drawn; runs go on under the version that they entered by. */
export function VersionMenu({
  shown,
  live,
  onChange,
}: {
  shown: ShownVersion;
  live: { version: number; live: number }[];
  onChange: (version: string | undefined) => void;
}) {
  const label = shown.isDraft
    ? 'Draft'
    : shown.all
      ? 'All versions'
      : shown.version === null
        ? 'Version'
        : `Version ${shown.version}${shown.version === shown.current ? ', live' : ''}`;
  const inOf = (version: number): number => live.find((row) => row.version === version)?.live ?? 0;
  return (
    <Menu position="bottom-start" width={280}>
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
                {row.version === shown.current && <span className="faint">, live</span>}
              </span>
              <span className="faint">
                {inOf(row.version) > 0 ? plural(inOf(row.version), 'person', 'people') : <Time at={row.publishedAt} as="date" />}
              </span>
            </span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

import { ActionIcon, Menu } from '@mantine/core';
import { IconArchive, IconDots, IconPlayerStop, IconUserMinus, IconUserPlus, IconUsers } from '@tabler/icons-react';
import { useState } from 'react';
import { To } from '../parts/address.tsx';
import { type End, EndJourney } from './end-journey.tsx';
import type { JourneyRow } from './journey-lines.ts';

/** What is done by hand: people sent in, taken out and shown; and how a journey comes to its end: retired, archived. */
export function JourneyMenu({
  row,
  takesPeople,
  onSteer,
}: {
  row: JourneyRow;
  /** Whether a colleague can send somebody in. */
  takesPeople: boolean;
  onSteer: (which: 'in' | 'out') => void;
}) {
  const [end, setEnd] = useState<End | null>(null);
  const inForce = row.version !== null && !row.retired;
  if (row.archivedAt !== null) return null;
  return (
    <>
      <Menu position="bottom-end" width={200}>
        <Menu.Target>
          <ActionIcon size={32} aria-label="More" variant="default">
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {row.version !== null && (
            <>
              {takesPeople && inForce && (
                <Menu.Item leftSection={<IconUserPlus size={15} />} onClick={() => onSteer('in')}>
                  Send people in
                </Menu.Item>
              )}
              <Menu.Item leftSection={<IconUserMinus size={15} />} onClick={() => onSteer('out')}>
                Take people out
              </Menu.Item>
              <Menu.Item component={To} to="people" search={{ journey: row.key }} leftSection={<IconUsers size={15} />}>
                Show who is in it
              </Menu.Item>
              <Menu.Divider />
            </>
          )}
          {inForce && (
            <Menu.Item leftSection={<IconPlayerStop size={15} />} onClick={() => setEnd('retire')}>
              Retire
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconArchive size={15} />} onClick={() => setEnd('archive')}>
            Archive
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {end && <EndJourney end={end} journey={{ key: row.key, name: row.name, live: row.live, inForce }} onClose={() => setEnd(null)} />}
    </>
  );
}

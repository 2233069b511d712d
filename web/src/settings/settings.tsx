import type { ComponentType } from 'react';
import { useAddress } from '../parts/address.tsx';
import { Page } from '../parts/page.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Caps } from './caps.tsx';
import { Checks } from './checks.tsx';
import { Colleagues } from './colleagues.tsx';
import { Data } from './data.tsx';
import { General } from './general.tsx';
import { Keys } from './keys.tsx';
import { Sender } from './sender.tsx';
import { Tracking } from './tracking.tsx';

const tabs = {
  general: { name: 'General', purpose: 'What the workspace is called, and how its dates and money read.', screen: General },
  sender: { name: 'Sender', purpose: 'Who mail comes from, and the way it leaves.', screen: Sender },
  tracking: { name: 'Tracking', purpose: 'What is noticed after a mail has arrived.', screen: Tracking },
  caps: { name: 'Caps and quiet hours', purpose: 'The limits that stand above every journey.', screen: Caps },
  checks: { name: 'Checks', purpose: 'What has to hold before something is published, beyond what always has to.', screen: Checks },
  colleagues: { name: 'Colleagues', purpose: 'Who works here, and who looks at a change before it is published.', screen: Colleagues },
  keys: { name: 'Keys', purpose: 'Write keys send events; API keys can do what the admin can.', screen: Keys },
  data: { name: 'Data', purpose: 'How long events are kept, and how to take everything along.', screen: Data },
} as const satisfies Record<string, { name: string; purpose: string; screen: ComponentType }>;
type Tab = keyof typeof tabs;

/** The workspace's settings, a tab each. */
export function Settings() {
  const [address, setAddress] = useAddress();
  const tab: Tab = address.tab !== undefined && Object.hasOwn(tabs, address.tab) ? (address.tab as Tab) : 'general';
  const { name, purpose, screen: Screen } = tabs[tab];
  return (
    <Page
      fit="read"
      title="Settings"
      tab={`${name}, settings`}
      purpose={purpose}
      bar={
        <Segmented
          label="Part of the settings"
          value={tab}
          choices={Object.entries(tabs).map(([value, part]) => ({ value: value as Tab, label: part.name }))}
          onChange={(next) => setAddress({ tab: next === 'general' ? undefined : next }, { replace: false })}
        />
      }
    >
      <Screen key={tab} />
    </Page>
  );
}

import {
  IconCircleDot,
  IconMessage2,
  IconRoute,
  IconSettings,
  IconShieldCheck,
  IconTimeline,
  IconUsers,
  type Icon,
} from '@tabler/icons-react';

export interface Place {
  /** Path inside the workspace, without a leading slash. */
  to: string;
  name: string;
  /** What the command palette says about it. */
  about: string;
  icon: Icon;
  /** Pressed after g. */
  key?: string;
  /** What belongs to it; shown in the rail while one is inside. */
  inside?: { to: string; name: string; about: string; key?: string }[];
}

/** Where one can go. A place is shown when its route exists. */
export const places: Place[] = [
  {
    to: '',
    name: 'Today',
    about: 'Where the workspace stands',
    icon: IconCircleDot,
    key: 't',
    inside: [
      { to: 'events', name: 'Live events', about: 'What comes in, and what was refused', key: 'e' },
      { to: 'install', name: 'Install', about: 'Send the first event' },
    ],
  },
  {
    to: 'people',
    name: 'People',
    about: 'Everybody who is known',
    icon: IconUsers,
    key: 'p',
    inside: [
      { to: 'people', name: 'Everybody', about: 'Everybody who is known' },
      { to: 'segments', name: 'Segments', about: 'Who belongs, said as a rule', key: 'n' },
      { to: 'scores', name: 'Scores', about: 'Points for who somebody is and what they do', key: 'o' },
      { to: 'fields', name: 'Fields', about: 'What is known about people, and where it is used', key: 'f' },
      { to: 'identities', name: 'Identities', about: 'Who is who: held for review, refused names, undone merges', key: 'i' },
      { to: 'import', name: 'Import', about: 'Bring a list of people' },
    ],
  },
  { to: 'lifecycle', name: 'Lifecycle', about: 'The stages with counts and ages', icon: IconTimeline, key: 'l' },
  { to: 'journeys', name: 'Journeys', about: 'Plans and the people in them', icon: IconRoute, key: 'j' },
  {
    to: 'messages',
    name: 'Messages',
    about: 'What was sent, held and skipped, and why',
    icon: IconMessage2,
    key: 'm',
    inside: [
      { to: 'messages', name: 'Deliveries', about: 'What was sent, held and skipped, and why' },
      { to: 'mailbox', name: 'Mailbox', about: 'Mails as they were sent', key: 'b' },
      { to: 'stops', name: 'Stops', about: 'Stop sending, or let it go on' },
    ],
  },
  {
    to: 'definitions',
    name: 'Governance',
    about: 'Definitions and who changed what',
    icon: IconShieldCheck,
    key: 'd',
    inside: [
      { to: 'definitions', name: 'Definitions', about: 'Everything that decides, with its versions' },
      { to: 'backfills', name: 'Backfills', about: 'How changed definitions reach everybody' },
      { to: 'audit', name: 'Audit', about: 'Who changed what, newest first', key: 'a' },
    ],
  },
  { to: 'settings', name: 'Settings', about: 'Keys, sender, zone, caps, quiet hours', icon: IconSettings, key: 's' },
];

import {
  IconCircleDot,
  IconMessage2,
  IconRoute,
  IconSend,
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
      { to: 'tasks', name: 'Tasks', about: 'What journeys ask of people: to do, to approve, to give back', key: 'k' },
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
  {
    to: 'journeys',
    name: 'Journeys',
    about: 'Plans and the people in them',
    icon: IconRoute,
    key: 'j',
    inside: [
      { to: 'journeys', name: 'All journeys', about: 'Plans and the people in them' },
      { to: 'experiments', name: 'Experiments', about: 'Which way does more of what is wanted, and what it has shown' },
      { to: 'starters', name: 'Starters', about: 'Begin a journey from one that exists' },
      { to: 'rehearsals', name: 'Rehearsals', about: 'What would come of a change before it is made' },
    ],
  },
  {
    to: 'broadcasts',
    name: 'Broadcasts',
    about: 'One message to everybody in some segments',
    icon: IconSend,
    key: 'c',
  },
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
      { to: 'map', name: 'Map', about: 'What leads to what, and where it turns in a circle', key: 'h' },
      { to: 'reviews', name: 'Reviews', about: 'Drafts that wait until somebody else has approved them', key: 'r' },
      { to: 'backfills', name: 'Backfills', about: 'How changed definitions reach everybody' },
      { to: 'audit', name: 'Audit', about: 'Who changed what, newest first', key: 'a' },
    ],
  },
  { to: 'settings', name: 'Settings', about: 'Colleagues, keys, sender, zone, caps, quiet hours', icon: IconSettings, key: 's' },
];

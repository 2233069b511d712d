import {
  IconArrowsSplit2,
  IconChecklist,
  IconClock,
  IconLogin2,
  IconLogout,
  IconMail,
  IconTag,
  IconTimeline,
  type Icon,
} from '@tabler/icons-react';
import type { StepKind } from '#contract/journey.ts';

/** How each kind of step looks, and what it is called. */
export const stepLooks = {
  entry: { icon: IconLogin2, name: 'Entry' },
  wait: { icon: IconClock, name: 'Wait' },
  branch: { icon: IconArrowsSplit2, name: 'Branch' },
  send: { icon: IconMail, name: 'Send' },
  'set-trait': { icon: IconTag, name: 'Set a trait' },
  'move-stage': { icon: IconTimeline, name: 'Move stage' },
  'make-task': { icon: IconChecklist, name: 'Make a task' },
  exit: { icon: IconLogout, name: 'Exit' },
} as const satisfies Record<StepKind, { icon: Icon; name: string }>;

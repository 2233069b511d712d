import { IconBolt, IconPencil, IconUser } from '@tabler/icons-react';
import css from './actor.module.css';

export type Actor = 'person' | 'machine' | 'colleague';
const actors = {
  person: { icon: IconUser, says: 'They did it' },
  machine: { icon: IconBolt, says: 'Throughline did it' },
  colleague: { icon: IconPencil, says: 'A colleague did it' },
} as const;

/** Who did it: the person, the machine or a colleague, by icon and tint. */
export function ActorIcon({ by }: { by: Actor }) {
  const { icon: Icon, says } = actors[by];
  return (
    <span className={css.actor} data-by={by} data-tip={says} role="img" aria-label={says}>
      <Icon size={13} stroke={1.9} />
    </span>
  );
}

import { ActionIcon, Drawer } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconArrowsDiagonal, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import css from './peek.module.css';

interface PeekProps {
  title?: ReactNode;
  onClose: () => void;
  /** Opens the page of what is peeked at. */
  onOpen?: () => void;
  wide?: boolean;
  children: ReactNode;
}

/** The side panel: beside the list where there is room, over it where there is not. */
export function Peek({ title, onClose, onOpen, wide = false, children }: PeekProps) {
  const narrow = useMediaQuery('(max-width: 1000px)', matchMedia('(max-width: 1000px)').matches, { getInitialValueInEffect: false });
  const content = (
    <>
      <div className={css.head}>
        <div className={css.title}>{title}</div>
        {onOpen && (
          <ActionIcon onClick={onOpen} aria-label="Open the page" data-tip="Open the page" data-keys="↵">
            <IconArrowsDiagonal size={16} />
          </ActionIcon>
        )}
        <ActionIcon onClick={onClose} aria-label="Close the panel" data-tip="Close" data-keys="Esc">
          <IconX size={16} />
        </ActionIcon>
      </div>
      <div className={css.body}>{children}</div>
    </>
  );
  if (narrow) {
    return (
      <Drawer.Root opened onClose={onClose} position="right" size={480} aria-label="Details">
        <Drawer.Overlay />
        <Drawer.Content aria-label="Details">
          <div className={css.drawer}>{content}</div>
        </Drawer.Content>
      </Drawer.Root>
    );
  }
  return (
    <aside className={css.aside} data-wide={wide || undefined} aria-label="Details">
      {content}
    </aside>
  );
}

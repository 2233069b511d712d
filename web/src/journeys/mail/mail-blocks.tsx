import { ActionIcon, Button, Menu, Textarea, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import type { FocusEvent } from 'react';
import type { Block } from '#contract/definition-bodies.ts';
import { blankBlock, blockNames, type Mail, moveBlock, setBlock } from './mail-draft.ts';
import css from './mail.module.css';

/** The field that was written in last, and how what stands in it now is taken over. */
export type Written = (field: HTMLInputElement | HTMLTextAreaElement, take: (text: string) => void) => void;

interface BlocksProps {
  mail: Mail;
  onChange: (mail: Mail, did: string) => void;
  onWrite: Written;
}

/** What a mail says, block by block. */
export function MailBlocks({ mail, onChange, onWrite }: BlocksProps) {
  return (
    <>
      {mail.blocks.map((block, index) => (
        <div key={index} className={css.block} role="group" aria-label={`${blockNames[block.block]}, block ${index + 1}`}>
          <div className={css.blockFields}>
            <BlockFields block={block} onWrite={onWrite} onChange={(part) => onChange(setBlock(mail, index, part), `block ${index + 1}`)} />
          </div>
          <div className={css.blockTools}>
            <ActionIcon
              size={22}
              aria-label={`Move block ${index + 1} up`}
              disabled={index === 0}
              onClick={() => onChange(moveBlock(mail, index, -1), 'move a block')}
            >
              <IconArrowUp size={13} />
            </ActionIcon>
            <ActionIcon
              size={22}
              aria-label={`Move block ${index + 1} down`}
              disabled={index === mail.blocks.length - 1}
              onClick={() => onChange(moveBlock(mail, index, 1), 'move a block')}
            >
              <IconArrowDown size={13} />
            </ActionIcon>
            <ActionIcon
              size={22}
              aria-label={`Remove block ${index + 1}`}
              onClick={() => onChange({ ...mail, blocks: mail.blocks.toSpliced(index, 1) }, 'remove a block')}
            >
              <IconTrash size={13} />
            </ActionIcon>
          </div>
        </div>
      ))}
      <Menu position="bottom-start" width={160}>
        <Menu.Target>
          <Button size="xs" variant="subtle" color="gray" leftSection={<IconPlus size={14} />} className={css.add ?? ''}>
            Add a block
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {(Object.keys(blankBlock) as Block['block'][]).map((kind) => (
            <Menu.Item key={kind} onClick={() => onChange({ ...mail, blocks: [...mail.blocks, blankBlock[kind]()] }, 'add a block')}>
              {blockNames[kind]}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

function BlockFields({ block, onChange, onWrite }: { block: Block; onChange: (part: object) => void; onWrite: Written }) {
  const text = (name: string, label: string, value: string) => ({
    'aria-label': label,
    placeholder: label,
    value,
    autoComplete: 'off',
    onChange: (event: { currentTarget: { value: string } }) => onChange({ [name]: event.currentTarget.value }),
    onFocus: (event: FocusEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      onWrite(event.currentTarget, (next) => onChange({ [name]: next })),
  });
  switch (block.block) {
    case 'heading':
      return <TextInput {...text('text', 'Heading', block.text)} fw={600} />;
    case 'text':
      return <Textarea {...text('text', 'Text', block.text)} autosize minRows={3} maxRows={18} />;
    case 'button':
      return (
        <>
          <TextInput {...text('label', 'What the button says', block.label)} />
          <TextInput {...text('link', 'Where it leads', block.link)} />
        </>
      );
    case 'image':
      return (
        <>
          <TextInput {...text('source', 'Address of the image', block.source)} />
          <TextInput {...text('alt', 'What it shows, for who cannot see it', block.alt)} />
        </>
      );
    case 'divider':
      return <hr />;
  }
}

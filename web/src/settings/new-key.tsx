import { Button, Modal, Radio, TextInput } from '@mantine/core';
import { useState } from 'react';
import { CodeBlock } from '../parts/code-block.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import form from '../parts/form.module.css';
import { useChange } from '../query.ts';

/** Makes a key and shows it this once. */
export function NewKey({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [kind, setKind] = useState<'write' | 'api'>('write');
  const [name, setName] = useState('');
  const create = useChange('createKey', ['listKeys', 'listAudit']);
  const made = create.data;
  const close = (): void => {
    setName('');
    setKind('write');
    create.reset();
    onClose();
  };
  const save = () => create.mutateAsync({ body: { kind, name: name.trim() } });
  if (made) {
    return (
      <Modal
        opened={open}
        onClose={close}
        title={`${made.name} is ready`}
        size={480}
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <div className={form.form}>
          <p>Copy it now. It is kept only as a hash and cannot be shown again.</p>
          <CodeBlock text={made.key} what="key" wrap />
          <div className={form.buttons}>
            <Button onClick={close} data-autofocus>
              I have copied it
            </Button>
          </div>
        </div>
      </Modal>
    );
  }
  return (
    <FormDialog
      open={open}
      onClose={close}
      title="Create a key"
      size={480}
      problem={create.error}
      action="Create"
      ready={name.trim() !== ''}
      busy={create.isPending}
      onSave={save}
    >
      <Radio.Group label="Kind" value={kind} onChange={(next) => setKind(next as 'write' | 'api')}>
        <div className={form.form} style={{ marginTop: 6 }}>
          <Radio value="write" label="Write key" description="Only sends events. It may stand in a web page." />
          <Radio value="api" label="API key" description="Can do what the admin can in this workspace. Keep it on servers." />
        </div>
      </Radio.Group>
      <TextInput
        label="Name"
        description="Where it is used"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        placeholder="Website"
        data-autofocus
        autoComplete="off"
        maxLength={100}
      />
    </FormDialog>
  );
}

import { Button, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Reply } from '../api.ts';
import { CodeBlock } from '../parts/code-block.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import form from '../parts/form.module.css';
import { said } from '../parts/notify.ts';
import { useChange } from '../query.ts';

export interface Link {
  /** Whom it lets in. */
  name: string;
  link: string;
}

/** A sign-in link, shown this once. */
export function ShowLink({ link, onClose }: { link: Link | null; onClose: () => void }) {
  return (
    <Modal
      opened={link !== null}
      onClose={onClose}
      title={`Sign-in link for ${link?.name ?? ''}`}
      size={520}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {link && (
        <div className={form.form}>
          <p>Send it to them. It signs in once, within three days, and cannot be shown again; a new one can be made at any time.</p>
          <CodeBlock text={link.link} what="link" wrap />
          <div className={form.buttons}>
            <Button onClick={onClose} data-autofocus>
              I have copied it
            </Button>
          </div>
        </div>
      )}
    </Modal>
  );
}

/** Who somebody is: the name by which everything that they do is recorded, and an address. */
function WhoFields({
  who,
  onChange,
}: {
  who: { name: string; email: string };
  onChange: (part: { name?: string; email?: string }) => void;
}) {
  return (
    <>
      <TextInput
        label="Name"
        description="Says who did what, so nobody else has it"
        value={who.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
        maxLength={100}
        autoComplete="off"
        data-autofocus
      />
      <TextInput
        label="E-mail"
        value={who.email}
        onChange={(event) => onChange({ email: event.currentTarget.value })}
        inputMode="email"
        maxLength={200}
        autoComplete="off"
      />
    </>
  );
}

/** Adds a colleague, then shows the link by which they come in. */
export function InviteColleague({ onClose }: { onClose: () => void }) {
  const [who, setWho] = useState({ name: '', email: '' });
  const invite = useChange('inviteColleague', ['listColleagues', 'listAudit', 'getDefinition']);
  if (invite.data) return <ShowLink link={invite.data} onClose={onClose} />;
  return (
    <FormDialog
      onClose={onClose}
      title="Invite a colleague"
      problem={invite.error}
      action="Invite"
      ready={who.name.trim() !== '' && who.email.trim() !== ''}
      busy={invite.isPending}
      onSave={() => invite.mutateAsync({ body: { name: who.name.trim(), email: who.email.trim() } })}
    >
      <WhoFields who={who} onChange={(part) => setWho({ ...who, ...part })} />
      <p className="quiet">No mail goes out: you get a link to send to them.</p>
    </FormDialog>
  );
}

/** Gives a colleague another name or address. */
export function ChangeColleague({ colleague, onClose }: { colleague: Reply<'listColleagues'>['items'][number]; onClose: () => void }) {
  const before = { name: colleague.name, email: colleague.email ?? '' };
  const [who, setWho] = useState(before);
  const change = useChange('changeColleague', ['listColleagues', 'listAudit', 'getSession', 'getDefinition']);
  const name = who.name.trim();
  const email = who.email.trim();
  const save = async (): Promise<void> => {
    const body = { ...(name === before.name ? {} : { name }), ...(email === before.email ? {} : { email }) };
    await change.mutateAsync({ params: { id: colleague.id }, body });
    said('Saved.');
    onClose();
  };
  return (
    <FormDialog
      onClose={onClose}
      title={`Name and address of ${colleague.name}`}
      problem={change.error}
      action="Save"
      ready={name !== '' && (email !== '' || before.email === '') && (name !== before.name || email !== before.email)}
      busy={change.isPending}
      onSave={save}
    >
      <WhoFields who={who} onChange={(part) => setWho({ ...who, ...part })} />
    </FormDialog>
  );
}

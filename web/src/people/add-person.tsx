import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useGo } from '../parts/address.tsx';
import { said } from '../parts/notify.ts';
import { FormDialog } from '../parts/form-dialog.tsx';
import { useChange } from '../query.ts';

const nothing = { email: '', name: '', phone: '', userId: '' };

/** Adds a person by hand; it takes one way to know them. */
export function AddPerson({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [person, setPerson] = useState(nothing);
  const go = useGo();
  const add = useChange('addPerson', ['listPeople', 'countPeople', 'getHome']);
  const set = (key: keyof typeof nothing) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    setPerson((before) => ({ ...before, [key]: value }));
  };
  const close = (): void => {
    setPerson(nothing);
    add.reset();
    onClose();
  };
  const { email, name, phone, userId } = person;
  const known = [email, phone, userId].some((text) => text.trim() !== '');
  const taken = add.error?.code === 'identity-taken' ? (add.error.details as { id?: string } | null)?.id : undefined;
  const save = async (): Promise<void> => {
    const given = Object.fromEntries(
      Object.entries({ email, phone, userId })
        .filter(([, text]) => text.trim() !== '')
        .map(([key, text]) => [key, text.trim()]),
    );
    const { id } = await add.mutateAsync({ body: { ...given, traits: name.trim() === '' ? {} : { name: name.trim() } } });
    close();
    said('The person was added.');
    go(`people/${id}`);
  };
  return (
    <FormDialog
      open={open}
      onClose={close}
      title="Add a person"
      problem={add.error}
      remedy={
        taken && (
          <Button
            variant="default"
            onClick={() => {
              close();
              go(`people/${taken}`);
            }}
          >
            Open that person
          </Button>
        )
      }
      action="Add person"
      ready={known}
      busy={add.isPending}
      onSave={save}
    >
      <p className="quiet">
        Give an address, a phone number or a user id. Adding somebody is not consent: no marketing goes out until they agree.
      </p>
      <TextInput
        label="E-mail"
        value={email}
        onChange={set('email')}
        placeholder="ana@example.com"
        data-autofocus
        autoComplete="off"
        type="email"
      />
      <TextInput label="Name" value={name} onChange={set('name')} autoComplete="off" />
      <TextInput label="Phone" value={phone} onChange={set('phone')} placeholder="+49 30 123456" autoComplete="off" />
      <TextInput
        label="User id"
        description="The id that your own system uses, if there is one"
        value={userId}
        onChange={set('userId')}
        autoComplete="off"
      />
    </FormDialog>
  );
}

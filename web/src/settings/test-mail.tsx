import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ProblemView } from '../parts/problem.tsx';
import { useChange } from '../query.ts';
import { useSession } from '../session/workspace.tsx';
import css from './settings.module.css';

/** Sends one mail by the mail server and shows what it answered. */
export function TestMail() {
  const { name } = useSession();
  const [to, setTo] = useState(name.includes('@') ? name : '');
  const test = useChange('testMail');
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        test.mutate({ body: { to: to.trim() } });
      }}
    >
      <div className={css.inline}>
        <TextInput
          label="Send a test mail to"
          type="email"
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
          autoComplete="email"
        />
        <Button type="submit" variant="default" disabled={to.trim() === ''} loading={test.isPending}>
          Send
        </Button>
      </div>
      {test.error && <ProblemView problem={test.error} />}
      {test.data && (
        <p className={css.good} role="status">
          The server took it: <code>{test.data.answer}</code>
        </p>
      )}
    </form>
  );
}

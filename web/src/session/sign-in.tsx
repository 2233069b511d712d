import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { call, ProblemError } from '../api.ts';
import { Copy } from '../parts/copy.tsx';
import { Mark } from '../parts/mark.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { queryClient } from '../query.ts';
import css from './sign-in.module.css';

const command = 'npx throughline link';

/** Sign-in by the one-time link: /signin#token=… */
export function SignIn() {
  const navigate = useNavigate();
  const [token] = useState(() => new URLSearchParams(location.hash.slice(1)).get('token'));
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const tried = useRef(false);

  useEffect(() => {
    if (token === null || tried.current) return;
    tried.current = true;
    history.replaceState(null, '', '/signin'); // a used token has no business in the history
    call('signIn', { body: { token } })
      .then(() => {
        queryClient.clear();
        return navigate({ to: '/' as never, replace: true });
      })
      .catch((error: unknown) => setProblem(error instanceof ProblemError ? error : null));
  }, [token, navigate]);

  const trying = token !== null && problem === null;
  return (
    <main className={css.page}>
      <div className={css.box}>
        <Mark size={36} />
        <h1>{trying ? 'Signing you in' : 'Sign in to Throughline'}</h1>
        {trying ? (
          <p className="quiet">One moment, your link is being checked.</p>
        ) : (
          <>
            {problem ? (
              <ProblemView problem={problem} />
            ) : (
              <p className="quiet">You sign in by a link that works once. There is no password.</p>
            )}
            <ol className={css.steps}>
              <li>Open a terminal on the machine that runs Throughline.</li>
              <li>
                Print a new link:
                <span className={css.command}>
                  <code>{command}</code>
                  <Copy text={command} what="command" />
                </span>
              </li>
              <li>Open the link in this browser.</li>
            </ol>
            <p className="faint">The first link was printed when the server started.</p>
            <Button variant="default" onClick={() => void queryClient.invalidateQueries().then(() => navigate({ to: '/' as never }))}>
              I am already signed in
            </Button>
          </>
        )}
      </div>
      <svg className={css.line} viewBox="0 0 1200 200" preserveAspectRatio="none" aria-hidden="true">
        <path d="M-20 150 H300 C480 150 470 50 660 50 H1220" />
      </svg>
    </main>
  );
}

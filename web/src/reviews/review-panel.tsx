import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { DefinitionKind } from '#contract/definition.ts';
import type { Reply } from '../api.ts';
import { pageOf } from '../definitions/linked.tsx';
import { SayReview } from '../definitions/say-review.tsx';
import { usePlanned, WhatChanges } from '../definitions/what-changes.tsx';
import { To } from '../parts/address.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { useKeys } from '../parts/keys.ts';
import { said } from '../parts/notify.ts';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';
import { useChange, useRoute, useTrial } from '../query.ts';
import css from './reviews.module.css';
import { type ReviewRow, useIsForYou } from './use-waiting.ts';

/** What a draft changes, why, and the answer of whoever looks at it. */
export function ReviewPanel({
  kind,
  of,
  row,
  onAnswered,
}: {
  kind: DefinitionKind;
  /** Its key. */
  of: string;
  /** The request, while it waits. */
  row: ReviewRow | undefined;
  onAnswered: () => void;
}) {
  const definition = useRoute('getDefinition', { params: { kind, key: of } });
  const isForYou = useIsForYou();
  const [asked, setAsked] = useState<'approve' | 'decline' | null>(null);
  const mine = row !== undefined && isForYou(row);
  useKeys({ a: () => (mine ? setAsked('approve') : false), c: () => (mine ? setAsked('decline') : false) });
  if (definition.error) return <ProblemView problem={definition.error} />;
  if (!definition.data) return <Bones lines={8} />;
  const { review, name, version } = definition.data;
  return (
    <div className={css.panel}>
      {row ? (
        <>
          <p className="quiet">
            {row.askedBy} asks for a review since <Time at={row.askedAt} as="exact" />.{' '}
            {row.lastChangeBy !== row.askedBy && `${row.lastChangeBy} made the last change.`}
          </p>
          {row.note && <p className={css.note}>{row.note}</p>}
        </>
      ) : (
        <SayReview review={review} />
      )}
      {row &&
        (mine ? (
          <div className={css.acts}>
            <Button onClick={() => setAsked('approve')} data-tip="Approve" data-keys="a">
              Approve
            </Button>
            <Button variant="default" onClick={() => setAsked('decline')} data-tip="Say what has to change" data-keys="c">
              Ask for changes
            </Button>
          </div>
        ) : (
          <p className="quiet">You made the last change, so somebody else has to answer.</p>
        ))}
      <Changes definition={definition.data} />
      <p>
        {kind === 'journey' && version !== null ? (
          <To to={pageOf(kind, of)} search={{ compare: `${version}..draft` }} className="text-link">
            See it drawn, beside version {version}
          </To>
        ) : (
          <To to={pageOf(kind, of)} className="text-link">
            {kind === 'journey' ? 'See it drawn' : 'Open its page'}
          </To>
        )}
      </p>
      {asked && (
        <Answer
          kind={kind}
          of={of}
          name={name || of}
          approve={asked === 'approve'}
          onClose={() => setAsked(null)}
          onAnswered={onAnswered}
        />
      )}
    </div>
  );
}

function Changes({ definition }: { definition: Reply<'getDefinition'> }) {
  const { kind, key } = definition;
  const check = useTrial('checkDefinition', { params: { kind, key } }).data;
  return <WhatChanges definition={definition} change={usePlanned(definition)} leftOpen={check?.warnings} />;
}

/** Approves the draft as it stands, or says what has to change first. */
function Answer({
  kind,
  of,
  name,
  approve,
  onClose,
  onAnswered,
}: {
  kind: DefinitionKind;
  of: string;
  name: string;
  approve: boolean;
  onClose: () => void;
  onAnswered: () => void;
}) {
  const [comment, setComment] = useState('');
  const answer = useChange('answerReview', ['listReviews', 'getDefinition', 'listAudit']);
  const save = async (): Promise<void> => {
    await answer.mutateAsync({ params: { kind, key: of }, body: { approve, comment: comment.trim() } });
    said(approve ? `${name} is approved. It can be published now.` : `${name}: your comment stands with the draft.`);
    onClose();
    onAnswered();
  };
  return (
    <FormDialog
      onClose={onClose}
      title={approve ? `Approve ${name}` : `Ask for changes to ${name}`}
      problem={answer.error}
      action={approve ? 'Approve' : 'Ask for changes'}
      ready={approve || comment.trim() !== ''}
      busy={answer.isPending}
      onSave={save}
    >
      <p className="quiet">
        {approve
          ? 'It holds for the draft as it stands. Anybody may publish it then; any further change asks for a new review.'
          : 'The draft stays as it is. Whoever mends it asks for a new review.'}
      </p>
      <Textarea
        label={approve ? 'Comment' : 'What has to change'}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
        autosize
        minRows={2}
        maxLength={2000}
        data-autofocus
      />
    </FormDialog>
  );
}

import { Textarea } from '@mantine/core';
import { useState } from 'react';
import type { PersonDetail } from '#contract/routes/people.ts';
import type { Reply } from '../api.ts';
import { callJoined, sayKind } from '../identities/words.ts';
import { FormDialog } from '../parts/form-dialog.tsx';
import { said } from '../parts/notify.ts';
import { plural } from '../parts/number.ts';
import { callPerson } from '../parts/person-name.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { useChange, useRoute } from '../query.ts';
import css from './person-context.module.css';

/** Names that are spelled out; the rest is counted. */
const few = 5;

/** Gives somebody back who was joined: says what will happen, and asks why. */
export function UndoMerge({
  person,
  merge,
  onClose,
}: {
  person: PersonDetail;
  merge: Reply<'listMerges'>['items'][number];
  onClose: () => void;
}) {
  const preview = useRoute('previewUnmerge', { params: { id: person.id, person: merge.person } }, { retry: false });
  const undo = useChange('unmergePeople', ['getPerson', 'personTimeline', 'listMerges', 'listPeople', 'countPeople', 'listUndoneMerges']);
  const [reason, setReason] = useState('');
  const [stays, goes] = [callPerson(person), callJoined(merge)];
  const names = preview.data?.names ?? [];
  const save = async (): Promise<void> => {
    await undo.mutateAsync({ params: { id: person.id }, body: { person: merge.person, reason: reason.trim() } });
    said(`${goes} is a person of their own again.`);
    onClose();
  };
  return (
    <FormDialog
      onClose={onClose}
      title="Undo this merge"
      size={480}
      problem={undo.error ?? preview.error}
      action="Set apart"
      ready={preview.data !== undefined && reason.trim().length >= 3}
      busy={undo.isPending}
      onSave={save}
    >
      {preview.data ? (
        <>
          <p>
            <strong>{goes}</strong> gets back {plural(preview.data.facts, 'fact')} and {plural(names.length, 'name')}:
          </p>
          <ul className={css.names}>
            {names.slice(0, few).map((name) => (
              <li key={`${name.kind} ${name.value}`} className={css.line}>
                <span className={css.kind}>{sayKind(name.kind)}</span>
                <span className="clip">{name.value}</span>
              </li>
            ))}
            {names.length > few && <li className="faint">and {plural(names.length - few, 'more', 'more')}</li>}
          </ul>
          <ul className={css.consequences}>
            <li>What came before the merge goes back as it was; what came since goes to whose name it came by.</li>
            <li>What names nobody stays with {stays}.</li>
            <li>A “no” to messages counts for both from now on.</li>
            <li>No journey begins for either; runs that the merge ended stay ended.</li>
            <li>The two are kept apart, until a trusted source says anew that they are one.</li>
          </ul>
        </>
      ) : (
        !preview.error && <Bones lines={5} />
      )}
      <Textarea
        label="Why"
        placeholder="Two people share a computer"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        autosize
        minRows={2}
        maxLength={500}
        data-autofocus
      />
    </FormDialog>
  );
}

import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { WorkspaceSettings } from '#contract/routes/operate.ts';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import css from './settings.module.css';
import type { SettingsForm } from './use-settings.ts';

/** A form over the settings: fields, the refusal when there is one, and a save that waits until something differs. */
export function SettingsFields({ form, children }: { form: SettingsForm; children: (value: WorkspaceSettings) => ReactNode }) {
  if (form.query.error) return <ProblemView problem={form.query.error} again={() => void form.query.refetch()} />;
  if (!form.value) return <Bones lines={6} />;
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        void form.save();
      }}
    >
      {children(form.value)}
      {form.problem && (
        // Mistakes that stand at their fields need no second list.
        <ProblemView problem={form.problem.mistakes.every((mistake) => mistake.path in form.value!) ? form.problem.bare : form.problem} />
      )}
      <div className={css.buttons}>
        <Button type="submit" disabled={form.changed === 0} loading={form.saving}>
          Save
        </Button>
        {form.changed > 0 && (
          <Button variant="default" onClick={form.reset}>
            Undo
          </Button>
        )}
      </div>
    </form>
  );
}

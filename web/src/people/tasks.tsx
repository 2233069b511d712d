import { IconCircle, IconCircleCheckFilled } from '@tabler/icons-react';
import type { PersonDetail } from '#contract/routes/people.ts';
import { failed, said } from '../parts/notify.ts';
import { Time } from '../parts/time.tsx';
import { useChange } from '../query.ts';
import { useNow } from '../session/workspace.tsx';
import { TaskButtons } from '../tasks/decide-task.tsx';
import css from './tasks.module.css';

/** What a human must do about this person; a tick says it is done. */
export function Tasks({ tasks }: { tasks: PersonDetail['tasks'] }) {
  const now = useNow();
  const done = useChange('completeTask', ['getPerson', 'personTimeline']);
  return (
    <ul className={css.tasks}>
      {tasks.map((task) => {
        const late = task.doneAt === null && Date.parse(task.dueAt) < now;
        return (
          <li key={task.id} data-asks={(task.asks !== null && task.doneAt === null) || undefined}>
            {(task.asks === null || task.doneAt !== null) && (
              <button
                type="button"
                className="plain-button"
                aria-label={task.doneAt ? `${task.title}: done` : `Mark as done: ${task.title}`}
                disabled={task.doneAt !== null || done.isPending}
                onClick={() => done.mutate({ params: { id: task.id } }, { onError: failed, onSuccess: () => said('The task is done.') })}
              >
                {task.doneAt ? (
                  <IconCircleCheckFilled size={17} color="var(--good-solid)" />
                ) : (
                  <IconCircle size={17} stroke={1.6} color="var(--ink-3)" />
                )}
              </button>
            )}
            <div data-done={task.doneAt !== null || undefined}>
              <div>{task.title}</div>
              <div className={css.note} data-late={late || undefined}>
                {task.doneAt ? (
                  <>
                    done <Time at={task.doneAt} />
                  </>
                ) : (
                  <>
                    due <Time at={task.dueAt} as="until" />
                  </>
                )}{' '}
                · {task.owner ?? 'nobody'}
              </div>
              {task.asks !== null && task.doneAt === null && (
                <div className={css.answer}>
                  <TaskButtons task={task} />
                </div>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

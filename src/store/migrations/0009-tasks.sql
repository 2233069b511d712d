-- Lists of tasks, open and done. Locks task while three indexes are built.

create index task_open on task (workspace_id, due_at, task_id) where done_at is null;

create index task_done on task (workspace_id, done_at, task_id) where done_at is not null;

create index task_id on task (task_id);

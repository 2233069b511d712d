-- Tasks that a run waits for, and entries on a schedule. Locks task for an instant; adds a table.

alter table task add column asks text, add column run_id uuid, add column step text;

create table journey_schedule (
  workspace_id int not null,
  journey text not null,
  entry text not null,
  spec text not null,
  due_at timestamptz not null,
  through uuid,
  primary key (workspace_id, journey, entry)
);

select fence('journey_schedule', 'select, insert, update, delete');

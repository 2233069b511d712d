-- Tasks that a run waits for, entries on a schedule, runs that are moved to another version. Locks task for an instant; adds two tables.

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

create table run_migration (
  migration_id uuid primary key,
  workspace_id int not null,
  journey text not null,
  from_version int not null,
  to_version int not null,
  map jsonb not null,
  runs int not null,
  at timestamptz not null,
  by text not null,
  undone_at timestamptz,
  undone_by text
);

create index run_migration_list on run_migration (workspace_id, journey, at);

select fence('journey_schedule', 'select, insert, update, delete');

select fence('run_migration', 'select, insert, update');

-- Rehearsals: what would come of definitions, counted person by person without anything being sent. Adds two tables, and to event in which order a batch was taken, 0 for what is there; locks event for an instant.

create table rehearsal (
  rehearsal_id uuid primary key,
  workspace_id int not null,
  state text not null check (state in ('running', 'done', 'cancelled', 'failed')),
  spec jsonb not null,
  learned jsonb,
  lanes_done smallint not null default 0,
  busy_until timestamptz,
  people int not null,
  result jsonb not null,
  asked_at timestamptz not null,
  asked_by text not null,
  ended_at timestamptz,
  reason text
);

create index rehearsal_list on rehearsal (workspace_id, asked_at, rehearsal_id);

create index rehearsal_open on rehearsal (workspace_id) where state = 'running';

create table rehearsal_run (
  rehearsal_id uuid not null,
  workspace_id int not null,
  journey text not null,
  entered_at timestamptz not null,
  run_id uuid not null,
  person_id uuid,
  body jsonb not null,
  primary key (rehearsal_id, journey, entered_at, run_id)
);

create index rehearsal_run_person on rehearsal_run (person_id);

alter table event add column place smallint not null default 0;

select fence(t, 'select, insert, update, delete') from unnest(array['rehearsal', 'rehearsal_run']) t;

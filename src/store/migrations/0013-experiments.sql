-- Experiments: what each asks, who came to which arm, and what a broadcast tries out. Adds two tables, and to broadcast and broadcast_person a column that is empty at first; locks these two for an instant.

create table experiment (
  workspace_id int not null,
  experiment text not null,
  place jsonb not null,
  plan jsonb not null,
  began_at timestamptz not null,
  taken_arm text,
  taken_at timestamptz,
  taken_by text,
  taken_reason text,
  primary key (workspace_id, experiment)
);

create table exposure (
  lane smallint not null,
  person_id uuid not null,
  workspace_id int not null,
  experiment text not null,
  arm text not null,
  at timestamptz not null,
  evidence uuid,
  counts boolean not null,
  primary key (lane, person_id, experiment)
);

create index exposure_list on exposure (workspace_id, experiment, arm);

alter table broadcast add column experiment jsonb;

alter table broadcast_person add column arm text;

select fence(t, 'select, insert, update, delete') from unnest(array['experiment', 'exposure']) t;

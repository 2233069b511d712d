-- Broadcasts: one message to everybody in some segments, its audience frozen at the start. Adds three tables, and to message a column that is empty at first with an index of nothing yet; locks message for an instant.

create table broadcast (
  broadcast_id uuid primary key,
  workspace_id int not null,
  state text not null check (state in ('draft', 'scheduled', 'freezing', 'running', 'paused', 'finished', 'cancelled')),
  plan jsonb not null,
  content jsonb,
  pace jsonb not null default '{"next": 0, "log": []}',
  ahead int not null default 0,
  starts_at timestamptz,
  frozen_at timestamptz,
  frozen_lanes smallint not null default 0,
  audience int not null default 0,
  paused_at timestamptz,
  ended_at timestamptz,
  settled boolean not null default true,
  figures jsonb not null default '{}',
  figures_at timestamptz,
  created_at timestamptz not null,
  created_by text not null,
  updated_at timestamptz not null,
  updated_by text not null,
  reason text
);

create index broadcast_list on broadcast (workspace_id, created_at, broadcast_id);

create index broadcast_open on broadcast (workspace_id) where state in ('scheduled', 'freezing', 'running', 'paused') or not settled;

create table broadcast_person (
  lane smallint not null,
  person_id uuid not null,
  broadcast_id uuid not null,
  workspace_id int not null,
  state text not null default 'waiting' check (state in ('waiting', 'asked', 'joined')),
  due_at timestamptz not null,
  primary key (lane, person_id, broadcast_id)
);

create index broadcast_person_waiting on broadcast_person (broadcast_id, due_at, lane, person_id) where state = 'waiting';

create index broadcast_person_list on broadcast_person (broadcast_id, state, person_id);

create table broadcast_estimate (
  broadcast_id uuid primary key,
  workspace_id int not null,
  state text not null check (state in ('running', 'done', 'cancelled')),
  spec jsonb not null,
  after text,
  result jsonb not null,
  asked_at timestamptz not null,
  asked_by text not null
);

create index broadcast_estimate_open on broadcast_estimate (workspace_id) where state = 'running';

alter table message add column broadcast_id uuid;

create index message_broadcast on message (broadcast_id, status, reason) where broadcast_id is not null;

select fence(t, 'select, insert, update, delete') from unnest(array['broadcast', 'broadcast_person', 'broadcast_estimate']) t;

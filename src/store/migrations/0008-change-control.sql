-- Colleagues by name, reviews of drafts, ramps, and definitions that are retired or archived. New tables, and columns that are empty at first; locks nothing for long.

create table colleague (
  colleague_id uuid primary key,
  name text not null,
  email text,
  owner boolean not null default false,
  created_at timestamptz not null,
  removed_at timestamptz
);

create unique index colleague_owner on colleague (owner) where owner;

create unique index colleague_name on colleague (lower(name)) where removed_at is null;

create unique index colleague_email on colleague (lower(email)) where removed_at is null;

alter table session add column colleague_id uuid;

alter table sign_in_link add column colleague_id uuid;

create table review (
  review_id uuid primary key,
  workspace_id int not null,
  kind text not null,
  key text not null,
  body jsonb not null,
  note text not null,
  asked_by text not null,
  asked_at timestamptz not null,
  answered_by text,
  answered_at timestamptz,
  approved boolean,
  comment text
);

create index review_list on review (workspace_id, kind, key, asked_at);

create table ramp (
  workspace_id int not null,
  journey text not null,
  version int not null,
  previous int,
  plan jsonb not null,
  place int not null,
  state text not null check (state in ('rising', 'held', 'done', 'ended')),
  reason text,
  started_at timestamptz not null,
  since timestamptz not null,
  next_at timestamptz not null,
  stored_at timestamptz not null,
  by text not null,
  primary key (workspace_id, journey, version)
);

create table retirement (
  workspace_id int not null,
  kind text not null,
  key text not null,
  revision int not null,
  until_revision int,
  at timestamptz not null,
  by text not null,
  reason text not null,
  primary key (workspace_id, kind, key, revision)
);

alter table definition add column archived_at timestamptz, add column archived_by text, add column restored_at timestamptz;

select fence('review', 'select, insert, update');

select fence('ramp', 'select, insert, update');

select fence('retirement', 'select, insert, update');

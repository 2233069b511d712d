-- Adds tables for what fields did not take, for imports and their rows, and renames one word of fields in stored definitions; locks those two tables while it does.

create table field_refusal (
  lane smallint not null,
  person_id uuid not null,
  refusal_id uuid not null,
  workspace_id int not null,
  stored_at timestamptz not null,
  at timestamptz not null,
  path text not null,
  value text not null,
  what text not null,
  reason text not null,
  source text not null,
  evidence uuid not null,
  primary key (lane, person_id, refusal_id)
);

create index field_refusal_list on field_refusal (workspace_id, path, at, refusal_id);

create index field_refusal_old on field_refusal (stored_at);

create table field_source (
  workspace_id int not null,
  path text not null,
  source text not null,
  by text not null,
  at timestamptz not null,
  primary key (workspace_id, path, source, by)
);

create table field_count (
  workspace_id int not null,
  path text not null,
  people int not null,
  at timestamptz not null,
  primary key (workspace_id, path)
);

create table import (
  workspace_id int not null,
  import_id uuid not null,
  status text not null check (status in ('uploaded', 'running', 'finished', 'cancelled')),
  file_name text not null,
  file_hash text not null,
  encoding text not null,
  delimiter text not null,
  columns jsonb not null,
  settings jsonb,
  rows int not null,
  taken int not null default 0,
  refused int not null default 0,
  created_at timestamptz not null,
  created_by text not null,
  started_at timestamptz,
  finished_at timestamptz,
  primary key (workspace_id, import_id)
);

create index import_running on import (started_at) where status = 'running';

create table import_row (
  workspace_id int not null,
  import_id uuid not null,
  row int not null,
  cells jsonb not null,
  refused text,
  primary key (workspace_id, import_id, row)
);

select fence(t, 'select, insert, update, delete') from unnest(array['field_source', 'field_count', 'import', 'import_row']) t;

select fence('field_refusal', 'select, insert');

update definition set draft = '{"owner": null, "format": "none", "retention": null}'::jsonb || (draft - 'personal') || jsonb_build_object('class', case draft -> 'personal' when 'false' then 'none' else 'personal' end)
where kind = 'field' and jsonb_typeof(draft) = 'object' and draft ? 'personal';

update definition_version set body = '{"owner": null, "format": "none", "retention": null}'::jsonb || (body - 'personal') || jsonb_build_object('class', case body -> 'personal' when 'false' then 'none' else 'personal' end)
where kind = 'field' and body ? 'personal';

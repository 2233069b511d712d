-- What stops by itself: since when messages count after somebody let them go on, and people whom automation has gone round with. Adds two tables and an index of messages that were handed over; locks message against writing while that is built.

create table breaker (
  workspace_id int not null,
  scope text not null,
  counts_since timestamptz not null,
  primary key (workspace_id, scope)
);

create table loop_lock (
  lane smallint not null,
  person_id uuid not null,
  workspace_id int not null,
  journeys text[] not null,
  since timestamptz not null,
  primary key (lane, person_id)
);

create index loop_lock_list on loop_lock (workspace_id, since);

create index message_handed on message (workspace_id, (coalesce(sent_at, due_at))) where status in ('sent', 'bounced', 'failed') or reason = 'render-failed';

select fence(t, 'select, insert, update, delete') from unnest(array['breaker', 'loop_lock']) t;

-- Messages that other systems ask for one by one: which were asked for, and by what request, so that none goes out twice. Adds one table and locks nothing.

create table asked_message (
  message_id uuid primary key,
  workspace_id int not null,
  request_hash text not null,
  at timestamptz not null
);

create index asked_message_at on asked_message (at);

select fence('asked_message', 'select, insert');

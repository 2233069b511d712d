-- Adds to each workspace which memories of its rules some people have not made yet. A column with a default: rewrites nothing, locks the small table for an instant.

alter table workspace add column owed_memos jsonb not null default '{}';

grant update (owed_memos) on workspace to throughline_app;

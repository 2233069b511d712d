-- How many people were recycled from each stage lately, which few of all moves are. Locks stage_history while an index is built.

create index stage_history_recycled on stage_history (workspace_id, entered_at) where actor = 'recycle';

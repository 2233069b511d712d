-- Locks each part of message for as long as it takes to read it through once: an index of what is held and may be let go early.

create index message_held on message (lane, person_id) where status = 'held' and reason in ('policy-hold', 'fatigue', 'offer');

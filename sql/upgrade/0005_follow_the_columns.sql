-- Structure version 5: columns that were renamed, dropped or added while edits waited.

comment on column lizsync.conflicts.rule_applied is 'last edit wins, delete wins, foreign key action, given up, or column is no more.';

-- They have got the column "given".
drop function if exists lizsync.unseen_events(lizsync.exchanges);
drop function if exists lizsync.unseen_edits(lizsync.exchanges);

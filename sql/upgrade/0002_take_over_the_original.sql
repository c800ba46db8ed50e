-- Structure version 2: what two databases of the original LizSync, taken over one after the other, cannot know of each
-- other, which the first synchronisation fills in; and what tells a package that is older than a synchronisation whose
-- answer was lost.

alter table lizsync.clones
    add column former_roles name[],
    add column taken_over pg_snapshot,
    add column offered pg_snapshot;
comment on column lizsync.clones.clone_system_identifier is 'System identifier of the clone''s cluster; 0 until a clone of the original LizSync has synchronised.';
comment on column lizsync.clones.former_roles is 'For a clone of the original LizSync: the roles that could synchronise it before the upgrade, and still may until one is named with lizsync.entrust_clone.';
comment on column lizsync.clones.taken_over is 'For a clone of the original LizSync: central''s snapshot up to which it had received, which it does not know itself.';
comment on column lizsync.clones.offered is 'Central''s snapshot after its last synchronisation, which it was offered as its next cursor.';

comment on column lizsync.central.system_identifier is 'System identifier of central''s cluster; 0 until a clone of the original LizSync has synchronised.';
comment on column lizsync.central.cursor is 'Central''s snapshot up to which its events have been received; 1:1: until a clone of the original LizSync has synchronised.';

alter type lizsync.answer add attribute central_system_identifier bigint;

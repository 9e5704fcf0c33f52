-- Undo: where an operation was done and by whose client, which one it undoes, what it answered.
set local lock_timeout = '2s';

alter table operation
  add column store text collate "C", add column device text collate "C", add column client_id uuid,
  add column undoes uuid, add column receipt bytea;
alter table operation add constraint operation_undo check ((undoes is null) = (receipt is null)) not valid;
alter table operation validate constraint operation_undo;
create unique index operation_undoes on operation (holder_id, undoes) where undoes is not null;
create index operation_by_id on operation (op_id);

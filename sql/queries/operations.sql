-- name: insert_operations
insert into operation (holder_id, op_id, kind, note, actor_kind, actor_id, recorded_at)
select u.holder_id, u.op_id, u.kind, u.note, u.actor_kind, u.actor_id, u.recorded_at
from unnest(
  :holders::uuid[], :ops::uuid[], :kinds::smallint[], :notes::text[], :actor_kinds::smallint[],
  :actors::text[], :recorded::timestamptz[])
  as u (holder_id, op_id, kind, note, actor_kind, actor_id, recorded_at)

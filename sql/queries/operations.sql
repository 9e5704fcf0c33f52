-- name: insert_operations
insert into operation (
  holder_id, op_id, kind, note, actor_kind, actor_id, recorded_at, store, device, client_id, code,
  approved_by)
select u.holder_id, u.op_id, u.kind, u.note, u.actor_kind, u.actor_id, u.recorded_at, u.store, u.device,
  u.client_id, u.code, u.approved_by
from unnest(
  :holders::uuid[], :ops::uuid[], :kinds::smallint[], :notes::text[], :actor_kinds::smallint[],
  :actors::text[], :recorded::timestamptz[], :stores::text[], :devices::text[], :clients::uuid[],
  :codes::text[], :approvers::text[])
  as u (
    holder_id, op_id, kind, note, actor_kind, actor_id, recorded_at, store, device, client_id, code,
    approved_by)

-- name: list_operation
-- An operation in full, as each of its holders has it, and what undid it.
select o.holder_id, o.op_id, o.kind, o.note, o.actor_kind, o.actor_id, o.recorded_at, o.store, o.device,
  o.approved_by, o.code, o.undoes, u.op_id as undone_by
from operation o
left join operation u on u.holder_id = o.holder_id and u.undoes = o.op_id
where o.op_id = :op::uuid
order by o.holder_id

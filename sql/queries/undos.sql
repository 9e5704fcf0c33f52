-- name: find_operations
-- An operation as each of its holders has it, with the answer of what undid it.
select o.holder_id, o.op_id, o.kind, o.actor_kind, o.actor_id, o.client_id, o.store, o.recorded_at,
  u.receipt as undone
from operation o
left join operation u on u.holder_id = o.holder_id and u.undoes = o.op_id
where o.op_id = :op::uuid
order by o.holder_id

-- name: get_receipt
-- Of what undid something that is no operation.
select u.receipt
from operation u
where u.holder_id = :holder::uuid and u.undoes = :undone::uuid

-- name: insert_undos
-- One undo, at each holder.
insert into operation (
  holder_id, op_id, kind, note, actor_kind, actor_id, recorded_at, store, device, client_id, undoes,
  receipt)
select h.holder_id, :op::uuid, :kind::smallint, :note::text, :actor_kind::smallint, :actor::text,
  :recorded_at::timestamptz, :store::text, :device::text, :client::uuid, :undoes::uuid,
  :receipt::bytea
from unnest(:holders::uuid[]) as h (holder_id)

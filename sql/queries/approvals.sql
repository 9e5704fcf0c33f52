-- name: insert_approval
insert into approval (
  holder_id, approval_id, kind, state, body, why, actor_kind, actor_id, client_id, store, device,
  asked_at, due_at)
values (
  :holder::uuid, :approval::uuid, :kind::smallint, :state::smallint, :body::bytea, :why::smallint,
  :actor_kind::smallint, :actor::text, :client::uuid, :store::text, :device::text,
  :asked_at::timestamptz, :due_at::timestamptz)

-- name: update_approval
-- Decided once: one that is not open is not found.
update approval a
set state = :state::smallint, decided_at = :decided_at::timestamptz, decided_by = :decided_by::text,
  decided_store = :store::text, decided_device = :device::text, note = :note::text, op_id = :op::uuid
where a.holder_id = :holder::uuid and a.approval_id = :approval::uuid and a.state = 0

-- name: find_approval
select a.holder_id, a.approval_id, a.kind, a.state, a.body, a.why, a.actor_kind, a.actor_id,
  a.client_id, a.store, a.device, a.asked_at, a.due_at, a.decided_at, a.decided_by, a.decided_store,
  a.decided_device, a.note, a.op_id
from approval a
where a.approval_id = :approval::uuid

-- name: list_open
-- A page of what waits: those whose time is not over.
select a.holder_id, a.approval_id, a.kind, a.state, a.body, a.why, a.actor_kind, a.actor_id,
  a.client_id, a.store, a.device, a.asked_at, a.due_at, a.decided_at, a.decided_by, a.decided_store,
  a.decided_device, a.note, a.op_id
from approval a
where a.state = 0 and a.due_at > :now::timestamptz
  and (a.due_at, a.approval_id) < (:due::timestamptz, :approval::uuid)
  and (:store::text is null or a.store = :store)
order by a.due_at desc, a.approval_id desc
limit :rows::integer

-- name: list_timed_out
-- A page of what nobody decided in its time.
select a.holder_id, a.approval_id, a.kind, a.state, a.body, a.why, a.actor_kind, a.actor_id,
  a.client_id, a.store, a.device, a.asked_at, a.due_at, a.decided_at, a.decided_by, a.decided_store,
  a.decided_device, a.note, a.op_id
from approval a
where a.state = 0 and a.due_at <= :now::timestamptz
  and (a.due_at, a.approval_id) < (:due::timestamptz, :approval::uuid)
  and (:store::text is null or a.store = :store)
order by a.due_at desc, a.approval_id desc
limit :rows::integer

-- name: list_decided
-- A page of what was approved, or of what was refused.
select a.holder_id, a.approval_id, a.kind, a.state, a.body, a.why, a.actor_kind, a.actor_id,
  a.client_id, a.store, a.device, a.asked_at, a.due_at, a.decided_at, a.decided_by, a.decided_store,
  a.decided_device, a.note, a.op_id
from approval a
where a.state = :state::smallint
  and (a.due_at, a.approval_id) < (:due::timestamptz, :approval::uuid)
  and (:store::text is null or a.store = :store)
order by a.due_at desc, a.approval_id desc
limit :rows::integer

-- name: insert_alone
-- Of many at once each waits for the one before and counts on from there; no row: it was too much.
insert into adjusted_day as d (staff, day, wallet, amount)
values (:staff::text, :day::date, :wallet::smallint, :amount::bigint)
on conflict (staff, day, wallet) do update
set amount = d.amount + excluded.amount
where d.amount + excluded.amount <= :most::bigint
returning d.amount

-- name: insert_act
-- Under a share of the head's lock, which whoever closes a day takes whole: so an act is there
-- before its day is closed, or it is no row, and what it tells is not done.
insert into audit_act (
  act_id, done_at, day, act, actor_kind, actor_id, client_id, store, device, network, about_kind,
  about_id, with_id, op_id, reason, digest)
select :act_id::uuid, :at::timestamptz, :day::date, :act::text, :actor_kind::smallint,
  :actor::text, :client::uuid, :store::text, :device::text, :network::text, :about_kind::text,
  :about::text, :with_id::uuid, :op_id::uuid, :reason::text, :digest::bytea
from audit_head h
where h.only_row = 1 and (h.closed_to is null or h.closed_to < :day)
for share of h

-- name: find_act
-- By its id.
select a.act_id, a.done_at, a.act, a.actor_kind, a.actor_id, a.client_id, a.store, a.device,
  a.network, a.about_kind, a.about_id, a.with_id, a.op_id, a.reason, a.digest
from audit_act a
where a.act_id = :act_id::uuid

-- name: list_acts
-- A page, the newest first, by time: acts are few, and who asks for one actor or one thing reads on
-- until there are as many as a page has.
select a.act_id, a.done_at, a.act, a.actor_kind, a.actor_id, a.client_id, a.store, a.device,
  a.network, a.about_kind, a.about_id, a.with_id, a.op_id, a.reason, a.digest
from audit_act a
where (a.done_at, a.act_id) < (:before_at::timestamptz, :before_id::uuid)
  and (:act::text is null or a.act = :act)
  and (:actor::text is null or (a.actor_id = :actor and a.actor_kind = :actor_kind::smallint))
  and (:about::text[] is null or a.about_id = any(:about) or a.with_id::text = any(:about))
  and (:from_at::timestamptz is null or a.done_at >= :from_at)
  and (:until_at::timestamptz is null or a.done_at < :until_at)
order by a.done_at desc, a.act_id desc
limit :rows::integer

-- name: list_acts_of_day
-- In the order of the tree.
select a.act_id, a.done_at, a.act, a.actor_kind, a.actor_id, a.client_id, a.store, a.device,
  a.network, a.about_kind, a.about_id, a.with_id, a.op_id, a.reason, a.digest
from audit_act a
where a.day = :day::date
order by a.done_at, a.act_id

-- name: get_first_day
-- Of all acts.
select min(a.day) as day from audit_act a

-- name: get_closed_to
-- Without a lock: whether it is worth taking it.
select h.closed_to from audit_head h where h.only_row = 1

-- name: lock_head
-- Waits for everybody who is writing an act, and lets nobody write one until the day is closed.
select h.closed_to from audit_head h where h.only_row = 1 for update

-- name: update_head
-- Of the locked head.
update audit_head set closed_to = :day::date where only_row = 1

-- name: insert_day
insert into audit_day (day, number, acts, root, previous, head, closed_at)
values (
  :day::date, :number::bigint, :acts::integer, :root::bytea, :previous::bytea, :head::bytea,
  :at::timestamptz)

-- name: insert_leaves
insert into audit_leaf (day, place, act_id, hash)
select :day::date, u.place, u.act_id, u.hash
from unnest(:places::integer[], :acts::uuid[], :hashes::bytea[]) as u (place, act_id, hash)

-- name: find_day
-- By its date.
select d.day, d.number, d.acts, d.root, d.previous, d.head, d.closed_at
from audit_day d
where d.day = :day::date

-- name: list_days
-- A page, the newest first.
select d.day, d.number, d.acts, d.root, d.previous, d.head, d.closed_at
from audit_day d
where d.day < :before::date
order by d.day desc
limit :rows::integer

-- name: list_leaves
-- Of a closed day, in their order.
select l.day, l.place, l.act_id, l.hash
from audit_leaf l
where l.day = :day::date
order by l.place

-- name: find_leaf
-- Of an act, once its day is closed.
select l.day, l.place, l.act_id, l.hash
from audit_leaf l
where l.act_id = :act_id::uuid

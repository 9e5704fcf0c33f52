-- name: list_open
-- The open holds of some holders with what they hold; the unique index of open ones finds them.
select
  h.holder_id, h.hold_id, h.due_at, i.item_no, i.kind, i.amount, i.wallet, i.lot_no, i.name, i.slot,
  i.digest
from hold h
left join hold_item i on i.holder_id = h.holder_id and i.hold_id = h.hold_id
where h.holder_id = any(:holders::uuid[]) and h.state = 0
order by h.due_at, h.hold_id, i.item_no

-- name: list_pinned
-- What open holds of checkouts have decided: the uses of limited rules among it are kept.
select h.holder_id, h.hold_id, h.created_at, h.due_at, h.decision
from hold h
where h.holder_id = any(:holders::uuid[]) and h.state = 0 and h.channel <> ''

-- name: list_open_at
-- The holds of a holder that were open at an instant, as known at another. A timed-out one is
-- answered too: it is timed out again by its due instant, as what was posted of it may not be known.
select
  h.holder_id, h.hold_id, h.due_at, i.item_no, i.kind, i.amount, i.wallet, i.lot_no, i.name, i.slot,
  i.digest
from hold h
join hold_item i on i.holder_id = h.holder_id and i.hold_id = h.hold_id
where h.holder_id = :holder::uuid
  and h.created_at <= least(:at::timestamptz, :known_at::timestamptz)
  and (h.state in (0, 3) or h.closed_at > least(:at::timestamptz, :known_at::timestamptz))
order by h.created_at, h.hold_id, i.item_no

-- name: list_holds
-- Holds of checkouts by id, whoever holds them.
select
  h.holder_id, h.hold_id, h.state, h.channel, h.checkout, h.fp, h.program_version, h.cart, h.facts,
  h.decision, h.created_at, h.due_at, h.closed_at, h.closed_by, h.actor_kind, h.actor_id, h.store
from hold h
where h.hold_id = any(:holds::uuid[]) and h.channel <> ''

-- name: find_redemption
-- The hold that keeps the price of a reward.
select
  h.holder_id, h.hold_id, h.state, h.channel, h.checkout, h.fp, h.program_version, h.cart, h.facts,
  h.decision, h.created_at, h.due_at, h.closed_at, h.closed_by, h.actor_kind, h.actor_id, h.store
from hold h
where h.holder_id = :holder::uuid and h.hold_id = :redemption::uuid and h.channel = ''

-- name: list_checkouts
-- The open holds of checkouts: a retry finds its own.
select
  h.holder_id, h.hold_id, h.state, h.channel, h.checkout, h.fp, h.program_version, h.cart, h.facts,
  h.decision, h.created_at, h.due_at, h.closed_at, h.closed_by, h.actor_kind, h.actor_id, h.store
from unnest(:holders::uuid[], :channels::text[], :checkouts::text[])
  as u (holder_id, channel, checkout)
join hold h on h.holder_id = u.holder_id and h.channel = u.channel and h.checkout = u.checkout
  and h.state = 0

-- name: list_items
-- What holds hold, in order.
select
  i.hold_id, i.item_no, i.kind, i.amount, i.wallet, i.lot_no, i.name, i.slot, i.digest, i.captured,
  i.released
from unnest(:holders::uuid[], :holds::uuid[]) as u (holder_id, hold_id)
join hold_item i on i.holder_id = u.holder_id and i.hold_id = u.hold_id
order by i.hold_id, i.item_no

-- name: insert_holds
insert into hold (
  holder_id, hold_id, state, channel, checkout, fp, program_version, cart, facts, decision,
  created_at, due_at, actor_kind, actor_id, store)
select
  u.holder_id, u.hold_id, 0, u.channel, u.checkout, u.fp, u.program_version, u.cart, u.facts,
  u.decision, u.created_at, u.due_at, u.actor_kind, u.actor_id, u.store
from unnest(
  :holders::uuid[], :holds::uuid[], :channels::text[], :checkouts::text[], :fps::bytea[],
  :versions::integer[], :carts::bytea[], :facts::bytea[], :decisions::bytea[],
  :created::timestamptz[], :due::timestamptz[], :actor_kinds::smallint[], :actors::text[],
  :stores::text[])
  as u (holder_id, hold_id, channel, checkout, fp, program_version, cart, facts, decision,
    created_at, due_at, actor_kind, actor_id, store)

-- name: insert_items
insert into hold_item (
  holder_id, hold_id, item_no, kind, wallet, lot_no, name, slot, digest, amount)
select
  u.holder_id, u.hold_id, u.item_no, u.kind, u.wallet, u.lot_no, u.name, u.slot, u.digest, u.amount
from unnest(
  :holders::uuid[], :holds::uuid[], :item_nos::smallint[], :kinds::smallint[], :wallets::smallint[],
  :lot_nos::bigint[], :names::text[], :slots::smallint[], :digests::bytea[], :amounts::bigint[])
  as u (holder_id, hold_id, item_no, kind, wallet, lot_no, name, slot, digest, amount)

-- name: update_states
-- A hold ends once: only open ones, the count of rows is asserted.
update hold h
set state = u.state, closed_at = u.closed_at, closed_by = u.closed_by
from unnest(
  :holders::uuid[], :holds::uuid[], :states::smallint[], :closed::timestamptz[], :by::uuid[])
  as u (holder_id, hold_id, state, closed_at, closed_by)
where h.holder_id = u.holder_id and h.hold_id = u.hold_id and h.state = 0

-- name: update_items
-- What was not captured of a closed hold is released.
update hold_item i
set captured = u.captured, released = i.amount - u.captured
from unnest(:holders::uuid[], :holds::uuid[], :item_nos::smallint[], :captured::bigint[])
  as u (holder_id, hold_id, item_no, captured)
where i.holder_id = u.holder_id and i.hold_id = u.hold_id and i.item_no = u.item_no

-- name: update_dues
-- Open holds last longer; the count of rows is asserted.
update hold h
set due_at = u.due_at
from unnest(:holders::uuid[], :holds::uuid[], :due::timestamptz[])
  as u (holder_id, hold_id, due_at)
where h.holder_id = u.holder_id and h.hold_id = u.hold_id and h.state = 0

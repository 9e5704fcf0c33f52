-- name: list_return_keys
select k.channel, k.external_id, k.return_id, k.holder_id, k.fp
from unnest(:channels::text[], :external_ids::text[]) as u (channel, external_id)
join return_key k on k.channel = u.channel and k.external_id = u.external_id

-- name: insert_return_keys
-- Claims natural keys of returns; one that is there already loses.
insert into return_key (channel, external_id, return_id, holder_id, fp, fp_version)
select u.channel, u.external_id, u.return_id, u.holder_id, u.fp, u.fp_version
from unnest(
  :channels::text[], :external_ids::text[], :returns::uuid[], :holders::uuid[], :fps::bytea[],
  :fp_versions::smallint[]) as u (channel, external_id, return_id, holder_id, fp, fp_version)
order by u.channel, u.external_id
on conflict do nothing
returning channel, external_id

-- name: update_return_keys
-- Parked returns have been applied.
update return_key k
set return_id = u.return_id, holder_id = u.holder_id
from unnest(:channels::text[], :external_ids::text[], :returns::uuid[], :holders::uuid[])
  as u (channel, external_id, return_id, holder_id)
where k.channel = u.channel and k.external_id = u.external_id

-- name: insert_parked
insert into parked_return (
  channel, external_id, return_channel, return_external_id, body, actor_kind, actor_id, device,
  recorded_at)
select u.channel, u.external_id, u.return_channel, u.return_external_id, u.body, u.actor_kind,
  u.actor_id, u.device, u.recorded_at
from unnest(
  :channels::text[], :external_ids::text[], :return_channels::text[], :return_external_ids::text[],
  :bodies::bytea[], :actor_kinds::smallint[], :actors::text[], :devices::text[],
  :recorded::timestamptz[])
  as u (channel, external_id, return_channel, return_external_id, body, actor_kind, actor_id, device,
    recorded_at)

-- name: list_parked
-- Returns that waited for these purchases; read after their keys were claimed. In order of recording.
select p.channel, p.external_id, p.body, p.actor_kind, p.actor_id, p.device
from unnest(:channels::text[], :external_ids::text[]) as u (channel, external_id)
join parked_return p on p.channel = u.channel and p.external_id = u.external_id
order by p.recorded_at, p.return_channel, p.return_external_id

-- name: delete_parked
delete from parked_return p
using unnest(:channels::text[], :external_ids::text[]) as u (channel, external_id)
where p.channel = u.channel and p.external_id = u.external_id

-- name: insert_returns
insert into purchase_return (
  holder_id, purchase_id, return_id, channel, external_id, store, occurred_at, recorded_at, lines,
  total, outcome, actor_kind, actor_id, moved_by, note, device)
select
  u.holder_id, u.purchase_id, u.return_id, u.channel, u.external_id, u.store, u.occurred_at,
  u.recorded_at, array(select jsonb_array_elements_text(u.lines::jsonb)::bigint), u.total, u.outcome,
  u.actor_kind, u.actor_id, u.moved_by, u.note, u.device
from unnest(
  :holders::uuid[], :purchases::uuid[], :returns::uuid[], :channels::text[], :external_ids::text[],
  :stores::text[], :occurred::timestamptz[], :recorded::timestamptz[], :lines::text[],
  :totals::bigint[], :outcomes::bytea[], :actor_kinds::smallint[], :actors::text[], :moves::uuid[],
  :notes::text[], :devices::text[])
  as u (holder_id, purchase_id, return_id, channel, external_id, store, occurred_at, recorded_at,
    lines, total, outcome, actor_kind, actor_id, moved_by, note, device)

-- name: list_returns
-- The stored answers of returns.
select r.return_id, r.outcome, r.note
from purchase_return r
where r.return_id = any(:returns::uuid[])

-- name: find_return
-- A return with the holder whose entries it wrote: where its purchase has moved since, back along
-- the moves to whom it was of then.
with recursive
r as (
  select i.holder_id, i.return_id, i.purchase_id, i.channel, i.actor_kind, i.actor_id, i.store,
    i.device, i.note, i.recorded_at, coalesce(i.moved_by, i.purchase_id) as earned_by
  from purchase_return i
  where i.return_id = :return_id::uuid),
m as (
  select w.holder_id, w.earned_by
  from r
  join purchase p on p.purchase_id = r.purchase_id
  join purchase_move w on w.to_op = p.moved_by
  union all
  select w.holder_id, w.earned_by
  from m
  join purchase_move w on w.to_op = m.earned_by)
select coalesce(m.holder_id, r.holder_id) as holder_id, r.return_id, r.purchase_id, r.channel,
  r.actor_kind, r.actor_id, r.store, r.device, r.note, r.recorded_at
from r
left join m on m.earned_by = r.earned_by

-- name: find_void
-- What voided a purchase.
select r.holder_id, r.return_id, r.purchase_id, r.channel, r.actor_kind, r.actor_id, r.store,
  r.device, r.note, r.recorded_at
from purchase_return r
where r.holder_id = :holder::uuid and r.purchase_id = :purchase::uuid and r.channel = :channel::text

-- name: list_purchase_wallets
-- What purchases earned and keep, once something of them came back.
select w.holder_id, w.purchase_id, w.wallet, w.earned, w.kept, w.lapsed, w.redeemed, w.given_back
from purchase_wallet w
where w.holder_id = any(:holders::uuid[]) and w.purchase_id = any(:purchases::uuid[])

-- name: insert_purchase_wallets
-- First return: what was earned, and what is kept of it from now on.
insert into purchase_wallet (
  holder_id, purchase_id, wallet, earned, kept, lapsed, redeemed, given_back)
select
  u.holder_id, u.purchase_id, u.wallet, u.earned, u.kept, u.lapsed, u.redeemed, u.given_back
from unnest(
  :holders::uuid[], :purchases::uuid[], :wallets::smallint[], :earned::bigint[], :kept::bigint[],
  :lapsed::bigint[], :redeemed::bigint[], :given_back::bigint[])
  as u (holder_id, purchase_id, wallet, earned, kept, lapsed, redeemed, given_back)
on conflict (holder_id, purchase_id, wallet) do update
set kept = excluded.kept, lapsed = excluded.lapsed, given_back = excluded.given_back

-- name: delete_purchase_wallets
-- A purchase was moved: its new holder earned other units by it.
delete from purchase_wallet
where holder_id = :holder::uuid and purchase_id = :purchase::uuid

-- name: pass_return_keys
-- Natural keys of the returns of all purchases of a holder, or of some.
update return_key k
set holder_id = :to::uuid
from purchase_return r
where r.holder_id = :holder::uuid and (:purchases::uuid[] is null or r.purchase_id = any(:purchases))
  and k.channel = r.channel and k.external_id = r.external_id

-- name: pass_returns
update purchase_return r
set holder_id = :to::uuid
where r.holder_id = :holder::uuid and (:purchases::uuid[] is null or r.purchase_id = any(:purchases))

-- name: pass_purchase_wallets
update purchase_wallet w
set holder_id = :to::uuid
where w.holder_id = :holder::uuid and (:purchases::uuid[] is null or w.purchase_id = any(:purchases))

-- name: count_sharing
-- What a range of holders has.
select
  (select count(*) from transfer i where i.holder_id between :low::uuid and :high::uuid) as transfers,
  (select count(*) from household i where i.holder_id between :low::uuid and :high::uuid) as households

-- name: list_wrong_transfers
-- For a range of holders: each side of a transfer against its entries and against the other side,
-- which may lie beyond the range; what arrived has the earning and origin of what was sent.
with
e as (
  select i.holder_id, i.op_id as transfer_id, i.wallet, sum(i.amount)::bigint as moved,
    count(*) filter (where i.reason = :sent::smallint) as sent, min(i.occurred_at) as occurred_at
  from entry i
  where i.holder_id between :low::uuid and :high::uuid and i.reason in (:sent, :received::smallint)
  group by i.holder_id, i.op_id, i.wallet),
found as (
  select coalesce(t.holder_id, e.holder_id) as holder_id,
    coalesce(t.transfer_id, e.transfer_id) as transfer_id, coalesce(t.wallet, e.wallet) as wallet,
    array_remove(array[
    case when t.amount is null then 'its entries are there, it is not' end,
    case when e.moved is null then 'it has no entries' end,
    case when t.amount <> e.moved then format('%s passed, its entries say %s', t.amount, e.moved) end,
    case when (t.amount < 0) <> (e.sent > 0) then 'units came by what sends them' end,
    case when t.occurred_at <> e.occurred_at
      then format('effective at %s, its entries at %s', t.occurred_at, e.occurred_at) end,
    case when t.amount is not null and o.amount is null then 'the other side is not there' end,
    case when o.amount <> -t.amount
      then format('%s passed, the other side says %s', t.amount, o.amount) end,
    case when o.kind <> t.kind or o.other_id <> t.holder_id
      then 'the other side tells of something else' end,
    case when t.amount < 0 and lots.sent is distinct from lots.received
      then 'what arrived is not what was sent' end], null) as wrong
  from (
    select i.holder_id, i.transfer_id, i.wallet, i.other_id, i.kind, i.amount, i.occurred_at
    from transfer i
    where i.holder_id between :low::uuid and :high::uuid) t
  full join e on e.holder_id = t.holder_id and e.transfer_id = t.transfer_id and e.wallet = t.wallet
  left join transfer o on o.holder_id = t.other_id and o.transfer_id = t.transfer_id
    and o.wallet = t.wallet
  left join lateral (
    select
      (select array_agg(s.part order by s.part) from (
        select format('%s %s %s %s', l.origin_holder_id, l.origin_op_id, l.earned_at,
          -sum(x.amount)) as part
        from entry i
        join entry_lot x on x.holder_id = i.holder_id and x.wallet = i.wallet and x.seq = i.seq
        join lot l on l.holder_id = x.holder_id and l.wallet = x.wallet and l.lot_no = x.lot_no
        where i.holder_id = t.holder_id and i.op_id = t.transfer_id and i.wallet = t.wallet
          and i.reason = :sent
        group by l.origin_holder_id, l.origin_op_id, l.earned_at) s) as sent,
      (select array_agg(s.part order by s.part) from (
        select format('%s %s %s %s', l.origin_holder_id, l.origin_op_id, l.earned_at,
          sum(l.granted)) as part
        from entry i
        join lot l on l.holder_id = i.holder_id and l.wallet = i.wallet and l.lot_no = i.seq
        where i.holder_id = t.other_id and i.op_id = t.transfer_id and i.wallet = t.wallet
          and i.reason = :received
        group by l.origin_holder_id, l.origin_op_id, l.earned_at) s) as received) lots on true)
select f.holder_id, 'transfer ' || f.transfer_id || ', wallet ' || f.wallet as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id, f.transfer_id, f.wallet

-- name: list_wrong_arrivals
-- For a range of holders: a lot that a transfer or a merge brought says when, and no other does.
with found as (
  select l.holder_id, l.wallet, l.lot_no, array_remove(array[
    case when e.reason in (:received::smallint, :merged::smallint) and l.came_at is null
      then 'a transfer brought it, it does not say when' end,
    case when e.reason not in (:received, :merged) and l.came_at is not null
      then 'it says that a transfer brought it' end,
    case when e.reason = :received and (l.came_at <> e.occurred_at or l.available_at <> e.occurred_at)
      then format('it came at %s, usable from %s, its entry says %s',
        l.came_at, l.available_at, e.occurred_at) end], null) as wrong
  from lot l
  join entry e on e.holder_id = l.holder_id and e.wallet = l.wallet and e.seq = l.lot_no
    and e.holder_id between :low::uuid and :high::uuid
  where l.holder_id between :low::uuid and :high::uuid)
select f.holder_id, 'wallet ' || f.wallet || ', lot ' || f.lot_no as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id, f.wallet, f.lot_no

-- name: list_wrong_households
-- For a range of holders: each household is a holder and the other way round; an open one has one
-- head, a dissolved one has nobody, invites nobody and holds nothing.
with
m as (
  select i.household_id, count(*) as people, count(*) filter (where i.role = 1) as heads
  from household_member i
  where i.household_id between :low::uuid and :high::uuid and i.until_at is null
  group by i.household_id),
found as (
  select holder_id, array_remove(array[
    case when h.kind is null then 'it is no holder of its kind' end,
    case when d.formed_at is null then 'a household is not there' end,
    case when d.dissolved_at is null and coalesce(m.heads, 0) <> 1
      then format('%s of its people are its head', coalesce(m.heads, 0)) end,
    case when d.dissolved_at is not null and m.people > 0
      then format('it was dissolved, %s people belong to it', m.people) end,
    case when d.dissolved_at is not null and exists (
      select from household_invitation i where i.holder_id = d.holder_id)
      then 'it was dissolved and invites' end,
    case when d.dissolved_at is not null and exists (
      select from wallet w where w.holder_id = d.holder_id and (w.posted <> 0 or w.debt <> 0))
      then 'it was dissolved and holds units' end], null) as wrong
  from (
    select i.holder_id, i.kind
    from holder i
    where i.holder_id between :low::uuid and :high::uuid and i.kind = 4) h
  full join (
    select i.holder_id, i.formed_at, i.dissolved_at
    from household i
    where i.holder_id between :low::uuid and :high::uuid) d using (holder_id)
  left join m on m.household_id = holder_id)
select f.holder_id, 'household' as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id

-- name: list_wrong_memberships
-- For a range of holders: each time in a household is in one that is there, after the one before,
-- and what passed between member and pool passed while there was one.
with
m as (
  select i.holder_id, i.membership_id, i.household_id, i.from_at, i.until_at,
    lag(i.until_at, 1, i.from_at) over by_time as before
  from household_member i
  where i.holder_id between :low::uuid and :high::uuid
  window by_time as ( -- of each who was merged by itself
    partition by i.holder_id, i.home_id order by i.from_at, i.until_at)),
found as (
  select m.holder_id, m.membership_id, array_remove(array[
    case when h.formed_at is null then 'its household is not there' end,
    case when m.from_at < h.formed_at then 'it began before its household' end,
    case when m.before is null or m.before > m.from_at then 'it began before the one before ended' end
    ], null) as wrong
  from m
  left join household h on h.holder_id = m.household_id)
select f.holder_id, 'membership ' || f.membership_id as place, f.wrong
from found f
where cardinality(f.wrong) > 0
union all
select t.holder_id, 'transfer ' || t.transfer_id, array['the member was never in the household']
from transfer t
where t.holder_id between :low::uuid and :high::uuid and t.kind between 2 and 4
  and not exists (
    select from household_member i
    join holder k on k.holder_id = i.holder_id
    where i.household_id in (t.holder_id, t.other_id) and (
      i.holder_id in (t.holder_id, t.other_id)
      or t.holder_id = any(k.kin) or t.other_id = any(k.kin)))
order by 1, 2

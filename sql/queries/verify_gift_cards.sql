-- name: count_cards
-- The gift cards of a range of holders, and the money that is on them.
select count(*) as cards, coalesce(sum(w.posted), 0)::bigint as money
from gift_card g
left join wallet w on w.holder_id = g.holder_id and w.wallet = 0
  and w.holder_id between :low::uuid and :high::uuid
where g.holder_id between :low::uuid and :high::uuid

-- name: list_wrong_cards
-- For a range of holders: each gift card is a holder of its kind once something has happened to it,
-- was sold once if it is active, and has no money before; each holder of that kind is one card. Money
-- put on a card that was taken off again, as that was undone, was never put there.
with
g as (
  select i.holder_id, count(*) as cards, min(i.state) as state, min(i.activated_at) as activated_at
  from gift_card i
  where i.holder_id between :low::uuid and :high::uuid
  group by i.holder_id),
e as (
  select i.holder_id, count(*) as entries, count(*) filter (where i.reason = :sold::smallint) as sold,
    min(i.occurred_at) filter (where i.reason = :sold::smallint) as sold_at
  from entry i
  where i.holder_id between :low::uuid and :high::uuid and i.wallet = 0
    and i.reason in (:sold, :topped_up::smallint) and not exists (
      select from operation u where u.holder_id = i.holder_id and u.undoes = i.op_id)
  group by i.holder_id),
found as (
  select holder_id, array_remove(array[
    case when g.cards is null and h.kind = 3 then 'no gift card is its' end,
    case when g.cards > 1 then format('%s gift cards are its', g.cards) end,
    case when g.cards is not null and h.kind <> 3
      then format('a gift card is its, but it is of kind %s', h.kind) end,
    case when g.state <> 0 and h.kind is null then 'something has happened to it, but it is no holder' end,
    case when g.activated_at is null and e.entries > 0 then 'it has entries, but was not activated' end,
    case when g.activated_at is not null and coalesce(e.sold, 0) <> 1
      then format('it is active, but was sold %s times', coalesce(e.sold, 0)) end,
    case when g.activated_at <> e.sold_at
      then format('activated at %s, but sold at %s', g.activated_at, e.sold_at) end], null) as wrong
  from g
  full join (
    select i.holder_id, i.kind
    from holder i
    where i.holder_id between :low::uuid and :high::uuid) h using (holder_id)
  left join e using (holder_id))
select f.holder_id, 'gift card' as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id

-- name: list_wrong_money
-- For a range of holders: gift cards have wallet 0 and no other, nobody else has it; none owes.
with found as (
  select w.holder_id, w.wallet, array_remove(array[
    case when (w.wallet = 0) <> (h.kind = 3)
      then format('a holder of kind %s has it', h.kind) end,
    case when w.wallet = 0 and w.debt > 0 then format('a gift card owes %s', w.debt) end], null) as wrong
  from wallet w
  join holder h on h.holder_id = w.holder_id and h.holder_id between :low::uuid and :high::uuid
  where w.holder_id between :low::uuid and :high::uuid)
select f.holder_id, 'wallet ' || f.wallet as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id, f.wallet

-- name: list_wrong_payments
-- For a range of cards: what purchases took and returns gave back, against the entries; each for a
-- purchase that is there.
with
e as (
  select i.holder_id, i.op_id, -sum(i.amount)::bigint as taken
  from entry i
  where i.holder_id between :low::uuid and :high::uuid and i.wallet = 0
    and i.reason = :redeemed::smallint
  group by i.holder_id, i.op_id),
b as (
  select i.holder_id, sum(i.amount)::bigint as given_back
  from entry i
  where i.holder_id between :low::uuid and :high::uuid and i.wallet = 0
    and i.reason = :given_back::smallint
  group by i.holder_id),
p as (
  select i.holder_id, i.purchase_id, i.op_id, i.taken,
    sum(i.given_back) over (partition by i.holder_id)::bigint as given_back
  from gift_card_payment i
  where i.holder_id between :low::uuid and :high::uuid),
found as (
  select coalesce(p.holder_id, e.holder_id) as holder_id, coalesce(p.op_id, e.op_id) as op_id,
    array_remove(array[
      case when p.op_id is null then format('%s were taken for no purchase', e.taken) end,
      case when coalesce(e.taken, 0) <> p.taken
        then format('%s were taken, entries say %s', p.taken, coalesce(e.taken, 0)) end,
      case when coalesce(b.given_back, 0) <> p.given_back
        then format('%s came back in all, entries say %s', p.given_back, coalesce(b.given_back, 0)) end,
      case when p.op_id is not null and q.purchase_id is null then 'its purchase is not there' end
      ], null) as wrong
  from p
  full join e on e.holder_id = p.holder_id and e.op_id = p.op_id
  left join b on b.holder_id = p.holder_id
  left join lateral (
    select i.purchase_id
    from purchase i
    where i.purchase_id = p.purchase_id
    limit 1) q on true)
select f.holder_id, 'payment ' || f.op_id as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id, f.op_id

-- name: list_wrong_parts
-- For a range of cards: what holds of checkouts have of them begins and ends with its hold.
with found as (
  select h.holder_id, h.hold_id, array_remove(array[
    case when w.hold_id is null then 'no hold of a checkout has it'
      when w.state <> h.state then format('its state is %s, that of its hold %s', h.state, w.state)
      when w.due_at <> h.due_at then format('it is due at %s, its hold at %s', h.due_at, w.due_at)
      when w.closed_by is distinct from h.closed_by then 'another purchase captured its hold' end
    ], null) as wrong
  from hold h
  join holder o on o.holder_id = h.holder_id and o.kind = 3
    and o.holder_id between :low::uuid and :high::uuid
  left join lateral (
    select i.hold_id, i.state, i.due_at, i.closed_by
    from hold i
    where i.hold_id = h.hold_id and i.channel <> ''
    limit 1) w on true
  where h.holder_id between :low::uuid and :high::uuid
    -- one of them may have timed out before the other was looked at
    and (w.hold_id is null or h.state = w.state or h.state in (1, 2) or w.state in (1, 2)))
select f.holder_id, 'hold ' || f.hold_id as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id, f.hold_id

-- name: list_payments_of_range
-- What gift cards paid of the purchases of a range of holders.
select p.purchase_id, p.holder_id, p.op_id, p.value, p.taken, p.given_back
from purchase q
join gift_card_payment p on p.purchase_id = q.purchase_id
where q.holder_id between :low::uuid and :high::uuid

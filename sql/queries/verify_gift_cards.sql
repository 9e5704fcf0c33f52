-- name: count_cards
-- The gift cards of a range of holders, and the money that is on them.
select count(*) as cards, coalesce(sum(w.posted), 0)::bigint as money
from gift_card g
left join wallet w on w.holder_id = g.holder_id and w.wallet = 0
  and w.holder_id between :low::uuid and :high::uuid
where g.holder_id between :low::uuid and :high::uuid

-- name: list_wrong_cards
-- For a range of holders: each gift card is a holder of its kind once something has happened to it,
-- was sold once if it is active, and has no money before; each holder of that kind is one card.
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

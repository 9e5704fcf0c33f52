-- name: list_of_store
-- Purchases of a store in a span of time, newest first, after a position. Of one recorded before its
-- total was kept the cart tells it.
select p.purchase_id, p.holder_id, p.occurred_at, p.recorded_at, p.channel, p.external_id, p.store,
  p.flags, p.returned is not null as returned, p.total,
  case when p.total is null then p.cart end as cart,
  case when p.total is null then p.decision end as decision
from purchase p
where p.store = :store::text and p.occurred_at >= :since::timestamptz
  and (p.occurred_at, p.purchase_id) < (:before_at::timestamptz, :before_purchase::uuid)
  and (:channel::text is null or p.channel = :channel::text)
  and (:total::bigint is null or p.total is null or p.total = :total::bigint)
  and (:starts::text is null or starts_with(p.external_id, :starts::text))
  and (:ends::text is null or right(p.external_id, length(:ends::text)) = :ends::text)
order by p.occurred_at desc, p.purchase_id desc
limit :limit::int

-- name: list_of_holder
-- The same of a member's purchases, in any store or one.
select p.purchase_id, p.holder_id, p.occurred_at, p.recorded_at, p.channel, p.external_id, p.store,
  p.flags, p.returned is not null as returned, p.total,
  case when p.total is null then p.cart end as cart,
  case when p.total is null then p.decision end as decision
from purchase p
where p.holder_id = :holder::uuid and p.occurred_at >= :since::timestamptz
  and (p.occurred_at, p.purchase_id) < (:before_at::timestamptz, :before_purchase::uuid)
  and (:store::text is null or p.store = :store::text)
  and (:channel::text is null or p.channel = :channel::text)
  and (:total::bigint is null or p.total is null or p.total = :total::bigint)
  and (:starts::text is null or starts_with(p.external_id, :starts::text))
  and (:ends::text is null or right(p.external_id, length(:ends::text)) = :ends::text)
order by p.occurred_at desc, p.purchase_id desc
limit :limit::int

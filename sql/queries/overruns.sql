-- name: insert_overruns
-- Sorted by key.
insert into purchase_overrun (
  holder_id, purchase_id, kind, name, amount, channel, store, occurred_at)
select u.holder_id, u.purchase_id, u.kind, u.name, u.amount, u.channel, u.store, u.occurred_at
from unnest(
  :holders::uuid[], :purchases::uuid[], :kinds::smallint[], :names::text[], :amounts::bigint[],
  :channels::text[], :stores::text[], :occurred::timestamptz[])
  as u (holder_id, purchase_id, kind, name, amount, channel, store, occurred_at)
order by u.holder_id, u.purchase_id, u.kind, u.name

-- name: update_overruns_holder
-- A purchase was claimed or moved.
update purchase_overrun
set holder_id = :new_holder::uuid
where holder_id = :holder::uuid and purchase_id = :purchase::uuid

-- name: list_sums
-- What was given beyond what there was, by when it was sold.
select o.channel, o.store, o.kind, o.name, count(*) as purchases, sum(o.amount)::bigint as amount
from purchase_overrun o
where o.occurred_at >= :since::timestamptz and o.occurred_at < :until::timestamptz
  and (:store::text is null or o.store = :store::text)
group by o.channel, o.store, o.kind, o.name
order by o.channel, o.store, o.kind, o.name

-- name: list_page
-- The purchases behind such a sum, newest first, after a position; nobody known: no member.
select o.purchase_id, p.external_id, case when h.kind = 1 then h.holder_id end as member_id, o.channel,
  o.store, o.occurred_at, o.kind, o.name, o.amount
from purchase_overrun o
join purchase p on p.holder_id = o.holder_id and p.occurred_at = o.occurred_at
  and p.purchase_id = o.purchase_id
join holder h on h.holder_id = o.holder_id
where o.occurred_at >= :since::timestamptz and o.occurred_at < :until::timestamptz
  and (o.occurred_at, o.purchase_id, o.kind, o.name)
    < (:before_at::timestamptz, :before_purchase::uuid, :before_kind::smallint, :before_name::text)
  and (:channel::text is null or o.channel = :channel::text)
  and (:store::text is null or o.store = :store::text)
  and (:kind::smallint is null or o.kind = :kind::smallint)
  and (:name::text is null or o.name = :name::text)
order by o.occurred_at desc, o.purchase_id desc, o.kind desc, o.name desc
limit :limit::int

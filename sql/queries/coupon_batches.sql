-- name: insert_batch
-- The id is derived from client and key: whoever comes second finds the batch there.
insert into coupon_batch (
  batch_id, template, size, seed, imported, note, actor_kind, actor_id, recorded_at)
values (
  :batch::uuid, :template::text, :size::integer, :seed::bytea, :imported::boolean, :note::text,
  :actor_kind::smallint, :actor::text, :recorded_at::timestamptz)
on conflict (batch_id) do nothing

-- name: find_batch
select b.batch_id, b.template, b.size, b.seed, b.imported, b.done, b.note, b.recorded_at
from coupon_batch b
where b.batch_id = :batch::uuid

-- name: lock_batch
-- One at a time goes on with a batch.
select b.done
from coupon_batch b
where b.batch_id = :batch::uuid
for no key update

-- name: find_last_number
-- After the lock, in a statement of its own: a fresh snapshot sees what the one before wrote.
select c.batch_no
from coupon c
where c.batch_id = :batch::uuid
order by c.batch_no desc
limit 1

-- name: update_done
update coupon_batch
set done = :done::integer
where batch_id = :batch::uuid

-- name: list_numbers
-- The next numbers of a batch, for its export. A number whose code was another coupon's is missing.
select c.batch_no
from coupon c
where c.batch_id = :batch::uuid and c.batch_no > :after::integer
order by c.batch_no
limit :limit::integer

-- name: list_known
-- Whose the codes of an import are now.
select c.digest, c.template, c.batch_id
from coupon c
where c.digest = any(:digests::bytea[])

-- name: insert_batch_coupons
-- Sorted by key, as all inserts of many rows; a code that is there already stays whose it is.
insert into coupon (
  digest, coupon_id, template, batch_id, batch_no, tail, until_at, uses_max, issued_at)
select u.digest, u.coupon_id, :template::text, :batch::uuid, u.batch_no, u.tail, :until_at::timestamptz,
  :uses_max::integer, :issued_at::timestamptz
from unnest(:digests::bytea[], :coupons::uuid[], :numbers::integer[], :tails::text[])
  as u (digest, coupon_id, batch_no, tail)
order by u.digest
on conflict (digest) do nothing

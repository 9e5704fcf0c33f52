-- name: list_coupons
-- Coupons by their codes, without a lock: for reads.
select c.digest, c.coupon_id, c.template, c.batch_id, c.tail, c.holder_id, c.origin_op, c.rule,
  c.from_at, c.until_at, c.uses_max, c.used, c.voided_at, c.issued_at, c.taken_by
from coupon c
where c.digest = any(:digests::bytea[])

-- name: find_digest
-- The code of a coupon that is named by its id.
select c.digest
from coupon c
where c.coupon_id = :coupon::uuid

-- name: lock_coupons
-- After the holders and before the slots, in one order, waiting.
select c.digest, c.coupon_id, c.template, c.batch_id, c.tail, c.holder_id, c.origin_op, c.rule,
  c.from_at, c.until_at, c.uses_max, c.used, c.voided_at, c.issued_at, c.taken_by
from coupon c
where c.digest = any(:digests::bytea[])
order by c.digest
for no key update

-- name: count_held
-- Uses that open holds other than the asker's own have of codes; overdue ones do not count.
select u.n, count(h.hold_id) as held
from unnest(:ns::integer[], :digests::bytea[], :buts::uuid[]) as u (n, digest, but)
left join coupon_hold h on h.digest = u.digest and h.due_at > :now::timestamptz
  and h.hold_id is distinct from u.but
group by u.n

-- name: update_used
-- Uses made (positive) or given back (negative); the constraint coupon_uses is the last wall.
update coupon c
set used = c.used + u.uses
from unnest(:digests::bytea[], :uses::integer[]) as u (digest, uses)
where c.digest = u.digest

-- name: update_voided
-- By hand: no return gives it again.
update coupon c
set voided_at = :voided_at::timestamptz, taken_by = null
where c.digest = any(:digests::bytea[])

-- name: update_taken
-- By a return or a move of the purchase that gave them, or when a use of such a one comes back.
update coupon c
set voided_at = u.voided_at, taken_by = u.taken_by
from unnest(:digests::bytea[], :voided::timestamptz[], :taken::uuid[])
  as u (digest, voided_at, taken_by)
where c.digest = u.digest

-- name: insert_coupons
-- Personal ones; sorted by key.
insert into coupon (
  digest, coupon_id, template, tail, holder_id, origin_op, rule, from_at, until_at, uses_max, issued_at)
select u.digest, u.coupon_id, u.template, u.tail, u.holder_id, u.origin_op, u.rule, u.from_at,
  u.until_at, u.uses_max, u.issued_at
from unnest(
  :digests::bytea[], :coupons::uuid[], :templates::text[], :tails::text[], :holders::uuid[],
  :ops::uuid[], :rules::text[], :from_ats::timestamptz[], :until_ats::timestamptz[],
  :uses_max::integer[], :issued::timestamptz[])
  as u (digest, coupon_id, template, tail, holder_id, origin_op, rule, from_at, until_at, uses_max,
    issued_at)
order by u.digest

-- name: list_open
-- What members may have to spend at the instant: neither void nor used up nor over.
select c.digest, c.coupon_id, c.template, c.batch_id, c.tail, c.holder_id, c.origin_op, c.rule,
  c.from_at, c.until_at, c.uses_max, c.used, c.voided_at, c.issued_at, c.taken_by
from coupon c
where c.holder_id = any(:holders::uuid[]) and c.voided_at is null and c.used < c.uses_max
  and (c.until_at is null or c.until_at > :at::timestamptz)
order by c.issued_at, c.coupon_id

-- name: list_page
-- A page of a member's list, newest first, after a position.
select c.digest, c.coupon_id, c.template, c.batch_id, c.tail, c.holder_id, c.origin_op, c.rule,
  c.from_at, c.until_at, c.uses_max, c.used, c.voided_at, c.issued_at, c.taken_by
from coupon c
where c.holder_id = :holder::uuid
  and (c.issued_at, c.coupon_id) < (:issued_at::timestamptz, :coupon::uuid)
  and c.template <> all(:hidden::text[])
order by c.issued_at desc, c.coupon_id desc
limit :limit::int

-- name: list_issued
-- What purchases or operations of holders gave.
select c.digest, c.coupon_id, c.template, c.batch_id, c.tail, c.holder_id, c.origin_op, c.rule,
  c.from_at, c.until_at, c.uses_max, c.used, c.voided_at, c.issued_at, c.taken_by
from unnest(:holders::uuid[], :ops::uuid[]) as u (holder_id, op)
join coupon c on c.holder_id = u.holder_id and c.origin_op = u.op
order by c.issued_at, c.coupon_id

-- name: insert_uses
insert into coupon_use (holder_id, template, occurred_at, purchase_id, position, digest, overrun)
select u.holder_id, u.template, u.occurred_at, u.purchase_id, u.position, u.digest, u.overrun
from unnest(
  :holders::uuid[], :templates::text[], :occurred::timestamptz[], :purchases::uuid[],
  :positions::smallint[], :digests::bytea[], :overruns::boolean[])
  as u (holder_id, template, occurred_at, purchase_id, position, digest, overrun)

-- name: update_uses_given_back
-- Uses that come back with a return: they count no more.
update coupon_use x
set given_back_at = :given_back_at::timestamptz
from unnest(
  :holders::uuid[], :templates::text[], :occurred::timestamptz[], :purchases::uuid[],
  :positions::smallint[]) as u (holder_id, template, occurred_at, purchase_id, position)
where x.holder_id = u.holder_id and x.template = u.template and x.occurred_at = u.occurred_at
  and x.purchase_id = u.purchase_id and x.position = u.position and x.given_back_at is null

-- name: update_recoveries
-- Units are taken for uses (the operation), or (none) are with the member again.
update coupon_use x
set recovery = u.recovery
from unnest(
  :holders::uuid[], :templates::text[], :occurred::timestamptz[], :purchases::uuid[],
  :positions::smallint[], :recoveries::uuid[])
  as u (holder_id, template, occurred_at, purchase_id, position, recovery)
where x.holder_id = u.holder_id and x.template = u.template and x.occurred_at = u.occurred_at
  and x.purchase_id = u.purchase_id and x.position = u.position

-- name: list_uses
-- The uses of a template on purchases.
select x.holder_id, x.template, x.occurred_at, x.purchase_id, x.position, x.digest, x.overrun,
  x.given_back_at, x.recovery
from unnest(:holders::uuid[], :templates::text[], :occurred::timestamptz[], :purchases::uuid[])
  as u (holder_id, template, occurred_at, purchase_id)
join coupon_use x on x.holder_id = u.holder_id and x.template = u.template
  and x.occurred_at = u.occurred_at and x.purchase_id = u.purchase_id
order by x.holder_id, x.template, x.occurred_at, x.purchase_id, x.position

-- name: count_uses
-- Uses of templates by members within spans, and what their open holds will use. A hold counts by
-- the instant it pins.
select u.n,
  (select count(*) from coupon_use x
    where x.holder_id = u.holder_id and x.template = u.template and x.given_back_at is null
      and (u.since is null or x.occurred_at > u.since)
      and (u.until is null or x.occurred_at < u.until))
  + (select count(*) from hold h
    join hold_item i on i.holder_id = h.holder_id and i.hold_id = h.hold_id
    where h.holder_id = u.holder_id and h.state = 0 and h.due_at > :now::timestamptz
      and h.hold_id is distinct from u.but and i.kind = 2 and i.name = u.template
      and (u.since is null or h.created_at > u.since)
      and (u.until is null or h.created_at < u.until)) as uses
from unnest(
  :ns::integer[], :holders::uuid[], :templates::text[], :since::timestamptz[], :until::timestamptz[],
  :buts::uuid[]) as u (n, holder_id, template, since, until, but)

-- name: insert_holds
insert into coupon_hold (digest, hold_id, due_at)
select u.digest, u.hold_id, u.due_at
from unnest(:digests::bytea[], :holds::uuid[], :dues::timestamptz[]) as u (digest, hold_id, due_at)
order by u.digest, u.hold_id

-- name: delete_holds
delete from coupon_hold h
using unnest(:digests::bytea[], :holds::uuid[]) as u (digest, hold_id)
where h.digest = u.digest and h.hold_id = u.hold_id

-- name: update_hold_dues
update coupon_hold h
set due_at = u.due_at
from unnest(:digests::bytea[], :holds::uuid[], :dues::timestamptz[]) as u (digest, hold_id, due_at)
where h.digest = u.digest and h.hold_id = u.hold_id

-- name: update_uses_holder
update coupon_use
set holder_id = :new_holder::uuid
where holder_id = :holder::uuid and purchase_id = :purchase::uuid

-- name: list_uses_of_codes
-- Where personal coupons were used: by their owner, so the key of uses finds them.
select u.holder_id, u.template, u.occurred_at, u.purchase_id, u.position, u.digest, u.overrun,
  u.given_back_at, u.recovery
from unnest(:holders::uuid[], :templates::text[], :digests::bytea[]) as c (holder_id, template, digest)
join coupon_use u on u.holder_id = c.holder_id and u.template = c.template and u.digest = c.digest
where u.given_back_at is null

-- name: pass_coupons
-- Personal coupons of a holder are another's: all, or those whose home is one of some and those that
-- some operations gave, which are whose these are. Locked in the order in which all lock them.
with c as (
  select i.digest
  from coupon i
  where i.holder_id = :holder::uuid
    and (:homes::uuid[] is null or i.home_id = any(:homes) or i.origin_op = any(:operations::uuid[]))
  order by i.digest
  for no key update)
update coupon u
set holder_id = :to::uuid, home_id = nullif(coalesce(
  u.home_id,
  (select f.home_id
    from unnest(:operations::uuid[], :operation_homes::uuid[]) as f (op_id, home_id)
    where f.op_id = u.origin_op limit 1),
  :holder::uuid), :to)
from c
where u.digest = c.digest

-- name: pass_coupon_uses
update coupon_use u
set holder_id = :to::uuid
where u.holder_id = :holder::uuid and (:purchases::uuid[] is null or u.purchase_id = any(:purchases))

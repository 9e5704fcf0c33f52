-- name: insert_badges
-- Who has one of the kind keeps the one there is; answers what was given.
insert into badge_given (holder_id, badge, op_id, rule, given_at, recorded_at)
select u.holder_id, u.badge, u.op_id, u.rule, u.given_at, u.recorded_at
from unnest(
  :holders::uuid[], :badges::smallint[], :ops::uuid[], :rules::text[], :given::timestamptz[],
  :recorded::timestamptz[]) as u (holder_id, badge, op_id, rule, given_at, recorded_at)
order by u.holder_id, u.badge
on conflict do nothing
returning holder_id, badge, op_id

-- name: list_badges
-- What a member has, the first given first.
select b.holder_id, b.badge, b.op_id, b.rule, b.given_at
from badge_given b
where b.holder_id = any(:holders::uuid[]) and b.taken_at is null
order by b.given_at, b.badge

-- name: update_taken
-- What is not deserved any more once something came back.
update badge_given b
set taken_at = :taken_at::timestamptz, taken_by = :taken_by::uuid
from unnest(:ops::uuid[], :badges::smallint[]) as u (op_id, badge)
where b.holder_id = :holder::uuid and b.op_id = u.op_id and b.badge = u.badge and b.taken_at is null

-- name: pass_badges
-- All of a holder are another's, or some; of a kind that the other has, one that counts stays where it
-- is: nobody has two.
update badge_given b
set holder_id = :to::uuid, home_id = nullif(coalesce(
  b.home_id,
  (select f.home_id
    from unnest(:operations::uuid[], :operation_homes::uuid[]) as f (op_id, home_id)
    where f.op_id = b.op_id limit 1),
  :holder::uuid), :to)
where b.holder_id = :holder
  and (:homes::uuid[] is null or b.home_id = any(:homes) or b.op_id = any(:operations::uuid[]))
  and not exists (
    select from badge_given o
    where o.holder_id = :to and o.badge = b.badge and (
      o.op_id = b.op_id or (o.taken_at is null and b.taken_at is null)))

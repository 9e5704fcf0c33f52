-- name: list_open_segments
-- What a member belongs to now, as far as it is written down.
select s.holder_id, s.segment, s.from_at
from segment_span s
where s.holder_id = any(:holders::uuid[]) and s.until_at is null

-- name: list_checks
-- Up to when members were looked at.
select c.holder_id, c.due_at, c.checked_at, c.is_marked
from segment_check c
where c.holder_id = any(:holders::uuid[])

-- name: insert_segment_spans
-- They belong to it from then on, or did for a while; again, if it ended at the very instant at which it began.
insert into segment_span (holder_id, segment, from_at, until_at, recorded_at)
select u.holder_id, u.segment, u.from_at, u.until_at, :now::timestamptz
from unnest(
  :holders::uuid[], :segments::smallint[], :froms::timestamptz[], :untils::timestamptz[])
  as u (holder_id, segment, from_at, until_at)
on conflict (holder_id, segment, from_at) do update set until_at = excluded.until_at

-- name: update_segment_ends
-- They do not any more.
update segment_span s
set until_at = greatest(s.from_at, u.until_at)
from unnest(:holders::uuid[], :segments::smallint[], :untils::timestamptz[])
  as u (holder_id, segment, until_at)
where s.holder_id = u.holder_id and s.segment = u.segment and s.until_at is null

-- name: insert_checks
-- Looked at: what is due before that is done with.
insert into segment_check (holder_id, due_at, checked_at, is_marked)
select u.holder_id, u.due_at, u.checked_at, u.is_marked
from unnest(:holders::uuid[], :dues::timestamptz[], :checked::timestamptz[], :marked::boolean[])
  as u (holder_id, due_at, checked_at, is_marked)
on conflict (holder_id) do update
set due_at = excluded.due_at, checked_at = excluded.checked_at, is_marked = excluded.is_marked

-- name: insert_marks
-- To be looked at: never later than was asked for before. What was due before that is looked at as
-- of its own instant, so a mark is kept besides: it asks for the present.
insert into segment_check (holder_id, due_at, is_marked)
select u.holder_id, u.due_at, :marked::boolean
from unnest(:holders::uuid[], :dues::timestamptz[]) as u (holder_id, due_at)
order by u.holder_id
on conflict (holder_id) do update
set due_at = least(segment_check.due_at, excluded.due_at),
  is_marked = segment_check.is_marked or excluded.is_marked

-- name: lock_due_checks
-- Each worker takes others, and nobody is waited for: a member who is locked is looked at later. It
-- is the holders that are locked, not the checks: whoever writes to a member has the holder, and so
-- never waits for a check while somebody here waits for a club.
select c.holder_id
from segment_check c
join holder h on h.holder_id = c.holder_id
where c.due_at <= :now::timestamptz
order by c.due_at
limit :limit::integer
for no key update of h skip locked

-- name: lock_sweep
-- One worker at a time goes on with a version's sweep.
select s.after_id, s.done_at
from program_sweep s
where s.version = :version::integer
for update skip locked

-- name: insert_sweep
-- Everybody is to be looked at.
insert into program_sweep (version, recorded_at)
values (:version::integer, :now::timestamptz)
on conflict (version) do nothing

-- name: list_sweeps_done
-- Versions everybody was marked for; reads the whole table, which has a row for each.
select s.version
from program_sweep s
where s.done_at is not null

-- name: list_members_after
-- In the order of ids, so that a stopped sweep goes on where it was.
select m.holder_id
from member m
where m.holder_id > :after::uuid
order by m.holder_id
limit :limit::integer

-- name: update_sweep
-- So far.
update program_sweep s
set after_id = :after::uuid, done_at = :done_at::timestamptz
where s.version = :version::integer

-- name: update_checks_off
-- Nothing is due of who was merged into another member, or forgotten.
update segment_check c
set due_at = null, is_marked = false
where c.holder_id = any(:holders::uuid[])

-- name: update_all_ends
-- Members are another one now, or forgotten, and in no segment by themselves.
update segment_span s
set until_at = greatest(s.from_at, :at::timestamptz)
where s.holder_id = any(:holders::uuid[]) and s.until_at is null

-- name: insert_kept_rules
-- For whom a club's rule was true is known of the other one too, so that what it brought about ends
-- once it is not.
insert into segment_span (holder_id, segment, from_at, recorded_at)
select :to::uuid, s.segment, :at::timestamptz, :at
from segment_span s
where s.holder_id = :holder::uuid and s.segment < 0 and s.until_at is null
  and not exists (
    select from segment_span o
    where o.holder_id = :to and o.segment = s.segment and o.until_at is null)
on conflict (holder_id, segment, from_at) do update set until_at = null

-- name: insert_checks_again
-- What was true before is not looked at with what is known of them now.
insert into segment_check (holder_id, due_at, checked_at, is_marked)
select u.holder_id, :at::timestamptz, :at, true
from unnest(:holders::uuid[]) as u (holder_id)
order by u.holder_id
on conflict (holder_id) do update
set checked_at = excluded.checked_at, due_at = excluded.due_at, is_marked = true

-- name: list_run
-- Which occasions were decided before, under the lock of their holders.
select r.holder_id, r.trigger, r.ref
from unnest(:holders::uuid[], :triggers::text[], :refs::text[]) as u (holder_id, trigger, ref)
join trigger_run r on r.holder_id = u.holder_id and r.trigger = u.trigger and r.ref = u.ref

-- name: insert_runs
-- A second decision of one occasion breaks the key: nothing is given twice, even if the code is wrong.
insert into trigger_run (
  holder_id, trigger, ref, op_id, program_version, engine, occurred_at, recorded_at, cause, facts, decision)
select u.holder_id, u.trigger, u.ref, u.op_id, u.program_version, u.engine, u.occurred_at,
  u.recorded_at, u.cause, u.facts, u.decision
from unnest(
  :holders::uuid[], :triggers::text[], :refs::text[], :ops::uuid[], :versions::integer[],
  :engines::smallint[], :occurred::timestamptz[], :recorded::timestamptz[], :causes::uuid[],
  :facts::bytea[], :decisions::bytea[])
  as u (holder_id, trigger, ref, op_id, program_version, engine, occurred_at, recorded_at, cause,
    facts, decision)

-- name: list_caused
-- What was given because of these purchases of one holder, and still stands; with what was given
-- since for tiers, for clubs that a rule opened, and for segments by other purchases: these may have
-- counted for them too.
select r.holder_id, r.trigger, r.ref, r.op_id, r.program_version, r.engine, r.occurred_at,
  r.recorded_at, r.cause, r.facts, r.decision, u.cause as purchase_id
from unnest(:holders::uuid[], :causes::uuid[], :since::timestamptz[]) as u (holder_id, cause, since)
join trigger_run r on r.holder_id = u.holder_id and r.undone_by is null
  and (r.cause = u.cause or r.occurred_at >= u.since and (
    r.trigger ^@ 'tier_change:' or r.trigger ^@ 'segment_' and r.cause is not null
    or r.trigger ^@ 'club_join:' and (
      select s.kind = 2 from club_span s
      where s.holder_id = r.holder_id and s.span_id::text = r.ref)))
order by r.occurred_at, r.trigger, r.ref

-- name: update_undone
update trigger_run r
set undone_by = :by::uuid
where r.holder_id = :holder::uuid and r.op_id = any(:ops::uuid[]) and r.undone_by is null

-- name: insert_due
-- Left to the job; what is there already is the same.
insert into occasion_due (holder_id, trigger, ref, occurred_at, recorded_at, occasion)
select u.holder_id, u.trigger, u.ref, u.occurred_at, u.recorded_at, u.occasion
from unnest(
  :holders::uuid[], :triggers::text[], :refs::text[], :occurred::timestamptz[],
  :recorded::timestamptz[], :occasions::bytea[])
  as u (holder_id, trigger, ref, occurred_at, recorded_at, occasion)
order by u.holder_id, u.trigger, u.ref
on conflict do nothing

-- name: list_due_holders
-- Whom the job looks after next, those who wait longest first. Without a lock: it locks the holders.
select d.holder_id
from (select o.holder_id, o.recorded_at from occasion_due o order by o.recorded_at, o.holder_id limit :rows::int) d
group by d.holder_id
order by min(d.recorded_at), d.holder_id

-- name: list_due
-- All that is left of some holders, read again under their locks, in the order in which it happened.
select o.holder_id, o.occasion
from occasion_due o
where o.holder_id = any(:holders::uuid[])
order by o.occurred_at, o.trigger, o.ref

-- name: delete_due
delete from occasion_due o
using unnest(:holders::uuid[], :triggers::text[], :refs::text[]) as u (holder_id, trigger, ref)
where o.holder_id = u.holder_id and o.trigger = u.trigger and o.ref = u.ref

-- name: insert_schedule
-- A kind of occasion that rules ask about for the first time.
insert into schedule (trigger, done_on)
values (:trigger::text, :done_on::date)
on conflict do nothing

-- name: lock_schedule
-- One worker at a time goes through a day; another one has something else to do meanwhile.
select s.done_on, s.done_to
from schedule s
where s.trigger = :trigger::text
for update skip locked

-- name: update_schedule
update schedule
set done_on = :done_on::date, done_to = :done_to::uuid
where trigger = :trigger::text

-- name: list_born
-- Whose birthday a day is, in order of id after one of them; those who are merged have none.
select p.holder_id
from member_profile p
join holder h on h.holder_id = p.holder_id and h.merged_into is null
where p.born = any(:days::smallint[]) and p.holder_id > :after::uuid
order by p.holder_id
limit :rows::int

-- name: get_first_enrolled
select min(m.enrolled_at) from member m

-- name: list_enrolled
-- Who enrolled on one of these days, each from its start until its end; in order of id after one.
select m.holder_id
from unnest(:since::timestamptz[], :until::timestamptz[]) as u (since, until)
join member m on m.enrolled_at >= u.since and m.enrolled_at < u.until
join holder h on h.holder_id = m.holder_id and h.merged_into is null and h.erased_at is null
where m.holder_id > :after::uuid
order by m.holder_id
limit :rows::int

-- name: list_expiring
-- Whose units of a wallet lapse in a span, and how many, in order of id after one. Something of
-- theirs is due before the end of it, so few holders are looked at.
select l.holder_id, sum(l.remaining)::bigint as amount
from holder h
join lot l on l.holder_id = h.holder_id and l.wallet = :wallet::smallint and l.remaining > 0
  and l.expires_at >= :since::timestamptz and l.expires_at < :until::timestamptz
where h.next_due < :until and h.kind = 1 and h.holder_id > :after::uuid
group by l.holder_id
order by l.holder_id
limit :rows::int

-- name: list_homed_runs
-- What was decided because of some operations, or for whose home is one of some, with whose it is.
select r.op_id, coalesce(r.home_id, f.home_id) as home_id
from trigger_run r
left join unnest(:operations::uuid[], :operation_homes::uuid[]) as f (op_id, home_id)
  on f.op_id = r.cause
where r.holder_id = :holder::uuid and (r.home_id = any(:homes::uuid[]) or f.op_id is not null)

-- name: pass_runs
-- All of a holder are another's, or some; one that the other has of the same occasion stays where it
-- is, for each is decided once.
update trigger_run r
set holder_id = :to::uuid, home_id = nullif(coalesce(
  r.home_id,
  (select f.home_id
    from unnest(:operations::uuid[], :operation_homes::uuid[]) as f (op_id, home_id)
    where f.op_id = r.op_id limit 1),
  :holder::uuid), :to)
where r.holder_id = :holder and (not :some::boolean or r.op_id = any(:operations::uuid[]))
  and not exists (
    select from trigger_run o
    where o.holder_id = :to and o.trigger = r.trigger and o.ref = r.ref)

-- name: pass_occasions
-- What is left to the job is asked of whom the member is now.
insert into occasion_due (holder_id, trigger, ref, occurred_at, recorded_at, occasion)
select :to::uuid, d.trigger, d.ref, d.occurred_at, d.recorded_at, d.occasion
from occasion_due d
where d.holder_id = :holder::uuid
on conflict do nothing

-- name: delete_occasions_of
delete from occasion_due
where holder_id = :holder::uuid

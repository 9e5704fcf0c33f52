-- name: lock_holders
-- The first statement of every batch. Ordered, so that no two batches deadlock; skip locked, so that
-- none waits: who is not returned goes to the slow lane. The clock of the transaction and the newest
-- program version are read with it. (On Citus: update holder … returning, see distributed.md.)
select
  h.holder_id, h.kind, h.merged_into, h.version, h.next_due, h.settled_at, h.recorded_at,
  h.kin, h.erased_at, clock_timestamp() as now, (select max(version) from program_version) as program
from holder h
where h.holder_id = any(:holders::uuid[])
order by h.holder_id
for no key update of h skip locked

-- name: lock_holders_waiting
-- The slow lane's form: waits for the holder, up to lock_timeout. The clock as above.
select
  h.holder_id, h.kind, h.merged_into, h.version, h.next_due, h.settled_at, h.recorded_at,
  h.kin, h.erased_at, clock_timestamp() as now, (select max(version) from program_version) as program
from holder h
where h.holder_id = any(:holders::uuid[])
order by h.holder_id
for no key update of h

-- name: find_holders
-- Holders named by id, before the lock.
select holder_id, kind, merged_into, version, erased_at
from holder
where holder_id = any(:holders::uuid[])

-- name: get_clock
-- PostgreSQL's clock, for what locks no holder.
select clock_timestamp() as now, (select max(version) from program_version) as program

-- name: list_ids_of
-- The holder somebody has become, first, and all who are that one now. PostgreSQL's clock comes
-- along, so that every process judges by one clock how old what was shown for it is.
select h.holder_id, h.kind, h.merged_into, h.version, h.erased_at, clock_timestamp() as read_at
from holder h
where h.holder_id = (
  select coalesce(o.merged_into, o.holder_id) from holder o where o.holder_id = :holder::uuid)
union all
select h.holder_id, h.kind, h.merged_into, h.version, h.erased_at, clock_timestamp() as read_at
from holder o
join holder h on h.merged_into = coalesce(o.merged_into, o.holder_id)
where o.holder_id = :holder::uuid

-- name: insert_holders
-- Sorted by key, as all inserts of many rows.
insert into holder (holder_id, kind, settled_at, recorded_at)
select u.holder_id, u.kind, u.settled_at, u.recorded_at
from unnest(:holders::uuid[], :kinds::smallint[], :settled::timestamptz[], :recorded::timestamptz[])
  as u (holder_id, kind, settled_at, recorded_at)
order by u.holder_id

-- name: insert_missing_holders
-- Holders that are known by something of their own, such as a checkout; sorted by key.
insert into holder (holder_id, kind, settled_at, recorded_at)
select u.holder_id, :kind::smallint, :settled::timestamptz, :recorded::timestamptz
from unnest(:holders::uuid[]) as u (holder_id)
order by u.holder_id
on conflict (holder_id) do nothing
returning holder_id

-- name: update_holders
-- One write per holder and batch: all columns are worked out under the lock.
update holder h
set version = u.version, next_due = u.next_due, settled_at = u.settled_at, recorded_at = u.recorded_at
from unnest(
  :holders::uuid[], :versions::bigint[], :dues::timestamptz[], :settled::timestamptz[],
  :recorded::timestamptz[]) as u (holder_id, version, next_due, settled_at, recorded_at)
where h.holder_id = u.holder_id

-- name: list_due
-- Holders with something due, for the settling job; oldest first.
select holder_id
from holder
where next_due <= :at::timestamptz
order by next_due
limit :limit::int

-- name: list_states
-- Holders as they are, unlocked: for reads. With the clock, so that what is due shows.
select
  h.holder_id, h.kind, h.merged_into, h.version, h.next_due, h.settled_at, h.recorded_at,
  h.kin, h.erased_at, clock_timestamp() as now
from holder h
where h.holder_id = any(:holders::uuid[])

-- name: find_changed
-- Of holders seen at a version, those that are at another one now, and the clock. The hottest read:
-- it takes its lists as text, which the driver sends as it is, and mostly there is nothing to answer.
select
  clock_timestamp() as now,
  array(
    select u.holder_id
    from unnest(
      string_to_array(:holders::text, ',')::uuid[], string_to_array(:versions::text, ',')::bigint[])
      as u (holder_id, version)
    left join holder h on h.holder_id = u.holder_id
    where h.version is distinct from u.version) as changed

-- name: list_held
-- Holders of whom something waits: from which version on, and how much.
select d.holder_id, min(d.version) as version, count(*) as events
from delivery d
where d.endpoint_id = :endpoint::uuid and d.state = 0
group by d.holder_id

-- name: list_waiting
-- Everything that waits of holders whose turn has come, in order, with the events as they are now.
select d.holder_id, d.version, d.event_id, d.attempts, d.failed_at, o.body
from delivery d
left join outbox o on o.holder_id = d.holder_id and o.version = d.version
where d.endpoint_id = :endpoint::uuid and d.state = 0 and d.holder_id in (
  select i.holder_id
  from delivery i
  where i.endpoint_id = :endpoint and i.state = 0 and i.next_at <= :at::timestamptz
  order by i.next_at
  limit :holders::integer)
order by d.holder_id, d.version

-- name: insert_deliveries
-- One that waits or is dead already stays what it is: a replay came across it. But a dead one that the
-- replay finds behind another that waits was not tried, so it waits too. The stream and a replay may
-- bring the same event: the one that was tried counts.
insert into delivery (
  endpoint_id, holder_id, version, event_id, state, attempts, failed_at, next_at, last_status, last_answer)
select distinct on (u.holder_id, u.version)
  :endpoint::uuid, u.holder_id, u.version, u.event_id, u.state, u.attempts, :at::timestamptz, u.next_at, u.last_status,
  u.last_answer
from unnest(
  :holders::uuid[], :versions::bigint[], :events::uuid[], :states::smallint[], :attempts::smallint[],
  :next_at::timestamptz[], :statuses::smallint[], :answers::text[])
  as u (holder_id, version, event_id, state, attempts, next_at, last_status, last_answer)
order by u.holder_id, u.version, u.attempts desc
on conflict (endpoint_id, holder_id, version) do update
set state = 0, attempts = 0, next_at = null, failed_at = excluded.failed_at
where delivery.state = 1 and excluded.state = 0 and excluded.attempts = 0

-- name: update_deliveries
-- What came of those that had waited, and whose turn is next.
update delivery d
set state = u.state, attempts = u.attempts, next_at = u.next_at,
  last_status = coalesce(u.last_status, d.last_status), last_answer = coalesce(u.last_answer, d.last_answer)
from unnest(
  :holders::uuid[], :versions::bigint[], :states::smallint[], :attempts::smallint[], :next_at::timestamptz[],
  :statuses::smallint[], :answers::text[])
  as u (holder_id, version, state, attempts, next_at, last_status, last_answer)
where d.endpoint_id = :endpoint::uuid and d.holder_id = u.holder_id and d.version = u.version

-- name: delete_deliveries
-- Those that were taken after all.
delete from delivery d
using unnest(:holders::uuid[], :versions::bigint[]) as u (holder_id, version)
where d.endpoint_id = :endpoint::uuid and d.holder_id = u.holder_id and d.version = u.version

-- name: update_heads
-- Of each holder the first that waits is tried when its time comes, or now: what it stood behind is
-- gone, perhaps while it was put there. Of the others none has a time of its own.
update delivery d
set next_at = case when f.is_first then :at::timestamptz end
from (
  select i.holder_id, i.version,
    i.version = min(i.version) over (partition by i.holder_id) as is_first
  from delivery i
  where i.endpoint_id = :endpoint::uuid and i.holder_id = any(:holders::uuid[]) and i.state = 0) f
where d.endpoint_id = :endpoint and d.holder_id = f.holder_id and d.version = f.version and d.state = 0
  and f.is_first = (d.next_at is null)

-- name: update_deliveries_now
-- Nobody waits for an endpoint that was set going again by hand.
update delivery
set next_at = :at::timestamptz
where endpoint_id = :endpoint::uuid and state = 0 and next_at is not null

-- name: list_dead
-- A page of dead letters by event.
select d.event_id, d.holder_id, d.version, coalesce(o.type, '') as type, d.attempts, d.failed_at, d.last_status, d.last_answer
from delivery d
left join outbox o on o.holder_id = d.holder_id and o.version = d.version
where d.endpoint_id = :endpoint::uuid and d.state = 1 and d.event_id > :after::uuid
order by d.event_id
limit :rows::integer

-- name: update_dead
-- Dead letters are tried again, from the first attempt on: those named, or the first of all. When, is
-- said by update_heads.
update delivery d
set state = 0, attempts = 0, next_at = null, failed_at = :at::timestamptz
from (
  select i.endpoint_id, i.event_id
  from delivery i
  where i.endpoint_id = :endpoint::uuid and i.state = 1
    and (cardinality(:events::uuid[]) = 0 or i.event_id = any(:events))
  order by i.event_id
  limit :rows::integer) u
where d.endpoint_id = u.endpoint_id and d.event_id = u.event_id and d.state = 1
returning d.holder_id

-- name: delete_deliveries_of
-- All of a removed endpoint.
delete from delivery
where endpoint_id = :endpoint::uuid

-- name: delete_dead
-- Dead letters that nobody has looked at for long.
delete from delivery
where state = 1 and failed_at < :before::timestamptz

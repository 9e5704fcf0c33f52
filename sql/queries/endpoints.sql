-- name: find_endpoint
-- By its id; a removed one is there no more.
select e.endpoint_id, e.version, e.name, e.state, e.url, e.types, e.channels, e.in_flight_max,
  e.format, e.personal, e.consent, e.secret, e.old_secret,
  e.old_secret_until, e.created_at, e.changed_at, e.ended_why, e.succeeded_at, e.failing_since, e.failures, e.next_at,
  e.last_status, e.last_answer
from endpoint e
where e.endpoint_id = :endpoint::uuid and e.state <> 4

-- name: lock_endpoint
-- Whoever changes an endpoint, or writes what a run has sent, waits for the others who do.
select e.endpoint_id, e.version, e.name, e.state, e.url, e.types, e.channels, e.in_flight_max,
  e.format, e.personal, e.consent, e.secret, e.old_secret,
  e.old_secret_until, e.created_at, e.changed_at, e.ended_why, e.succeeded_at, e.failing_since, e.failures, e.next_at,
  e.last_status, e.last_answer
from endpoint e
where e.endpoint_id = :endpoint::uuid and e.state <> 4
for no key update

-- name: list_endpoints
-- A page by name; there is no end of small endpoints, so it stops at the limit.
select e.endpoint_id, e.version, e.name, e.state, e.url, e.types, e.channels, e.in_flight_max,
  e.format, e.personal, e.consent, e.secret, e.old_secret,
  e.old_secret_until, e.created_at, e.changed_at, e.ended_why, e.succeeded_at, e.failing_since, e.failures, e.next_at,
  e.last_status, e.last_answer
from endpoint e
where e.name > :after::text and e.state <> 4
order by e.name
limit :rows::integer

-- name: list_behind
-- How far endpoints are behind; since: when the first event after the position was recorded. What is
-- refused is counted so far only.
select e.endpoint_id, coalesce(t.events, 0)::bigint as events, t.since, d.waiting, d.dead
from unnest(:endpoints::uuid[]) as e (endpoint_id)
cross join lateral (
  select sum(s.last_seq - i.position) as events, min(o.recorded_at) as since
  from endpoint_track i
  join outbox_shard s on s.shard = i.shard
  left join lateral (
    select x.recorded_at
    from outbox x
    where x.shard = i.shard and x.pub_seq > i.position
    order by x.pub_seq
    limit 1) o on true
  where i.endpoint_id = e.endpoint_id and i.track = 0) t
cross join lateral (
  select
    (select count(*) from (
      select from delivery i where i.endpoint_id = e.endpoint_id and i.state = 0 limit :counted::integer) w) as waiting,
    (select count(*) from (
      select from delivery i where i.endpoint_id = e.endpoint_id and i.state = 1 limit :counted) x) as dead) d

-- name: insert_endpoint
insert into endpoint (
  endpoint_id, name, state, url, types, channels, in_flight_max, format, personal, consent, secret, created_at, changed_at)
values (
  :endpoint::uuid, :name::text, :state::smallint, :url::text, :types::text[], :channels::text[],
  :in_flight_max::smallint, :format::smallint, :personal::text[], :consent::text, :secret::bytea, :at::timestamptz, :at)

-- name: update_endpoint
-- Of a locked endpoint all that people change.
update endpoint
set version = :version::bigint, name = :name::text, state = :state::smallint, url = :url::text, types = :types::text[],
  channels = :channels::text[], in_flight_max = :in_flight_max::smallint, personal = :personal::text[],
  consent = :consent::text, secret = :secret::bytea,
  old_secret = :old_secret::bytea, old_secret_until = :old_secret_until::timestamptz, changed_at = :changed_at::timestamptz,
  ended_why = :ended_why::text, succeeded_at = :succeeded_at::timestamptz, failing_since = :failing_since::timestamptz,
  failures = :failures::integer, next_at = :next_at::timestamptz, last_status = :last_status::smallint,
  last_answer = :last_answer::text
where endpoint_id = :endpoint::uuid

-- name: insert_tracks
-- Where an endpoint begins: behind the last event that has a place, or before the first.
insert into endpoint_track (endpoint_id, track, shard, position)
select :endpoint::uuid, 0, s.shard, case when :from_first::boolean then 0 else s.last_seq end
from outbox_shard s

-- name: insert_replay
insert into endpoint_replay (replay_id, endpoint_id, track, from_at, until_at, asked_at)
values (
  :replay::uuid, :endpoint::uuid, 1, :from_at::timestamptz, :until_at::timestamptz, :at::timestamptz)

-- name: insert_replay_tracks
-- The places in between; shards without any are left out.
insert into endpoint_track (endpoint_id, track, shard, position, to_seq)
select :endpoint::uuid, 1, u.shard, u.after, u.last
from unnest(:shards::smallint[], :after::bigint[], :last::bigint[]) as u (shard, after, last)

-- name: find_replay
-- The one that goes on.
select r.replay_id, r.endpoint_id, r.track, r.from_at, r.until_at, r.asked_at, r.done_at
from endpoint_replay r
where r.endpoint_id = :endpoint::uuid and r.track = 1 and r.done_at is null

-- name: list_replays
-- A page, the newest first: their ids are in the order of time.
select r.replay_id, r.endpoint_id, r.track, r.from_at, r.until_at, r.asked_at, r.done_at
from endpoint_replay r
where r.endpoint_id = :endpoint::uuid and r.replay_id < :before::uuid
order by r.replay_id desc
limit :rows::integer

-- name: update_replay_done
-- Once nothing of it is left.
update endpoint_replay
set done_at = :at::timestamptz
where endpoint_id = :endpoint::uuid and track = 1 and done_at is null
  and not exists (
    select from endpoint_track t
    where t.endpoint_id = :endpoint and t.track = 1 and t.position < t.to_seq)

-- name: delete_tracks
-- Of a replay that is done.
delete from endpoint_track
where endpoint_id = :endpoint::uuid and track = 1

-- name: delete_tracks_of
-- All of a removed endpoint.
delete from endpoint_track
where endpoint_id = :endpoint::uuid

-- name: update_replays_ended
-- What a removed endpoint was still to be sent.
update endpoint_replay
set done_at = :at::timestamptz
where endpoint_id = :endpoint::uuid and done_at is null

-- name: lock_endpoints_due
-- Over the whole table, which is small: those with something to send, that nobody else has in hand.
select e.endpoint_id
from endpoint e
where e.state = 1 and (e.next_at is null or e.next_at <= :at::timestamptz)
  and (e.leased_until is null or e.leased_until <= :at)
  and (
    exists (
      select from endpoint_track t
      join outbox_shard s on s.shard = t.shard
      where t.endpoint_id = e.endpoint_id and t.position < coalesce(t.to_seq, s.last_seq))
    or exists (
      select from delivery d
      where d.endpoint_id = e.endpoint_id and d.state = 0 and d.next_at <= :at))
order by e.leased_until nulls first, e.endpoint_id
limit :rows::integer
for no key update of e skip locked

-- name: update_leases
-- Of locked endpoints.
update endpoint
set leased_by = :run::uuid, leased_until = :until::timestamptz
where endpoint_id = any(:endpoints::uuid[])

-- name: update_lease_ended
-- The run is over: the endpoint is free, and comes last among those that are.
update endpoint
set leased_until = :at::timestamptz
where endpoint_id = :endpoint::uuid and leased_by = :run::uuid

-- name: find_lease
-- Whether the locked endpoint is still this run's.
select e.leased_by = :run::uuid and e.leased_until > :at::timestamptz as is_ours
from endpoint e
where e.endpoint_id = :endpoint::uuid

-- name: list_due
-- What comes next on each track, a few of each shard; bodies only of types that are wanted.
select t.track, t.shard, o.pub_seq, o.holder_id, o.version, o.event_id, o.recorded_at, o.body
from endpoint_track t
join outbox_shard s on s.shard = t.shard
cross join lateral (
  select i.pub_seq, i.holder_id, i.version, i.event_id, i.recorded_at,
    case when i.type = any(:types::text[]) then i.body end as body
  from outbox i
  where i.shard = t.shard and i.pub_seq > t.position and i.pub_seq <= coalesce(t.to_seq, s.last_seq)
  order by i.pub_seq
  limit :rows::integer) o
where t.endpoint_id = :endpoint::uuid and t.position < coalesce(t.to_seq, s.last_seq)
order by t.track, t.shard, o.pub_seq

-- name: update_positions
-- Of a locked endpoint.
update endpoint_track t
set position = u.position
from unnest(:tracks::smallint[], :shards::smallint[], :positions::bigint[]) as u (track, shard, position)
where t.endpoint_id = :endpoint::uuid and t.track = u.track and t.shard = u.shard

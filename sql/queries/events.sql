-- name: insert_outbox
insert into outbox (holder_id, version, shard, event_id, type, body, occurred_at, recorded_at)
select u.holder_id, u.version, u.shard, u.event_id, u.type, u.body, u.occurred_at, u.recorded_at
from unnest(
  :holders::uuid[], :versions::bigint[], :shards::smallint[], :ids::uuid[], :types::text[],
  :bodies::bytea[], :occurred::timestamptz[], :recorded::timestamptz[])
  as u (holder_id, version, shard, event_id, type, body, occurred_at, recorded_at)

-- name: lock_shards
-- The shards that have something to order and that no other sequencer has in hand.
select s.shard, s.last_seq
from outbox_shard s
where exists (select from outbox o where o.shard = s.shard and o.pub_seq is null)
order by s.shard
for no key update of s skip locked

-- name: update_sequence
-- Gives the next places of each shard in the order recorded; recorded_at of a holder never falls, so
-- a holder's events keep their order whatever commits in between.
update outbox o
set pub_seq = n.pub_seq
from (
  select
    t.holder_id, t.version,
    s.last_seq + row_number() over (partition by t.shard order by t.recorded_at, t.holder_id, t.version) as pub_seq
  from unnest(:shards::smallint[], :last_seqs::bigint[]) as s (shard, last_seq)
  cross join lateral (
    select i.shard, i.recorded_at, i.holder_id, i.version
    from outbox i
    where i.shard = s.shard and i.pub_seq is null
    order by i.recorded_at, i.holder_id, i.version
    limit :limit::int) t) n
where o.holder_id = n.holder_id and o.version = n.version
returning o.shard, o.pub_seq

-- name: update_shards
update outbox_shard s
set last_seq = u.last_seq
from unnest(:shards::smallint[], :last_seqs::bigint[]) as u (shard, last_seq)
where s.shard = u.shard

-- name: list_events
-- What comes after a position in each shard; the shards take turns, so that none starves another.
select o.shard, o.pub_seq, o.body
from unnest(:shards::smallint[], :after::bigint[]) as s (shard, after)
cross join lateral (
  select i.shard, i.pub_seq, i.body
  from outbox i
  where i.shard = s.shard and i.pub_seq > s.after
  order by i.pub_seq
  limit :limit::int) o
order by o.pub_seq - s.after, o.shard
limit :limit::int

-- name: list_shards
-- All shards, which are few: the last place of each.
select s.shard, s.last_seq
from outbox_shard s
order by s.shard

-- name: list_recorded
-- When the event at a place of each shard was recorded.
select o.shard, o.recorded_at
from unnest(:shards::smallint[], :places::bigint[]) as s (shard, place)
join outbox o on o.shard = s.shard and o.pub_seq = s.place

-- name: list_after
-- What each holder's stream tells next: by the primary key, so many at most of each.
select s.holder_id, s.version as after, o.version, o.type, o.body
from unnest(:holders::uuid[], :versions::bigint[]) as s (holder_id, version)
cross join lateral (
  select i.version, i.type, i.body
  from outbox i
  where i.holder_id = s.holder_id and i.version > s.version
  order by i.version
  limit :limit::int) o
order by s.holder_id, s.version, o.version

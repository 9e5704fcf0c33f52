-- name: list_positions
-- All shards, which are few: where the sequencer is, and how far the sink was sent.
select s.shard, coalesce(p.position, 0) as position, s.last_seq
from outbox_shard s
left join sink_position p on p.shard = s.shard and p.sink = :sink::text
order by s.shard

-- name: list_after
-- What comes after a position; by outbox_published.
select o.pub_seq, o.event_id, o.type, o.body
from outbox o
where o.shard = :shard::smallint and o.pub_seq > :position::bigint
order by o.pub_seq
limit :limit::int

-- name: find_at
-- What a place of a shard is, and how far its sequencer is.
select s.last_seq, o.event_id
from outbox_shard s
left join outbox o on o.shard = s.shard and o.pub_seq = :place::bigint
where s.shard = :shard::smallint

-- name: update_position
-- Compare and set: of several relays that sent the same, one moves the position. No row yet: it was 0.
insert into sink_position as p (sink, shard, position, changed_at)
values (:sink::text, :shard::smallint, :to::bigint, :at::timestamptz)
on conflict (sink, shard) do update
set position = excluded.position, changed_at = excluded.changed_at
where p.position = :was::bigint

-- name: list_lags
-- All shards of the sinks, which are few: how many events each sink was not sent yet, and the oldest.
select u.sink, sum(s.last_seq - coalesce(p.position, 0))::bigint, min(o.recorded_at)
from unnest(:sinks::text[]) as u (sink)
cross join outbox_shard s
left join sink_position p on p.sink = u.sink and p.shard = s.shard
left join outbox o on o.shard = s.shard and o.pub_seq = coalesce(p.position, 0) + 1
group by u.sink
order by u.sink

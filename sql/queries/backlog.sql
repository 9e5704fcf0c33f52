-- name: list_waiting
-- What waits for jobs: how much, counted up to a limit, and since when. By partial indexes that hold
-- nothing but what waits.
select 'events_unplaced', count(*), (
  select min(f.recorded_at)
  from outbox_shard s
  cross join lateral (
    select o.recorded_at
    from outbox o
    where o.shard = s.shard and o.pub_seq is null
    order by o.recorded_at
    limit 1) f)
from (select from outbox o where o.pub_seq is null limit :most::int) w
union all
select 'holders_due', count(*), min(w.next_due)
from (
  select h.next_due
  from holder h
  where h.next_due <= :at::timestamptz
  order by h.next_due
  limit :most::int) w
union all
select 'occasions_waiting', count(*), min(w.recorded_at)
from (select d.recorded_at from occasion_due d order by d.recorded_at limit :most::int) w
union all
select 'deliveries_waiting', count(*), null
from (
  select from delivery d where d.state = 0 and d.next_at is not null limit :most::int) w
union all
select 'deliveries_dead', count(*), null
from (select from delivery d where d.state = 1 limit :most::int) w

-- name: list_endpoints
-- Endpoints, which are few, so the whole table: how far behind the stream each is that is active.
select
  e.state, e.failing_since,
  coalesce((
    select sum(s.last_seq - t.position)
    from endpoint_track t
    join outbox_shard s on s.shard = t.shard
    where t.endpoint_id = e.endpoint_id and t.track = 0 and e.state = 1), 0)::bigint
from endpoint e
where e.state <> 4

-- name: list_sinks
-- How far behind the stream each sink is: 64 rows a sink, so the whole table.
select k.sink, sum(s.last_seq - coalesce(p.position, 0))::bigint
from (select distinct d.sink from sink_position d) k
cross join outbox_shard s
left join sink_position p on p.sink = k.sink and p.shard = s.shard
group by k.sink
order by k.sink

-- name: list_sums
-- So many wallets after one, in the order of the key: sums by wallet, of how many, and the last of
-- all. Who asks until there are no more has looked at the whole table.
with part as materialized (
  select w.holder_id, w.wallet, w.posted, w.pending, w.held, w.debt
  from wallet w
  where (w.holder_id, w.wallet) > (:holder::uuid, :wallet::smallint)
  order by w.holder_id, w.wallet
  limit :limit::int)
select
  p.wallet, count(*), sum(p.posted)::bigint, sum(p.pending)::bigint, sum(p.held)::bigint,
  sum(p.debt)::bigint, l.holder_id, l.wallet
from part p
cross join (
  select o.holder_id, o.wallet from part o order by o.holder_id desc, o.wallet desc limit 1) l
group by p.wallet, l.holder_id, l.wallet
order by p.wallet

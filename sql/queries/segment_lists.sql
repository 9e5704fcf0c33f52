-- name: count_members_of_segments
-- How many belong to segments now, by the index of those who do.
select s.segment, count(*) as members
from segment_span s
where s.segment = any(:segments::smallint[]) and s.until_at is null
group by s.segment

-- name: list_members_of_segment
-- A page of those who belong to a segment, in the order of ids: nobody is told twice or left out
-- because others come and go meanwhile.
select s.holder_id, s.from_at
from segment_span s
where s.segment = :segment::smallint and s.until_at is null and s.holder_id > :after::uuid
order by s.holder_id
limit :limit::int

-- name: count_members
-- Reads the whole table; for whoever plans a new version. Who was merged or erased is in no segment.
select count(*)
from member m
join holder h on h.holder_id = m.holder_id and h.merged_into is null and h.erased_at is null

-- name: list_sampled
-- Members in the order of ids, all of them or a share by a hash of the id, which says nothing about
-- the member: ids themselves tell who came first.
select m.holder_id
from member m
join holder h on h.holder_id = m.holder_id and h.merged_into is null and h.erased_at is null
where m.holder_id > :after::uuid
  and ('x' || left(md5(m.holder_id::text), 8))::bit(32)::bigint < :below::bigint
order by m.holder_id
limit :limit::int

-- name: list_wrong_segment_spans
-- A member's times in a segment for a range of members: they do not overlap, and whoever belongs to
-- one has been looked at.
with
s as (
  select i.holder_id, i.segment, i.from_at, i.until_at,
    lag(coalesce(i.until_at, 'infinity')) over (
      partition by i.holder_id, i.segment order by i.from_at) as before
  from segment_span i
  where i.holder_id between :low::uuid and :high::uuid),
found as (
  select s.holder_id, s.segment, s.from_at, array_remove(array[
    case when s.before > s.from_at then format('since %s, but until then they belonged to it', s.from_at) end,
    case when s.until_at is null and c.checked_at is null
      then 'they belong to it, but were never looked at' end], null) as wrong
  from s
  left join segment_check c on c.holder_id = s.holder_id)
select f.holder_id, 'segment ' || f.segment as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id, f.segment, f.from_at

-- name: list_looked_at
-- Members of a range who have been looked at since an instant, of whom time has changed nothing
-- since and nothing waits, with what they belong to by number.
select c.holder_id, array(
  select s.segment
  from segment_span s
  where s.holder_id = c.holder_id and s.until_at is null) as belongs
from segment_check c
join holder h on h.holder_id = c.holder_id and h.merged_into is null and h.erased_at is null
where c.holder_id between :low::uuid and :high::uuid
  and (c.due_at is null or c.due_at > :now::timestamptz)
  and c.checked_at >= :since::timestamptz and c.checked_at <= :now
order by c.holder_id

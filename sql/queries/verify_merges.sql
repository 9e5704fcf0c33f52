-- name: count_merges
-- Merges into members of a range.
select count(*) as merges
from member_merge m
where m.holder_id between :low::uuid and :high::uuid

-- name: list_wrong_merges
-- For a range of holders: what a merge, or its undoing, moved is the same at both ends, lot by lot; it
-- is an operation of both, and the old one is found where it says.
with
m as (
  select i.holder_id, i.op_id, i.old_id, i.ended_by, i.op_id as moved_by, i.old_id as from_id,
    i.holder_id as to_id
  from member_merge i
  where i.holder_id between :low::uuid and :high::uuid
  union all
  select i.holder_id, i.op_id, i.old_id, i.ended_by, i.ended_by, s.from_id, i.old_id
  from member_merge i
  cross join lateral ( -- who it was by then: the one it was merged into may have been merged on
    select o.holder_id as from_id
    from operation o
    where o.op_id = i.ended_by and o.holder_id <> i.old_id) s
  where i.holder_id between :low::uuid and :high::uuid),
found as (
  select m.holder_id, m.moved_by, array_remove(array[
    case when (
      select count(*) from operation o
      where o.op_id = m.moved_by and o.holder_id in (m.from_id, m.to_id)) <> 2
      then 'it is no operation of both' end,
    case when m.ended_by is null and o.merged_into is null then 'the old one is itself' end,
    case when sides.wrong is not null then 'units and debt at both ends: ' || sides.wrong end,
    case when lots.sent is distinct from lots.received
      then 'what arrived is not what was sent' end], null) as wrong
  from m
  left join holder o on o.holder_id = m.old_id
  cross join lateral (
    select string_agg(format('wallet %s: %s and %s are left', s.wallet, s.units, s.debt), '; ')
    from (
      select e.wallet, sum(e.amount) as units, sum(e.debt_change) as debt
      from entry e
      where e.holder_id in (m.from_id, m.to_id) and e.op_id = m.moved_by
        and e.reason in (:sent::smallint, :received::smallint)
      group by e.wallet) s
    where s.units <> 0 or s.debt <> 0) as sides (wrong)
  cross join lateral (
    select
      (select array_agg(s.part order by s.part) from (
        select format('%s %s %s %s', l.origin_holder_id, l.origin_op_id, l.earned_at,
          -sum(x.amount)) as part
        from entry i
        join entry_lot x on x.holder_id = i.holder_id and x.wallet = i.wallet and x.seq = i.seq
        join lot l on l.holder_id = x.holder_id and l.wallet = x.wallet and l.lot_no = x.lot_no
        where i.holder_id = m.from_id and i.op_id = m.moved_by and i.reason = :sent
        group by l.origin_holder_id, l.origin_op_id, l.earned_at) s) as sent,
      (select array_agg(s.part order by s.part) from (
        select format('%s %s %s %s', l.origin_holder_id, l.origin_op_id, l.earned_at,
          sum(l.granted)) as part
        from entry i
        join lot l on l.holder_id = i.holder_id and l.wallet = i.wallet and l.lot_no = i.seq
        where i.holder_id = m.to_id and i.op_id = m.moved_by and i.reason = :received
        group by l.origin_holder_id, l.origin_op_id, l.earned_at) s) as received) lots)
select f.holder_id, 'merge ' || f.moved_by as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id, f.moved_by

-- name: list_wrong_families
-- For a range of holders: who is another one now has a merge that stands, is found in one step, has
-- nothing left and nothing due; all of a family know one another.
with found as (
  select h.holder_id, array_remove(array[
    case when not exists (
      select from member_merge m where m.old_id = h.holder_id and m.ended_by is null)
      then 'it was merged by nothing' end,
    case when s.holder_id is null then 'who it is is not there'
      when s.merged_into is not null then 'who it is was merged on' end,
    case when h.next_due is not null then 'something is due with it' end,
    case when s.holder_id <> all (coalesce(h.kin, '{}')) then 'who it is is no kin' end,
    case when exists (
      select from wallet w where w.holder_id = h.holder_id and (w.posted <> 0 or w.debt <> 0))
      then 'it holds units, or owes some' end,
    case when exists (select from purchase p where p.holder_id = h.holder_id)
      then 'it has purchases' end,
    case when exists (
      select from segment_span g where g.holder_id = h.holder_id and g.until_at is null)
      then 'it is in a segment' end], null) as wrong
  from holder h
  left join holder s on s.holder_id = h.merged_into
  where h.holder_id between :low::uuid and :high::uuid and h.merged_into is not null
  union all
  select h.holder_id, array[format('%s knows it as kin, but not the other way round', o.holder_id)]
  from holder h
  join holder o on o.holder_id = any(h.kin)
  where h.holder_id between :low::uuid and :high::uuid and h.kin is not null
    and h.holder_id <> all (coalesce(o.kin, '{}')))
select f.holder_id, 'holder' as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id

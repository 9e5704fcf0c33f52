-- name: count_approvals
-- What a range of holders has had asked for, and what staff adjusted there alone.
select
  (select count(*) from approval a where a.holder_id between :low::uuid and :high::uuid) as approvals,
  (select count(*) from operation o
    where o.holder_id between :low and :high and o.kind = 1 and o.actor_kind = 2
      and o.approved_by is null) as alone

-- name: list_wrong_approvals
-- For a range of holders: what a second person approved was done, as it was asked for and in the
-- name of who asked; and nothing names a second person that none approved.
with
a as (
  select i.holder_id, i.op_id, i.approval_id, i.actor_kind, i.actor_id, i.decided_by, i.decided_at,
    convert_from(i.body, 'utf8')::jsonb as body
  from approval i
  where i.holder_id between :low::uuid and :high::uuid and i.state = 1),
o as (
  select i.holder_id, i.op_id, i.actor_kind, i.actor_id, i.approved_by, i.recorded_at, i.note, i.code
  from operation i
  where i.holder_id between :low::uuid and :high::uuid and i.approved_by is not null),
found as (
  select holder_id, op_id, array_remove(array[
    case when o.note is null then 'it was approved, but there is none that names a second person' end,
    case when a.approval_id is null then 'it names a second person, but none approved it' end,
    case when o.approved_by <> a.decided_by
      then format('%s approved it, it names %s', a.decided_by, o.approved_by) end,
    case when (o.actor_kind, o.actor_id) <> (a.actor_kind, a.actor_id)
      then format('%s asked for it, it is of %s', a.actor_id, o.actor_id) end,
    case when o.recorded_at <> a.decided_at
      then format('approved at %s, done at %s', a.decided_at, o.recorded_at) end,
    case when o.note <> a.body ->> 'reason' or o.code is distinct from a.body ->> 'code'
      then 'another reason was asked for' end,
    case when e.amount is distinct from (a.body ->> 'amount')::bigint and o.note is not null
      then format('%s was asked for, its entries say %s', a.body ->> 'amount', e.amount) end], null)
    as wrong
  from a
  full join o using (holder_id, op_id)
  left join lateral (
    select sum(i.amount)::bigint as amount
    from entry i
    where i.holder_id = o.holder_id and i.op_id = o.op_id and i.reason = :adjusted::smallint) e on true)
select f.holder_id, 'operation ' || f.op_id as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id, f.op_id

-- name: list_alone
-- What staff adjusted alone, of a range of holders: held against the caps of its instant.
select o.holder_id, o.op_id, e.wallet, abs(e.amount) as amount, o.recorded_at
from operation o
join entry e on e.holder_id = o.holder_id and e.op_id = o.op_id and e.reason = :adjusted::smallint
where o.holder_id between :low::uuid and :high::uuid and o.kind = 1 and o.actor_kind = 2
  and o.approved_by is null
order by o.holder_id, o.op_id

-- name: list_wrong_days
-- What staff adjusted alone on a day is what is counted of it; reads whole tables.
with
done as (
  select o.actor_id as staff, (o.recorded_at at time zone :zone::text)::date as day, e.wallet,
    sum(abs(e.amount))::bigint as amount
  from operation o
  join entry e on e.holder_id = o.holder_id and e.op_id = o.op_id and e.reason = :adjusted::smallint
  where o.kind = 1 and o.actor_kind = 2 and o.approved_by is null
  group by o.actor_id, 2, e.wallet)
select staff, day, wallet, coalesce(c.amount, 0) as counted, coalesce(d.amount, 0) as done
from (select i.staff, i.day, i.wallet, i.amount from adjusted_day i) c
full join done d using (staff, day, wallet)
where c.amount is distinct from d.amount
order by staff, day, wallet

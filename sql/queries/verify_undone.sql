-- name: count_undone
-- What a range of holders has had undone.
select count(*) as undone
from operation o
where o.holder_id between :low::uuid and :high::uuid and o.kind = 10

-- name: list_wrong_undos
-- For a range of holders: each undo names something of its holder's that can be undone, and every
-- holder of that names the same undo. What both moved of a wallet sums to nothing per house account;
-- debts paid and units that lapsed meanwhile are nobody's doing and left out.
with
u as (
  select i.holder_id, i.op_id, i.undoes
  from operation i
  where i.holder_id between :low::uuid and :high::uuid and i.undoes is not null and i.kind = 10),
d as (
  select i.holder_id, i.op_id, i.kind
  from operation i
  where i.holder_id between :low::uuid and :high::uuid),
e as (
  select i.holder_id, i.op_id, i.wallet, i.contra, sum(i.amount)::bigint as amount
  from entry i
  where i.holder_id between :low::uuid and :high::uuid and i.contra = any(:contras::smallint[])
  group by i.holder_id, i.op_id, i.wallet, i.contra),
sums as (
  select u.holder_id, u.op_id, e.wallet, e.contra, sum(e.amount)::bigint as amount
  from u
  join e on e.holder_id = u.holder_id and e.op_id in (u.op_id, u.undoes)
  group by u.holder_id, u.op_id, e.wallet, e.contra
  having sum(e.amount) <> 0),
made as (
  select i.holder_id, i.op_id, count(*) as lots
  from entry i
  join lot l on l.holder_id = i.holder_id and l.wallet = i.wallet and l.lot_no = i.seq
    and l.replaces is null and l.holder_id between :low::uuid and :high::uuid
  where i.holder_id between :low::uuid and :high::uuid and i.reason = any(:reasons::smallint[])
  group by i.holder_id, i.op_id),
found as (
  select u.holder_id, u.op_id, array_remove(array[
    case when d.kind is null then 'what it undoes is not there'
      when d.kind <> all (:kinds::smallint[]) then format('it undoes what is of kind %s', d.kind) end,
    case when d.kind = 7 and not exists (
      select from transfer t
      join operation o on o.holder_id = t.other_id and o.op_id = u.op_id and o.undoes = u.undoes
      where t.holder_id = u.holder_id and t.transfer_id = u.undoes)
      then 'the other side of the transfer is not undone' end,
    case when made.lots > 0 then 'it made a lot that replaces none' end,
    (select string_agg(
        format('wallet %s, house account %s: %s is left', s.wallet, s.contra, s.amount), '; '
        order by s.wallet, s.contra)
      from sums s
      where s.holder_id = u.holder_id and s.op_id = u.op_id)], null) as wrong
  from u
  left join d on d.holder_id = u.holder_id and d.op_id = u.undoes
  left join made on made.holder_id = u.holder_id and made.op_id = u.op_id)
select f.holder_id, 'undo ' || f.op_id as place, f.wrong
from found f
where cardinality(f.wrong) > 0
union all
select o.holder_id, 'operation ' || o.op_id, array['it undoes nothing']
from operation o
where o.holder_id between :low::uuid and :high::uuid and o.kind = 10 and o.undoes is null
order by 1, 2

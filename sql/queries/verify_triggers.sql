-- name: list_runs
-- What was decided beyond purchases for a range of holders, with all that came of it. `family`: for one
-- of whom it was decided; a run goes with what had caused it, to whose that is.
select r.holder_id, r.trigger, r.ref, r.op_id, r.program_version, r.engine, r.occurred_at,
  r.facts, r.decision, r.undone_by, r.holder_id || k.kin as family,
  array(
    select format('%s %s %s %s', e.wallet, e.amount,
      extract(epoch from l.available_at)::numeric(20, 6), extract(epoch from l.expires_at)::numeric(20, 6))
    from entry e
    join lot l on l.holder_id = e.holder_id and l.wallet = e.wallet and l.lot_no = e.seq
    where (e.holder_id = r.holder_id or e.holder_id = any(k.kin)) -- or by then it was another's
      and e.op_id = r.op_id and e.reason = :granted::smallint
    order by e.op_line) as lots,
  array(
    select format('%s %s', c.rule, c.template)
    from coupon c
    where c.holder_id = r.holder_id and c.origin_op = r.op_id
    order by c.rule, c.template) as coupons,
  array(
    select b.badge::int
    from badge_given b
    where b.holder_id = r.holder_id and b.op_id = r.op_id and (b.taken_at is null or r.undone_by is not null)
    order by b.badge) as badges,
  array(
    select u.rule
    from limit_use u
    where u.holder_id = r.holder_id and u.purchase_id = r.op_id
    order by u.rule) as uses,
  array(
    select f.rule || ' ' || f.tier
    from tier_floor f
    where f.holder_id = r.holder_id and f.purchase_id = r.op_id
    order by f.rule, f.tier) as floors,
  exists (
    select from occasion_due d
    where d.holder_id = r.holder_id and d.trigger = r.trigger and d.ref = r.ref) as is_due
from trigger_run r
left join holder k on k.holder_id = r.holder_id and k.holder_id between :low::uuid and :high::uuid
where r.holder_id between :low::uuid and :high::uuid
order by r.holder_id, r.trigger, r.ref

-- name: get_today
-- The start of the day by PostgreSQL's clock, UTC: the demo's year ends before it.
select date_trunc('day', clock_timestamp(), 'UTC') as today, clock_timestamp() as now

-- name: get_totals
-- The whole table of purchases and members: figures of the report.
select
  (select count(*) from member) as members,
  (select count(*) from purchase) as purchases,
  (select coalesce(sum(net), 0)::bigint from purchase) as net

-- name: get_balance
-- All of a wallet, over the whole table.
select coalesce(sum(w.posted), 0)::bigint as posted, coalesce(sum(w.pending), 0)::bigint as pending
from wallet w
where w.wallet = :wallet::smallint

-- name: list_weekly_units
-- Units of a wallet by week and reason, over the whole table.
select
  floor(extract(epoch from e.occurred_at - :start::timestamptz) / 604800)::int as week, e.reason,
  sum(e.amount)::bigint as amount
from entry e
where e.wallet = :wallet::smallint
group by 1, 2
order by 1, 2

-- name: list_enrolments
-- When everybody enrolled, over the whole table.
select m.enrolled_at
from member m
order by m.enrolled_at

-- name: list_tier_intervals
-- Who stood where and when, over the whole table; before a member's first interval: the lowest tier.
select s.tier, s.from_at, s.until_at
from tier_step s
where s.ladder = :ladder::smallint

-- name: list_decisions
-- What was decided, over the whole table, read row by row.
select p.decision
from purchase p

-- name: list_budgets
-- What is left of each budget, over the whole table of budgets.
select b.name, b.cap, sum(s.remaining)::bigint as remaining
from budget b
join budget_slot s on s.name = b.name
group by b.name, b.cap
order by b.name

-- name: list_weekly_coupons
-- Uses of coupons by template and week, over the whole table.
select
  u.template, floor(extract(epoch from u.occurred_at - :start::timestamptz) / 604800)::int as week,
  count(*)::int as uses
from coupon_use u
group by 1, 2
order by 1, 2

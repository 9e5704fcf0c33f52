-- name: list_open_steps
-- The open interval of each holder and ladder.
select s.holder_id, s.ladder, s.from_at, s.until_at, s.tier, s.valid_until, s.due_at
from tier_step s
where s.holder_id = any(:holders::uuid[]) and s.until_at is null

-- name: list_steps
-- All intervals, for late purchases, returns and the tier's page.
select s.holder_id, s.ladder, s.from_at, s.until_at, s.tier, s.valid_until, s.due_at
from tier_step s
where s.holder_id = any(:holders::uuid[])
order by s.holder_id, s.ladder, s.from_at

-- name: list_floors
select f.holder_id, f.ladder, f.purchase_id, f.rule, f.from_at, f.until_at, f.tier
from tier_floor f
where f.holder_id = any(:holders::uuid[])

-- name: list_wallet_totals
-- Totals of a qualifying wallet in a window: (since, until], one row per question, with the first
-- instant that counts.
select c.n, coalesce(sum(e.amount - e.debt_change), 0)::bigint as total,
  min(e.occurred_at) as first_at
from unnest(
  :n::int[], :holders::uuid[], :wallets::smallint[], :since::timestamptz[], :until::timestamptz[])
  as c (n, holder_id, wallet, since, until)
left join entry e on e.holder_id = c.holder_id and e.wallet = c.wallet
  and e.occurred_at > c.since and e.occurred_at <= c.until
group by c.n

-- name: list_purchase_totals
-- Spend and visits in a window: (since, until], fully returned purchases left out; the first too.
select c.n, coalesce(sum(p.net), 0)::bigint as net, count(p.net) as visits,
  min(p.occurred_at) as first_at
from unnest(:n::int[], :holders::uuid[], :since::timestamptz[], :until::timestamptz[])
  as c (n, holder_id, since, until)
left join purchase p on p.holder_id = c.holder_id
  and p.occurred_at > c.since and p.occurred_at <= c.until and p.net > 0
group by c.n

-- name: list_wallet_contributions
-- Everything that counts in the holders' qualifying wallets, for a replay.
select e.holder_id, e.wallet, e.occurred_at, sum(e.amount - e.debt_change)::bigint as amount
from entry e
where e.holder_id = any(:holders::uuid[]) and e.wallet = any(:wallets::smallint[])
group by e.holder_id, e.wallet, e.occurred_at

-- name: list_purchase_contributions
select p.holder_id, p.occurred_at, p.net
from purchase p
where p.holder_id = any(:holders::uuid[]) and p.net > 0

-- name: delete_steps
delete from tier_step s
using unnest(:holders::uuid[], :ladders::smallint[], :from_ats::timestamptz[])
  as u (holder_id, ladder, from_at)
where s.holder_id = u.holder_id and s.ladder = u.ladder and s.from_at = u.from_at

-- name: insert_steps
insert into tier_step (holder_id, ladder, from_at, until_at, tier, valid_until, due_at, recorded_at)
select u.holder_id, u.ladder, u.from_at, u.until_at, u.tier, u.valid_until, u.due_at, u.recorded_at
from unnest(
  :holders::uuid[], :ladders::smallint[], :from_ats::timestamptz[], :until_ats::timestamptz[],
  :tiers::text[], :valid::timestamptz[], :dues::timestamptz[], :recorded::timestamptz[])
  as u (holder_id, ladder, from_at, until_at, tier, valid_until, due_at, recorded_at)

-- name: insert_floors
insert into tier_floor (holder_id, ladder, purchase_id, rule, from_at, until_at, tier)
select u.holder_id, u.ladder, u.purchase_id, u.rule, u.from_at, u.until_at, u.tier
from unnest(
  :holders::uuid[], :ladders::smallint[], :purchases::uuid[], :rules::text[],
  :from_ats::timestamptz[], :until_ats::timestamptz[], :tiers::text[])
  as u (holder_id, ladder, purchase_id, rule, from_at, until_at, tier)

-- name: delete_floors
-- A return took away what the rule was decided for.
delete from tier_floor f
using unnest(:holders::uuid[], :purchases::uuid[], :ladders::smallint[], :rules::text[])
  as u (holder_id, purchase_id, ladder, rule)
where f.holder_id = u.holder_id and f.purchase_id = u.purchase_id
  and f.ladder = u.ladder and f.rule = u.rule

-- name: count_moving
-- How many members stand at another rank when their total of now is judged by other thresholds.
-- by: 1 wallet, 2 spend, 3 visits; since null: everything counts.
select count(*)
from member m
join holder h on h.holder_id = m.holder_id and h.merged_into is null and h.erased_at is null
cross join lateral (
  select case :by::smallint
    when 1 then (
      select coalesce(sum(e.amount - e.debt_change), 0)::bigint from entry e
      where e.holder_id = m.holder_id and e.wallet = :wallet::smallint
        and (:since::timestamptz is null or e.occurred_at > :since))
    when 2 then (
      select coalesce(sum(p.net), 0)::bigint from purchase p
      where p.holder_id = m.holder_id and p.net > 0
        and (:since::timestamptz is null or p.occurred_at > :since))
    else (
      select count(*) from purchase p
      where p.holder_id = m.holder_id and p.net > 0
        and (:since::timestamptz is null or p.occurred_at > :since))
  end as total) t
where width_bucket(t.total, :old::bigint[]) <> width_bucket(t.total, :new::bigint[])

-- name: pass_floors
-- Tiers that rules have set: all of a holder's are another's, or those of some operations.
update tier_floor f
set holder_id = :to::uuid
where f.holder_id = :holder::uuid and (:operations::uuid[] is null or f.purchase_id = any(:operations))

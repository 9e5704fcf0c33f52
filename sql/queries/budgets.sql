-- name: find_free_slot
-- One slot that covers the want, whichever is free: no caller waits for another.
select s.slot, s.remaining
from budget_slot s
where s.campaign = :campaign::text and s.remaining >= :want::bigint
order by s.slot
limit 1
for no key update skip locked

-- name: lock_slots
-- All slots in order, waiting: only when none alone covers the want.
select s.slot, s.remaining
from budget_slot s
where s.campaign = :campaign::text
order by s.slot
for no key update

-- name: lock_all_slots
-- At publish, when caps may change.
select s.campaign, s.slot
from budget_slot s
order by s.campaign, s.slot
for no key update

-- name: update_slots
update budget_slot s
set remaining = u.remaining
from unnest(:slots::smallint[], :remaining::bigint[]) as u (slot, remaining)
where s.campaign = :campaign::text and s.slot = u.slot

-- name: insert_budgets
insert into budget (campaign, unit, cap)
select u.campaign, u.unit, u.cap
from unnest(:campaigns::text[], :units::smallint[], :caps::bigint[]) as u (campaign, unit, cap)
order by u.campaign

-- name: insert_slots
insert into budget_slot (campaign, slot, remaining)
select u.campaign, u.slot, u.remaining
from unnest(:campaigns::text[], :slots::smallint[], :remaining::bigint[]) as u (campaign, slot, remaining)
order by u.campaign, u.slot

-- name: lock_budgets
select b.campaign, b.unit, b.cap, b.overrun
from budget b
order by b.campaign
for no key update

-- name: update_cap
update budget
set cap = :cap::bigint, overrun = :overrun::bigint
where campaign = :campaign::text

-- name: lock_overrun
-- What was kept beyond the cap, when there is any.
select b.overrun
from budget b
where b.campaign = :campaign::text and b.overrun > 0
for no key update

-- name: update_overrun
update budget
set overrun = overrun + :change::bigint
where campaign = :campaign::text

-- name: find_free_slot
-- One slot that covers the want, whichever is free: no caller waits for another.
select s.slot, s.remaining
from budget_slot s
where s.name = :name::text and s.remaining >= :want::bigint
order by s.slot
limit 1
for no key update skip locked

-- name: lock_slots
-- All slots in order, waiting: only when none alone covers the want.
select s.slot, s.remaining
from budget_slot s
where s.name = :name::text
order by s.slot
for no key update

-- name: lock_all_slots
-- At publish, when caps may change.
select s.name, s.slot
from budget_slot s
order by s.name, s.slot
for no key update

-- name: delete_overdue
-- Shares that holds have no claim to any more go back to whoever is short; those that are being
-- captured this moment are passed over.
with overdue as (
  select h.name, h.hold_id, h.slot
  from budget_hold h
  where h.name = :name::text and h.due_at <= :now::timestamptz
  for update skip locked)
delete from budget_hold h
using overdue o
where h.name = o.name and h.hold_id = o.hold_id and h.slot = o.slot
returning h.slot, h.amount

-- name: insert_share
insert into budget_hold (name, hold_id, slot, amount, due_at)
values (:name::text, :hold::uuid, :slot::smallint, :amount::bigint, :due_at::timestamptz)

-- name: delete_share
-- Gone when somebody was short and took it back.
delete from budget_hold
where name = :name::text and hold_id = :hold::uuid

-- name: update_share
-- A hold's share is due at another instant.
update budget_hold
set due_at = :due_at::timestamptz
where name = :name::text and hold_id = :hold::uuid

-- name: list_overdue_names
-- Budgets of which holds have let go something, over the whole table of what they have.
select distinct h.name
from budget_hold h
where h.due_at <= :now::timestamptz
order by h.name

-- name: update_slots
update budget_slot s
set remaining = u.remaining
from unnest(:slots::smallint[], :remaining::bigint[]) as u (slot, remaining)
where s.name = :name::text and s.slot = u.slot

-- name: insert_budgets
insert into budget (name, unit, cap)
select u.name, u.unit, u.cap
from unnest(:names::text[], :units::smallint[], :caps::bigint[]) as u (name, unit, cap)
order by u.name

-- name: insert_slots
insert into budget_slot (name, slot, remaining)
select u.name, u.slot, u.remaining
from unnest(:names::text[], :slots::smallint[], :remaining::bigint[]) as u (name, slot, remaining)
order by u.name, u.slot

-- name: lock_budgets
select b.name, b.unit, b.cap, b.overrun
from budget b
order by b.name
for no key update

-- name: update_cap
update budget
set cap = :cap::bigint, overrun = :overrun::bigint
where name = :name::text

-- name: lock_overrun
-- What was kept beyond the cap, when there is any.
select b.overrun
from budget b
where b.name = :name::text and b.overrun > 0
for no key update

-- name: update_overrun
update budget
set overrun = overrun + :change::bigint
where name = :name::text

-- name: list_left
-- What is left of budgets, unlocked, for quotes: with what overdue holds will give back.
select
  n.name,
  coalesce((select sum(s.remaining) from budget_slot s where s.name = n.name), 0)::bigint
    + coalesce((
      select sum(h.amount) from budget_hold h where h.name = n.name and h.due_at <= :now::timestamptz), 0)::bigint
    as left_
from unnest(:names::text[]) as n (name)

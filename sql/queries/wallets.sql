-- name: list_wallets
-- The wallets of the batch's holders, after the lock (a fresh snapshot).
select w.holder_id, w.wallet, w.posted, w.pending, w.held, w.debt, w.entry_seq
from wallet w
where w.holder_id = any(:holders::uuid[])

-- name: list_due_lots
-- What fell due for each holder since it was settled, and the lots that holds hold. Apart, so that
-- the index of open lots finds what is due among the years of lots that a wallet may have.
select
  (due.lot).holder_id, (due.lot).wallet, (due.lot).lot_no, (due.lot).granted, (due.lot).remaining,
  (due.lot).held, (due.lot).origin_holder_id, (due.lot).origin_op_id, (due.lot).earned_at,
  (due.lot).available_at, (due.lot).expires_at, (due.lot).came_at, (due.lot).home_id
from unnest(:holders::uuid[], :settled::timestamptz[], :until::timestamptz[])
  as u (holder_id, settled_at, until_at)
join wallet w on w.holder_id = u.holder_id
cross join lateral (
  select o as lot from lot o
  where o.holder_id = w.holder_id and o.wallet = w.wallet and o.remaining > 0
    and o.expires_at <= u.until_at
  union all
  select o as lot from lot o
  where o.holder_id = w.holder_id and o.wallet = w.wallet and o.remaining > 0
    and o.available_at > u.settled_at and o.available_at <= u.until_at
    and (o.expires_at is null or o.expires_at > u.until_at)
  union all
  select o as lot from lot o
  where w.held > 0 and o.holder_id = w.holder_id and o.wallet = w.wallet and o.remaining > 0
    and o.held > 0 and not coalesce(o.expires_at <= u.until_at, false)
    and not coalesce(o.available_at > u.settled_at and o.available_at <= u.until_at, false)) due

-- name: list_next_dues
-- When the next lot of each holder falls due after what is settled now.
select
  u.holder_id,
  min(least(
    (select min(l.expires_at) from lot l
      where l.holder_id = w.holder_id and l.wallet = w.wallet and l.remaining > 0
        and l.expires_at > u.until_at),
    (select min(l.available_at) from lot l
      where l.holder_id = w.holder_id and l.wallet = w.wallet and l.remaining > 0
        and l.available_at > u.until_at))) as next_due
from unnest(:holders::uuid[], :until::timestamptz[]) as u (holder_id, until_at)
join wallet w on w.holder_id = u.holder_id
group by u.holder_id

-- name: list_open_lots
-- All open lots of some wallets, and the purchases' own lots even when empty: for clawbacks.
select
  l.holder_id, l.wallet, l.lot_no, l.granted, l.remaining, l.held,
  l.origin_holder_id, l.origin_op_id, l.earned_at, l.available_at, l.expires_at, l.came_at, l.home_id
from lot l
where l.holder_id = any(:holders::uuid[]) and l.wallet = any(:wallets::smallint[])
  and (l.remaining > 0 or l.origin_op_id = any(:operations::uuid[]))

-- name: list_lapsed
-- Units of a purchase's own lots that expired where it was made, per wallet: what was given away and
-- lapsed there is taken back all the same. Of those who were merged with one another each is where it
-- was made: they are a family.
select l.holder_id, l.origin_op_id, l.wallet, -sum(t.amount)::bigint as lapsed
from lot l
join entry_lot t on t.holder_id = l.holder_id and t.wallet = l.wallet and t.lot_no = l.lot_no
join entry e on e.holder_id = t.holder_id and e.wallet = t.wallet and e.seq = t.seq
where l.holder_id = any(:holders::uuid[])
  and (l.origin_holder_id = l.holder_id or exists (
    select
    from unnest(:holders::uuid[], :families::uuid[]) as a (holder_id, family)
    join unnest(:holders::uuid[], :families::uuid[]) as b (holder_id, family) on b.family = a.family
    where a.holder_id = l.holder_id and b.holder_id = l.origin_holder_id))
  and l.origin_op_id = any(:operations::uuid[])
  and e.reason = :expired::smallint
group by l.holder_id, l.origin_op_id, l.wallet

-- name: list_redeemed_lots
-- The lots that purchases took units of to pay, with what each took; no lot: all of it was owed.
select
  e.holder_id, e.wallet, l.lot_no, l.granted, l.remaining, l.held, l.origin_holder_id, l.origin_op_id,
  l.earned_at, l.available_at, l.expires_at, l.came_at, l.home_id, e.op_id, e.occurred_at, -t.amount as taken,
  e.debt_change as owed
from entry e
left join entry_lot t on t.holder_id = e.holder_id and t.wallet = e.wallet and t.seq = e.seq
left join lot l on l.holder_id = t.holder_id and l.wallet = t.wallet and l.lot_no = t.lot_no
where e.holder_id = any(:holders::uuid[]) and e.op_id = any(:operations::uuid[])
  and e.reason = :redeemed::smallint
order by l.expires_at, l.available_at, l.lot_no -- nulls last is the order of redemption

-- name: list_given_back
-- What returns of those purchases gave back already: into a lot, by a lot made in its place, or (no
-- lot) of what was owed; with the holder where the lot is. It may lie with the kin of a return's
-- holder: of each its own, or a batch would look for every return with every holder.
select r.purchase_id, g.wallet, coalesce(l.replaces_holder, g.holder_id) as lot_holder,
  coalesce(t.lot_no, l.replaces) as lot_no, coalesce(t.amount, l.granted) as units
from purchase_return r
join holder h on h.holder_id = r.holder_id
join entry g on g.holder_id = any(r.holder_id || h.kin) and g.op_id = r.return_id
  and g.reason = :given_back::smallint
left join lot l on l.holder_id = g.holder_id and l.wallet = g.wallet and l.lot_no = g.seq
left join entry_lot t on t.holder_id = g.holder_id and t.wallet = g.wallet and t.seq = g.seq
where r.holder_id = any(:holders::uuid[]) and r.purchase_id = any(:purchases::uuid[])
  and coalesce(t.amount, l.granted) is not null
union all
select r.purchase_id, g.wallet, g.holder_id, null::bigint, -g.debt_change
from purchase_return r
join holder h on h.holder_id = r.holder_id
join entry g on g.holder_id = any(r.holder_id || h.kin) and g.op_id = r.return_id
  and g.reason = :given_back::smallint
where r.holder_id = any(:holders) and r.purchase_id = any(:purchases::uuid[])
  and g.debt_change < 0

-- name: mark_homes
-- Spent ones too, for units may come back to them. What was made in place of a lot is of whose that
-- was, what an operation earned is of whose that is.
update lot l
set home_id = n.home_id
from (
  select i.wallet, i.lot_no, coalesce(
    case when i.home_id = any(:before::uuid[]) then i.home_id end,
    (select coalesce(r.home_id, r.holder_id)
      from lot r
      where r.holder_id = i.replaces_holder and r.wallet = i.wallet and r.lot_no = i.replaces
        and coalesce(r.home_id, r.holder_id) = any(:before)),
    f.home_id, :holder::uuid) as home_id
  from lot i
  left join unnest(:operations::uuid[], :operation_homes::uuid[]) as f (op_id, home_id)
    on f.op_id = i.origin_op_id
  where i.holder_id = :holder) n
where l.holder_id = :holder and l.wallet = n.wallet and l.lot_no = n.lot_no
  and l.home_id is distinct from n.home_id

-- name: insert_wallets
-- A wallet's row is made with its first entry.
insert into wallet (holder_id, wallet, posted, pending, held, debt, entry_seq)
select u.holder_id, u.wallet, u.posted, u.pending, u.held, u.debt, u.entry_seq
from unnest(
  :holders::uuid[], :wallets::smallint[], :posted::bigint[], :pending::bigint[], :held::bigint[],
  :debt::bigint[], :seqs::bigint[]) as u (holder_id, wallet, posted, pending, held, debt, entry_seq)
order by u.holder_id, u.wallet

-- name: update_wallets
-- Only from the state that was read: the count of rows is asserted.
update wallet w
set posted = u.posted, pending = u.pending, held = u.held, debt = u.debt, entry_seq = u.entry_seq
from unnest(
  :holders::uuid[], :wallets::smallint[], :posted::bigint[], :pending::bigint[], :held::bigint[],
  :debt::bigint[], :seqs::bigint[], :old_seqs::bigint[], :old_posted::bigint[])
  as u (holder_id, wallet, posted, pending, held, debt, entry_seq, old_seq, old_posted)
where w.holder_id = u.holder_id and w.wallet = u.wallet
  and w.entry_seq = u.old_seq and w.posted = u.old_posted

-- name: insert_entries
-- Several entries of one wallet in one insert: the chain is checked at the end of the statement.
insert into entry (
  holder_id, wallet, seq, prev_seq, before, after, amount, debt_change, reason, contra, op_id, op_line,
  actor_kind, actor_id, store_id, occurred_at, recorded_at)
select
  u.holder_id, u.wallet, u.seq, nullif(u.seq - 1, 0), u.before, u.before + u.amount, u.amount,
  u.debt_change, u.reason, u.contra, u.op_id, u.op_line,
  u.actor_kind, u.actor_id, u.store_id, u.occurred_at, u.recorded_at
from unnest(
  :holders::uuid[], :wallets::smallint[], :seqs::bigint[], :befores::bigint[], :amounts::bigint[],
  :debts::bigint[], :reasons::smallint[], :contras::smallint[], :ops::uuid[], :op_lines::smallint[],
  :actor_kinds::smallint[], :actors::text[], :stores::text[], :occurred::timestamptz[],
  :recorded::timestamptz[])
  as u (holder_id, wallet, seq, before, amount, debt_change, reason, contra, op_id, op_line,
    actor_kind, actor_id, store_id, occurred_at, recorded_at)

-- name: insert_lots
insert into lot (
  holder_id, wallet, lot_no, granted, remaining, held, origin_holder_id, origin_op_id, earned_at,
  available_at, expires_at, came_at, replaces, home_id, replaces_holder)
select
  u.holder_id, u.wallet, u.lot_no, u.granted, u.remaining, u.held, u.origin_holder_id,
  u.origin_op_id, u.earned_at, u.available_at, u.expires_at, u.came_at, u.replaces, u.home_id,
  u.replaces_holder
from unnest(
  :holders::uuid[], :wallets::smallint[], :lot_nos::bigint[], :granted::bigint[],
  :remaining::bigint[], :held::bigint[], :origins::uuid[], :origin_ops::uuid[],
  :earned::timestamptz[], :available::timestamptz[], :expires::timestamptz[], :came::timestamptz[],
  :replaces::bigint[], :homes::uuid[], :replaces_holders::uuid[])
  as u (holder_id, wallet, lot_no, granted, remaining, held, origin_holder_id, origin_op_id,
    earned_at, available_at, expires_at, came_at, replaces, home_id, replaces_holder)

-- name: update_lots
update lot l
set remaining = u.remaining, held = u.held, expires_at = u.expires_at
from unnest(
  :holders::uuid[], :wallets::smallint[], :lot_nos::bigint[], :remaining::bigint[], :held::bigint[],
  :expires::timestamptz[]) as u (holder_id, wallet, lot_no, remaining, held, expires_at)
where l.holder_id = u.holder_id and l.wallet = u.wallet and l.lot_no = u.lot_no

-- name: insert_entry_lots
insert into entry_lot (holder_id, wallet, seq, lot_no, amount)
select u.holder_id, u.wallet, u.seq, u.lot_no, u.amount
from unnest(
  :holders::uuid[], :wallets::smallint[], :seqs::bigint[], :lot_nos::bigint[], :amounts::bigint[])
  as u (holder_id, wallet, seq, lot_no, amount)

-- name: list_entries
-- A page, newest first; keyset by seq.
select
  e.seq, e.amount, e.after as balance, e.debt_change, e.reason, e.op_id, e.occurred_at,
  e.recorded_at, e.actor_kind, e.actor_id, e.store_id
from entry e
where e.holder_id = :holder::uuid and e.wallet = :wallet::smallint and e.seq < :below::bigint
order by e.seq desc
limit :limit::int

-- name: list_of_operation
-- What an operation moved, at every holder it is written at, in the order it did.
select e.holder_id, e.wallet, e.seq, e.amount, e.reason, e.occurred_at
from entry e
where e.holder_id = any(:holders::uuid[]) and e.op_id = :op::uuid
order by e.holder_id, e.op_line

-- name: list_contras
-- What each house account gave to a wallet.
select e.contra, sum(e.amount)::bigint as amount
from entry e
where e.holder_id = :holder::uuid and e.wallet = :wallet::smallint
group by e.contra

-- name: list_balances_at
-- Posted and debt by effective time, as known at a time.
select e.wallet, sum(e.amount)::bigint as posted, sum(e.debt_change)::bigint as debt
from entry e
where e.holder_id = :holder::uuid
  and e.occurred_at <= :at::timestamptz and e.recorded_at <= :known_at::timestamptz
group by e.wallet

-- name: list_lots_at
-- Lots as they stood: what was taken from them later is put back. What was held is for the holds.
select
  l.wallet, l.lot_no, l.granted,
  l.granted + coalesce((
    select sum(t.amount)::bigint
    from entry_lot t
    join entry e on e.holder_id = t.holder_id and e.wallet = t.wallet and e.seq = t.seq
    where t.holder_id = l.holder_id and t.wallet = l.wallet and t.lot_no = l.lot_no
      and e.occurred_at <= :at::timestamptz and e.recorded_at <= :known_at::timestamptz), 0)::bigint as remaining,
  0::bigint as held, l.origin_holder_id, l.origin_op_id, l.earned_at, l.available_at, l.expires_at, l.came_at, l.home_id
from lot l
join entry m on m.holder_id = l.holder_id and m.wallet = l.wallet and m.seq = l.lot_no
where l.holder_id = :holder::uuid
  and m.occurred_at <= :at::timestamptz and m.recorded_at <= :known_at::timestamptz

-- name: list_in_place
-- Lots with something left that were made in place of those of others of the family, with whose they
-- are.
select l.wallet, l.lot_no, coalesce(r.home_id, l.replaces_holder) as home_id
from lot l
join lot r on r.holder_id = l.replaces_holder and r.wallet = l.wallet and r.lot_no = l.replaces
where l.holder_id = :holder::uuid and l.remaining > 0 and l.replaces_holder is not null

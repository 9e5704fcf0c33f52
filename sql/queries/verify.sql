-- name: get_size
-- How much there is to verify, and the clock; reads whole tables.
select
  (select count(*) from holder) as holders,
  (select count(*) from purchase) as purchases,
  clock_timestamp() as now

-- name: list_bounds
-- Every n-th holder in order, the ends of ranges; reads the whole table.
select n.holder_id
from (select h.holder_id, row_number() over (order by h.holder_id) as place from holder h) n
where n.place % :step::bigint = 0
order by n.holder_id

-- name: list_wrong_wallets
-- I1 for a range of holders: each wallet against the sums of its entries and of its lots.
with
s as (
  select i.holder_id, i.wallet, sum(i.amount)::bigint as amount, sum(i.debt_change)::bigint as debt,
    count(*) as entries, max(i.seq) as last_seq
  from entry i
  where i.holder_id between :low::uuid and :high::uuid
  group by i.holder_id, i.wallet),
e as (
  select s.holder_id, s.wallet, s.amount, s.debt, s.entries, s.last_seq, t.after
  from s
  left join entry t on t.holder_id = s.holder_id and t.wallet = s.wallet and t.seq = s.last_seq),
l as (
  select i.holder_id, i.wallet, sum(i.remaining)::bigint as remaining, sum(i.held)::bigint as held,
    coalesce(sum(i.remaining) filter (
      where i.available_at is null or i.available_at > h.settled_at), 0)::bigint as pending
  from lot i
  left join holder h on h.holder_id = i.holder_id and h.holder_id between :low::uuid and :high::uuid
  where i.holder_id between :low::uuid and :high::uuid
  group by i.holder_id, i.wallet),
w as (
  select i.holder_id, i.wallet, i.posted, i.pending, i.held, i.debt, i.entry_seq
  from wallet i
  where i.holder_id between :low::uuid and :high::uuid),
found as (
  select holder_id, wallet, array_remove(array[
    case when w.posted is null then 'it has entries or lots, but no row' end,
    case when w.posted <> coalesce(e.amount, 0)
      then format('posted %s, its entries sum to %s', w.posted, coalesce(e.amount, 0)) end,
    case when w.posted <> coalesce(e.after, 0)
      then format('posted %s, after the last entry it was %s', w.posted, coalesce(e.after, 0)) end,
    case when w.posted <> coalesce(l.remaining, 0)
      then format('posted %s, its lots hold %s', w.posted, coalesce(l.remaining, 0)) end,
    case when w.pending <> coalesce(l.pending, 0)
      then format('pending %s, of its lots %s are', w.pending, coalesce(l.pending, 0)) end,
    case when w.held <> coalesce(l.held, 0)
      then format('held %s, of its lots %s are', w.held, coalesce(l.held, 0)) end,
    case when w.debt <> coalesce(e.debt, 0)
      then format('debt %s, its entries say %s', w.debt, coalesce(e.debt, 0)) end,
    case when w.entry_seq <> coalesce(e.entries, 0) or w.entry_seq <> coalesce(e.last_seq, 0)
      then format('entry_seq %s, there are %s entries, the last is %s',
        w.entry_seq, coalesce(e.entries, 0), coalesce(e.last_seq, 0)) end], null) as wrong
  from w
  full join e using (holder_id, wallet)
  full join l using (holder_id, wallet))
select f.holder_id, 'wallet ' || f.wallet as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id, f.wallet

-- name: list_wrong_lots
-- I1, I3 for a range of holders: each lot against the entry that made it, those that took from it or
-- gave back to it, and the open holds that keep some of it.
with
k as (
  select i.holder_id, i.wallet, i.lot_no, sum(i.amount - i.captured - i.released)::bigint as kept
  from hold_item i
  join hold h on h.holder_id = i.holder_id and h.hold_id = i.hold_id and h.state = 0
    and h.holder_id between :low::uuid and :high::uuid
  where i.holder_id between :low::uuid and :high::uuid and i.kind = 1
  group by i.holder_id, i.wallet, i.lot_no),
t as (
  select i.holder_id, i.wallet, i.lot_no, sum(i.amount)::bigint as taken
  from entry_lot i
  where i.holder_id between :low::uuid and :high::uuid
  group by i.holder_id, i.wallet, i.lot_no),
lots as (
  select i.holder_id, i.wallet, i.lot_no, i.granted, i.remaining, i.held, i.origin_op_id, i.expires_at,
    i.replaces, i.replaces_holder, i.came_at
  from lot i
  where i.holder_id between :low::uuid and :high::uuid),
r as (
  select i.holder_id, i.return_id, coalesce(i.moved_by, i.purchase_id) as earned_by
  from purchase_return i
  where i.holder_id between :low::uuid and :high::uuid
  union -- of purchases that have moved on since
  select m.holder_id, i.return_id, coalesce(i.moved_by, i.purchase_id)
  from purchase_move m
  join purchase p on p.purchase_id = m.purchase_id
  join purchase_return i on i.holder_id = p.holder_id and i.purchase_id = p.purchase_id
  where m.holder_id between :low::uuid and :high::uuid
  union -- of purchases that are with somebody of the family
  select h.holder_id, i.return_id, coalesce(i.moved_by, i.purchase_id)
  from holder h
  cross join unnest(h.kin) as k (holder_id)
  join purchase_return i on i.holder_id = k.holder_id
  where h.holder_id between :low::uuid and :high::uuid and h.kin is not null),
found as (
  select l.holder_id, l.wallet, l.lot_no, array_remove(array[
    case when l.granted is null and l.taken is not null
      then 'entries take from it, but it is not there' end,
    case when l.granted is null and l.kept is not null
      then 'a hold keeps units of it, but it is not there' end,
    case when l.held <> coalesce(l.kept, 0)
      then format('held %s, open holds keep %s', l.held, coalesce(l.kept, 0)) end,
    case when l.granted is not null and m.amount is null then 'no entry made it' end,
    case when m.amount <> l.granted
      then format('granted %s, its entry says %s', l.granted, m.amount) end,
    case when l.remaining <> l.granted + coalesce(l.taken, 0)
      then format('%s remain of %s, entries took %s', l.remaining, l.granted, -coalesce(l.taken, 0)) end,
    case when l.expires_at <= h.settled_at and l.remaining > l.held
      then format('%s units should have expired at %s', l.remaining - l.held, l.expires_at) end,
    case when m.reason <> all (:giving::smallint[]) and l.came_at is null
      and l.origin_op_id is distinct from coalesce(r.earned_by, m.op_id)
      then format('origin %s, its entry says %s', l.origin_op_id, coalesce(r.earned_by, m.op_id)) end,
    case when l.replaces is not null and m.reason <> all (:giving)
      then 'it replaces a lot, but nothing was given back' end,
    case when l.replaces is not null
      and l.origin_op_id is distinct from coalesce(p.origin_op_id, q.origin_op_id)
      then format('origin %s, the lot it replaces says %s', l.origin_op_id,
        coalesce(p.origin_op_id, q.origin_op_id)) end,
    case when l.replaces_holder is not null and l.replaces_holder <> all (coalesce(h.kin, '{}'))
      then 'it replaces a lot of somebody who is no kin' end
    ], null) as wrong
  from (
    select holder_id, wallet, lot_no, i.granted, i.remaining, i.held, i.origin_op_id, i.expires_at,
      i.replaces, i.replaces_holder, i.came_at, t.taken, k.kept
    from lots i
    full join t using (holder_id, wallet, lot_no)
    full join k using (holder_id, wallet, lot_no)) l
  left join lots p on p.holder_id = l.holder_id and p.wallet = l.wallet and p.lot_no = l.replaces
    and l.replaces_holder is null
  left join lot q on q.holder_id = l.replaces_holder and q.wallet = l.wallet and q.lot_no = l.replaces
  left join holder h on h.holder_id = l.holder_id and h.holder_id between :low::uuid and :high::uuid
  left join entry m on m.holder_id = l.holder_id and m.wallet = l.wallet and m.seq = l.lot_no
    and m.holder_id between :low::uuid and :high::uuid
  left join r on r.holder_id = l.holder_id and r.return_id = m.op_id)
select f.holder_id, 'wallet ' || f.wallet || ', lot ' || f.lot_no as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id, f.wallet, f.lot_no

-- name: list_wrong_entries
-- I3 for a range of holders: each entry against its lots and its one operation of record. Those
-- whose operation is derived (expiries, debt paid, redemptions) are looked at elsewhere.
with
t as (
  select i.holder_id, i.wallet, i.seq, sum(i.amount)::bigint as taken,
    bool_or(i.amount > 0) as gives, bool_or(i.amount < 0) as takes
  from entry_lot i
  where i.holder_id between :low::uuid and :high::uuid
  group by i.holder_id, i.wallet, i.seq),
op as (
  select i.holder_id, i.purchase_id as op_id, 'purchase' as sort, 0 as kind, 1 as records
  from purchase i
  where i.holder_id between :low::uuid and :high::uuid
  union all
  select i.holder_id, i.return_id, 'return', 0, 1
  from purchase_return i
  where i.holder_id between :low::uuid and :high::uuid
  union all
  select i.holder_id, i.op_id, 'operation', i.kind, 1
  from operation i
  where i.holder_id between :low::uuid and :high::uuid
  union all
  select i.holder_id, i.op_id, 'run', 0, 1
  from trigger_run i
  where i.holder_id between :low::uuid and :high::uuid
  union all -- of purchases that have moved on since, whose records are elsewhere
  select m.holder_id, m.purchase_id, 'purchase', 0, 0
  from purchase_move m
  where m.holder_id between :low::uuid and :high::uuid
  union all
  select m.holder_id, r.return_id, 'return', 0, 0
  from purchase_move m
  join purchase p on p.purchase_id = m.purchase_id
  join purchase_return r on r.holder_id = p.holder_id and r.purchase_id = p.purchase_id
  where m.holder_id between :low::uuid and :high::uuid
  union all -- of what is with somebody of the family
  select h.holder_id, o.op_id, o.sort, 0, 0
  from holder h
  cross join unnest(h.kin) as k (holder_id)
  cross join lateral (
    select p.purchase_id as op_id, 'purchase' as sort from purchase p where p.holder_id = k.holder_id
    union all
    select r.return_id, 'return' from purchase_return r where r.holder_id = k.holder_id
    union all
    select t.op_id, 'run' from trigger_run t where t.holder_id = k.holder_id) o
  where h.holder_id between :low::uuid and :high::uuid and h.kin is not null),
ops as (
  select op.op_id, sum(op.records) as records, min(op.sort) as sort, min(op.kind) as kind,
    array_agg(op.holder_id) as holders
  from op
  group by op.op_id, case when op.kind in (7, 10, 15, 16) then op.holder_id end), -- both sides have one
e as (
  select i.holder_id, i.wallet, i.seq, i.amount, i.debt_change, i.reason, i.contra, i.op_id,
    i.recorded_at, lag(i.recorded_at) over (partition by i.holder_id, i.wallet order by i.seq) as earlier
  from entry i
  where i.holder_id between :low::uuid and :high::uuid),
found as (
  select e.holder_id, e.wallet, e.seq, array_remove(array[
    case when k.contra is distinct from e.contra
      then format('reason %s with house account %s', e.reason, e.contra) end,
    case when e.amount > 0 and l.lot_no is null and e.reason <> all (:giving::smallint[])
      then 'it made no lot' end,
    case when e.amount <= 0 and l.lot_no is not null then 'it made a lot though it gives nothing' end,
    case when case when l.lot_no is null then e.amount else 0 end <> coalesce(t.taken, 0)
      then format('amount %s, it took %s from lots', e.amount, coalesce(t.taken, 0)) end,
    case when t.gives and e.reason <> all (:giving) then 'it gives units back to a lot' end,
    case when t.takes and (e.reason = :given_back::smallint or t.gives)
      then 'it takes units of a lot' end,
    case when e.recorded_at < e.earlier then 'recorded before the entry before it' end,
    case when k.sorts is null then null
      when o.records is null or e.holder_id <> all (o.holders) then 'no operation of record has its id'
      when o.records > 1 then format('%s operations of record have its id', o.records)
      when o.sort || ' ' || o.kind <> all (string_to_array(k.sorts, ','))
        then format('reason %s belongs to no %s', e.reason, o.sort) end], null) as wrong
  from e
  left join unnest(:reasons::smallint[], :contras::smallint[], :sorts::text[])
    as k (reason, contra, sorts) on k.reason = e.reason
  left join lot l on l.holder_id = e.holder_id and l.wallet = e.wallet and l.lot_no = e.seq
    and l.holder_id between :low::uuid and :high::uuid
  left join t on t.holder_id = e.holder_id and t.wallet = e.wallet and t.seq = e.seq
  left join ops o on o.op_id = e.op_id and (o.kind not in (7, 10, 15, 16) or e.holder_id = any (o.holders)))
select f.holder_id, 'wallet ' || f.wallet || ', entry ' || f.seq as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id, f.wallet, f.seq

-- name: list_derived_entries
-- Expiries and paid debts of a range of holders with the one lot each took from, its making, the
-- operations that gave back to it, and the ended holds that let go of some of it.
with
t as (
  select i.holder_id, i.wallet, i.seq, count(*) as lots, min(i.lot_no) as lot_no
  from entry_lot i
  where i.holder_id between :low::uuid and :high::uuid
  group by i.holder_id, i.wallet, i.seq),
g as (
  select i.holder_id, i.wallet, i.lot_no, array_agg(e.op_id) as ops
  from entry_lot i
  join entry e on e.holder_id = i.holder_id and e.wallet = i.wallet and e.seq = i.seq
    and e.holder_id between :low::uuid and :high::uuid
  where i.holder_id between :low::uuid and :high::uuid and i.amount > 0
  group by i.holder_id, i.wallet, i.lot_no),
k as (
  select i.holder_id, i.wallet, i.lot_no, array_agg(h.hold_id) as holds, array_agg(h.closed_at) as ends
  from hold_item i
  join hold h on h.holder_id = i.holder_id and h.hold_id = i.hold_id and h.state > 0
    and h.holder_id between :low::uuid and :high::uuid
  where i.holder_id between :low::uuid and :high::uuid and i.kind = 1 and i.released > 0
  group by i.holder_id, i.wallet, i.lot_no)
select
  e.holder_id, e.wallet, e.seq, e.reason, e.amount, e.debt_change, e.op_id, e.op_line, e.occurred_at,
  t.lots, t.lot_no, m.op_id as made_by, l.available_at, l.expires_at, g.ops as given_by, k.holds, k.ends,
  array( -- by which debt came that was paid at once
    select x.op_id from member_merge x where x.holder_id = e.holder_id) as merges
from entry e
left join t on t.holder_id = e.holder_id and t.wallet = e.wallet and t.seq = e.seq
left join lot l on l.holder_id = e.holder_id and l.wallet = e.wallet and l.lot_no = t.lot_no
  and l.holder_id between :low::uuid and :high::uuid
left join entry m on m.holder_id = e.holder_id and m.wallet = e.wallet and m.seq = t.lot_no
  and m.holder_id between :low::uuid and :high::uuid
left join g on g.holder_id = e.holder_id and g.wallet = e.wallet and g.lot_no = t.lot_no
left join k on k.holder_id = e.holder_id and k.wallet = e.wallet and k.lot_no = t.lot_no
where e.holder_id between :low::uuid and :high::uuid and e.reason = any(:reasons::smallint[])
order by e.holder_id, e.wallet, e.seq

-- name: list_wrong_purchases
-- I3 for a range of holders: each purchase has its natural key and belongs to whom it names.
with found as (
  select p.holder_id, p.purchase_id, array_remove(array[
    case when k.channel is null then 'its natural key is not kept'
      when k.purchase_id is distinct from p.purchase_id
        then format('its natural key names %s', coalesce(k.purchase_id::text, 'no purchase'))
      when k.holder_id is distinct from p.holder_id
        then format('its natural key names holder %s', coalesce(k.holder_id::text, 'none')) end,
    case when h.holder_id is null then 'its holder is not there'
      when ((p.flags & :unmatched::int) > 0) <> (h.kind = 2)
        then 'it says otherwise than its holder whether a member is known' end], null) as wrong
  from purchase p
  left join purchase_key k on k.channel = p.channel and k.external_id = p.external_id
  left join holder h on h.holder_id = p.holder_id and h.holder_id between :low::uuid and :high::uuid
  where p.holder_id between :low::uuid and :high::uuid)
select f.holder_id, 'purchase ' || f.purchase_id as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id, f.purchase_id

-- name: list_wrong_returns
-- I3 for a range of holders: each return has its purchase and its natural key.
with found as (
  select r.holder_id, r.return_id, array_remove(array[
    case when p.purchase_id is null then 'its purchase is not there' end,
    case when k.channel is null then 'its natural key is not kept'
      when k.return_id is distinct from r.return_id
        then format('its natural key names %s', coalesce(k.return_id::text, 'no return'))
      when k.holder_id is distinct from r.holder_id
        then format('its natural key names holder %s', coalesce(k.holder_id::text, 'none')) end
    ], null) as wrong
  from purchase_return r
  left join lateral (
    select i.purchase_id
    from purchase i
    where i.purchase_id = r.purchase_id and i.holder_id = r.holder_id
    limit 1) p on true
  left join return_key k on k.channel = r.channel and k.external_id = r.external_id
  where r.holder_id between :low::uuid and :high::uuid)
select f.holder_id, 'return ' || f.return_id as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id, f.return_id

-- name: list_wrong_operations
-- I3 for a range of holders: each operation of record moved something; one of kind 4 gave a coupon,
-- one of kind 8 or 9 ended a redemption, or was undone; by kind 14 its member had a purchase that was
-- nobody's, whoever has it now; 15 and 16 are a merge and its undoing. What they gave may be with
-- somebody of the family. Those of kind 10 and 13 are looked at elsewhere.
select o.holder_id, 'operation ' || o.op_id as place,
  array[case o.kind when 4 then 'no coupon' when 8 then 'no redemption' when 9 then 'no redemption'
    when 14 then 'no purchase' when 15 then 'no merge' when 16 then 'no merge' when 17 then 'no erased member' else 'no entry' end || ' belongs to it'] as wrong
from operation o
join holder k on k.holder_id = o.holder_id and k.holder_id between :low::uuid and :high::uuid
where o.holder_id between :low::uuid and :high::uuid
  and case when o.kind = 4
    then not exists (
      select from coupon c
      where c.holder_id between :low::uuid and :high::uuid
        and c.holder_id = o.holder_id and c.origin_op = o.op_id)
      and not exists (
        select from coupon c where c.holder_id = any(k.kin) and c.origin_op = o.op_id)
    when o.kind in (8, 9)
    then not exists (
      select from redemption r
      where r.holder_id between :low::uuid and :high::uuid
        and r.holder_id = o.holder_id and r.closed_op = o.op_id)
      and not exists (
        select from redemption r where r.holder_id = any(k.kin) and r.closed_op = o.op_id)
      and not exists (
        select from operation u
        where u.holder_id between :low::uuid and :high::uuid
          and u.holder_id = o.holder_id and u.undoes = o.op_id)
    when o.kind in (10, 13) then false
    when o.kind = 17
    then not exists (
      select
      from holder h
      where h.holder_id between :low::uuid and :high::uuid
        and h.holder_id = o.holder_id and h.erased_at is not null)
    when o.kind = 14
    then not exists (
      select from purchase p
      where p.holder_id between :low::uuid and :high::uuid
        and p.holder_id = o.holder_id and (p.flags & :claimed::int) > 0)
      and not exists (
        select from purchase p
        where p.holder_id = any(k.kin) and (p.flags & :claimed) > 0)
      and not exists (select from purchase_move m where m.holder_id = o.holder_id)
    when o.kind in (15, 16)
    then not exists (
      select from member_merge m
      where (o.holder_id in (m.holder_id, m.old_id) or m.holder_id = any(k.kin))
        and o.op_id = case o.kind when 15 then m.op_id else m.ended_by end)
    else not exists (select from entry e where e.holder_id = o.holder_id and e.op_id = o.op_id) end
order by o.holder_id, o.op_id

-- name: list_wrong_moves
-- I3 for a range of holders: a purchase was moved by what is kept of that, and by operations with both.
with found as (
  select p.holder_id, 'purchase ' || p.purchase_id as place,
    array[format('nothing says that %s moved it', p.moved_by)] as wrong
  from purchase p
  where p.holder_id between :low::uuid and :high::uuid and p.moved_by is not null
    and not exists (
      select from purchase_move m
      join holder k on k.holder_id = p.holder_id
      where m.to_op = p.moved_by and m.purchase_id = p.purchase_id
        and (m.to_holder = p.holder_id or m.to_holder = any(k.kin)))
  union all
  select m.holder_id, 'move ' || m.op_id, array_remove(array[
    case when p.purchase_id is null then 'its purchase is not there'
      when n.op_id is null and (p.moved_by is distinct from m.to_op
        or p.holder_id <> m.to_holder and p.holder_id <> all (coalesce(k.kin, '{}')))
        then 'its purchase is not where it went' end,
    case when o.op_id is null then 'no operation with the old member' end,
    case when t.op_id is null then 'no operation with the new member' end], null)
  from purchase_move m
  left join lateral (
    select i.purchase_id, i.holder_id, i.moved_by
    from purchase i
    where i.purchase_id = m.purchase_id
    limit 1) p on true
  left join lateral (
    select i.op_id
    from purchase_move i
    where i.holder_id = m.to_holder and i.purchase_id = m.purchase_id and i.earned_by = m.to_op
    limit 1) n on true
  left join holder k on k.holder_id = m.to_holder
  left join operation o on o.holder_id = m.holder_id and o.op_id = m.op_id and o.kind = 13
    and o.holder_id between :low::uuid and :high::uuid
  left join operation t on t.holder_id = m.to_holder and t.op_id = m.to_op and t.kind = 13
  where m.holder_id between :low::uuid and :high::uuid
  union all
  select o.holder_id, 'operation ' || o.op_id, array['it moved no purchase']
  from operation o
  left join purchase_move m on m.holder_id = o.holder_id and m.op_id = o.op_id
    and m.holder_id between :low::uuid and :high::uuid
  left join purchase_move t on t.to_op = o.op_id and t.to_holder = o.holder_id
  where o.holder_id between :low::uuid and :high::uuid and o.kind = 13
    and m.op_id is null and t.to_op is null)
select f.holder_id, f.place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id, f.place

-- name: list_wrong_overruns
-- For a range of holders: what was beyond what there was has a purchase that is flagged so.
select o.holder_id, 'purchase ' || o.purchase_id as place,
  array[case when p.purchase_id is null then 'it has an overrun, but is not there'
    else 'it has an overrun, but does not say so' end] as wrong
from purchase_overrun o
left join purchase p on p.holder_id = o.holder_id and p.occurred_at = o.occurred_at
  and p.purchase_id = o.purchase_id and p.holder_id between :low::uuid and :high::uuid
where o.holder_id between :low::uuid and :high::uuid
  and (p.purchase_id is null or (p.flags & :overrun::int) = 0)
order by o.holder_id, o.purchase_id

-- name: list_wrong_purchase_keys
-- I3 over the whole table: each natural key has its purchase, or a return waits for one.
select
  coalesce(k.holder_id, '00000000-0000-0000-0000-000000000000') as holder_id,
  'natural key ' || k.channel || ' ' || k.external_id as place,
  array[case when k.purchase_id is null then 'no return waits for its purchase'
    else format('purchase %s is not there', k.purchase_id) end] as wrong
from purchase_key k
where case when k.purchase_id is null
  then not exists (
    select from parked_return w where w.channel = k.channel and w.external_id = k.external_id)
  else not exists (
    select from purchase p
    where p.purchase_id = k.purchase_id and p.holder_id = k.holder_id
      and p.channel = k.channel and p.external_id = k.external_id) end
order by k.channel, k.external_id

-- name: list_wrong_return_keys
-- I3 over the whole table: each natural key of a return has its return, or that is parked.
select
  coalesce(k.holder_id, '00000000-0000-0000-0000-000000000000') as holder_id,
  'natural key of a return ' || k.channel || ' ' || k.external_id as place,
  array[case when k.return_id is null then 'it is neither applied nor parked'
    else format('return %s is not there', k.return_id) end] as wrong
from return_key k
left join (
  select w.return_channel, w.return_external_id
  from parked_return w
  join purchase_key p on p.channel = w.channel and p.external_id = w.external_id
  where p.purchase_id is null) w
  on w.return_channel = k.channel and w.return_external_id = k.external_id
where case when k.return_id is null
  then w.return_channel is null
  else not exists (
    select from purchase_return r
    where r.return_id = k.return_id and r.channel = k.channel and r.external_id = k.external_id) end
order by k.channel, k.external_id

-- name: list_wrong_parked
-- I3 over the whole table: what is parked waits for a purchase that has not come, under its own key.
select
  '00000000-0000-0000-0000-000000000000'::uuid as holder_id,
  'parked return ' || w.return_channel || ' ' || w.return_external_id as place,
  array_remove(array[
    case when p.channel is null or p.purchase_id is not null
      then 'its purchase is not awaited' end,
    case when k.channel is null or k.return_id is not null
      then 'its natural key is not that of a parked return' end], null) as wrong
from parked_return w
left join purchase_key p on p.channel = w.channel and p.external_id = w.external_id
left join return_key k on k.channel = w.return_channel and k.external_id = w.return_external_id
where p.channel is null or p.purchase_id is not null or k.channel is null or k.return_id is not null
order by w.return_channel, w.return_external_id

-- name: list_wrong_identifiers
-- Over the whole table: no two hold one identifier at the same time, and each holder is there.
with i as (
  select d.holder_id, d.digest, d.from_at, lag(d.from_at) over o as earlier,
    lag(d.until_at) over o as earlier_until
  from identifier d
  window o as (partition by d.digest order by d.from_at)),
found as (
  select i.holder_id, i.digest, array_remove(array[
    case when i.earlier is not null and (i.earlier_until is null or i.earlier_until > i.from_at)
      then 'another holds it at the same time' end,
    case when h.holder_id is null then 'its holder is not there' end], null) as wrong
  from i
  left join holder h on h.holder_id = i.holder_id)
select f.holder_id, 'identifier ' || encode(f.digest, 'hex') as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.digest

-- name: list_wrong_holders
-- For a range of holders: members have their row, only members hold units, nothing is due unnoticed,
-- of who was erased nothing is left but the ledger.
with
due as (
  select d.holder_id, min(d.at) as at
  from (
    select l.holder_id, l.available_at as at
    from lot l
    where l.holder_id between :low::uuid and :high::uuid and l.remaining > 0
    union all
    select l.holder_id, l.expires_at
    from lot l
    where l.holder_id between :low::uuid and :high::uuid and l.remaining > 0
    union all
    select s.holder_id, s.due_at
    from tier_step s
    where s.holder_id between :low::uuid and :high::uuid and s.until_at is null
    union all
    select i.holder_id, i.due_at
    from hold i
    where i.holder_id between :low::uuid and :high::uuid and i.state = 0
    union all
    select f.holder_id, f.until_at
    from tier_floor f
    where f.holder_id between :low::uuid and :high::uuid) d
  join holder h on h.holder_id = d.holder_id and h.holder_id between :low::uuid and :high::uuid
    and h.erased_at is null -- of them nothing falls due any more
  where d.at > h.settled_at
  group by d.holder_id),
found as (
  select h.holder_id, array_remove(array[
    case when (h.kind = 1) <> (m.holder_id is not null)
      then 'it says otherwise than the table of members whether it is one' end,
    case when h.kind = 2 and exists (select from wallet w where w.holder_id = h.holder_id)
      then 'it holds units, but is no member' end,
    case when due.at is not null and (h.next_due is null or h.next_due > due.at)
      then format('next_due %s, but something is due at %s', coalesce(h.next_due::text, 'never'), due.at)
      end,
    case when h.erased_at is not null and h.next_due is not null
      then 'it was erased, but something falls due' end,
    case when h.erased_at is not null and exists (
        select from wallet w where w.holder_id = h.holder_id and (w.posted <> 0 or w.debt <> 0))
      then 'it was erased, but has units or owes some' end,
    case when h.erased_at is not null and exists (
        select from identifier i where i.holder_id = h.holder_id)
      then 'it was erased, but has identifiers' end,
    case when h.erased_at is not null and exists (
        select from member_profile p
        where p.holder_id = h.holder_id and (p.profile, p.fields, p.identifiers) <> ('{}', '{}', '[]'))
      then 'it was erased, but the person is there' end,
    case when h.erased_at is not null and h.merged_into is null and not exists (
        select
        from operation o
        where o.holder_id between :low::uuid and :high::uuid
          and o.holder_id = h.holder_id and o.kind = 17)
      then 'it was erased by nobody' end], null) as wrong
  from holder h
  left join member m on m.holder_id = h.holder_id and m.holder_id between :low::uuid and :high::uuid
  left join due on due.holder_id = h.holder_id
  where h.holder_id between :low::uuid and :high::uuid)
select f.holder_id, 'holder' as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id

-- name: list_wrong_holds
-- For a range of holders: an open hold has its time and all it keeps, an ended one nothing; captured
-- is what a purchase took over.
with
i as (
  select i.holder_id, i.hold_id, sum(i.captured)::bigint as captured,
    count(*) filter (where i.captured + i.released > 0) as touched,
    count(*) filter (where i.captured + i.released < i.amount) as kept
  from hold_item i
  where i.holder_id between :low::uuid and :high::uuid
  group by i.holder_id, i.hold_id),
found as (
  select h.holder_id, h.hold_id, array_remove(array[
    case when h.state = 0 and h.due_at <= o.settled_at
      then format('it should have timed out at %s', h.due_at) end,
    case when h.state = 0 and i.touched > 0 then 'it is open, but has not all it kept' end,
    case when h.state > 0 and i.kept > 0 then 'it has ended, but keeps something' end,
    case when h.state <> 1 and (i.captured > 0 or h.closed_by is not null)
      then 'it was not captured, but a purchase has some of it' end,
    case when h.state = 1 and h.channel <> '' and p.purchase_id is null
      then 'no purchase captured it' end,
    case when h.channel = '' and r.redemption_id is null and o.kind <> 3
      then 'no redemption has it' end,
    case when h.state = 3 and h.closed_at <> h.due_at
      then format('timed out at %s, due was %s', h.closed_at, h.due_at) end], null) as wrong
  from hold h
  left join holder o on o.holder_id = h.holder_id and o.holder_id between :low::uuid and :high::uuid
  left join i on i.holder_id = h.holder_id and i.hold_id = h.hold_id
  left join lateral (
    select q.purchase_id
    from purchase q
    where q.purchase_id = h.closed_by -- by now it may be another's, who claimed it
    limit 1) p on true
  left join lateral (
    select i.redemption_id
    from redemption i
    where h.channel = '' and i.redemption_id = h.hold_id
      and (i.holder_id = h.holder_id or i.holder_id = any(o.kin))
    limit 1) r on true
  where h.holder_id between :low::uuid and :high::uuid)
select f.holder_id, 'hold ' || f.hold_id as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id, f.hold_id

-- name: list_wrong_shares
-- Over the whole table: what holds have of budgets. An open hold has its share, unless it is overdue:
-- then somebody who was short may have it, who recorded something at that time. An ended one has
-- none, or one that is overdue.
with
c as (
  select max(o.recorded_at) as now
  from holder o),
i as (
  select i.holder_id, i.hold_id, i.name, sum(i.amount)::bigint as amount,
    sum(i.captured)::bigint as captured, min(h.due_at) as due_at, min(h.closed_at) as closed_at
  from hold_item i
  join hold h on h.holder_id = i.holder_id and h.hold_id = i.hold_id
  where i.kind = 3
  group by i.holder_id, i.hold_id, i.name),
found as (
  select
    coalesce(i.holder_id, '00000000-0000-0000-0000-000000000000') as holder_id, hold_id, name,
    array_remove(array[
      case when i.name is null then 'no hold has this share' end,
      case when b.name is null and i.closed_at is null and i.due_at > c.now
        then 'its share is not there' end,
      case when b.amount <> i.amount then format('a share of %s, it has %s', i.amount, b.amount) end,
      case when b.name is not null and i.captured > 0 then 'its share is captured and yet there' end,
      case when b.due_at <> i.due_at and i.closed_at is null
        then format('its share is due at %s, the hold at %s', b.due_at, i.due_at) end,
      case when b.due_at > i.closed_at
        then format('it ended at %s, its share is kept until %s', i.closed_at, b.due_at) end
      ], null) as wrong
  from i
  full join budget_hold b using (hold_id, name)
  cross join c)
select f.holder_id, 'hold ' || f.hold_id || ', budget ' || f.name as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id, f.hold_id, f.name

-- name: list_wrong_recoveries
-- For a range of holders: units are taken for uses that count, by operations that are there.
select u.holder_id, 'purchase ' || u.purchase_id || ', coupon ' || u.position as place,
  array_remove(array[
    case when u.given_back_at is not null then 'units are taken for it, but it came back' end,
    case when o.op_id is null then 'no operation took units for it' end], null) as wrong
from coupon_use u
left join lateral (
  select i.op_id
  from operation i
  join holder k on k.holder_id = u.holder_id
  where i.op_id = u.recovery and i.kind = 5
    and (i.holder_id = u.holder_id or i.holder_id = any(k.kin))
  limit 1) o on u.recovery is not null
where u.holder_id between :low::uuid and :high::uuid and u.recovery is not null
  and (u.given_back_at is not null or o.op_id is null)
order by u.holder_id, u.purchase_id, u.position

-- name: list_wrong_coupons
-- Over the whole table: a coupon is used as often as its uses say; those beyond its cap are counted
-- apart. One that a return took is void, unless it has no use left.
with
u as (
  select i.digest, count(*) as uses
  from coupon_use i
  where i.digest is not null and i.given_back_at is null and not i.overrun
  group by i.digest),
found as (
  select digest, array_remove(array[
    case when c.used is null then 'it was used, but is not there' end,
    case when c.used <> coalesce(u.uses, 0)
      then format('used %s times, its uses are %s', c.used, coalesce(u.uses, 0)) end,
    case when c.taken_by is not null and c.voided_at is null and c.used < c.uses_max
      then 'a return took it, but it is good' end], null) as wrong
  from coupon c
  full join u using (digest))
select '00000000-0000-0000-0000-000000000000'::uuid as holder_id,
  'coupon ' || encode(f.digest, 'hex') as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.digest

-- name: list_wrong_coupon_holds
-- Over the whole table: open holds, and no others, keep uses of coupons. Shared codes have no row and
-- no use to keep: of those holds keep a share.
with
i as (
  select i.holder_id, i.hold_id, i.digest, h.due_at,
    exists (select from coupon c where c.digest = i.digest)
  from hold_item i
  join hold h on h.holder_id = i.holder_id and h.hold_id = i.hold_id
  where i.kind = 2 and h.state = 0),
found as (
  select
    coalesce(i.holder_id, '00000000-0000-0000-0000-000000000000') as holder_id, hold_id, digest,
    array_remove(array[
      case when i.due_at is null then 'no open hold keeps it' end,
      case when k.due_at is null and i.exists then 'its use is not kept' end,
      case when k.due_at <> i.due_at
        then format('its use is kept until %s, the hold is due at %s', k.due_at, i.due_at) end
      ], null) as wrong
  from i
  full join coupon_hold k using (hold_id, digest))
select f.holder_id, 'hold ' || f.hold_id || ', coupon ' || encode(f.digest, 'hex') as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id, f.hold_id, f.digest

-- name: list_wrong_versions
-- I4 for a range of holders, of endpoints, of clients and of the audit, which tell events too: they are 1..version,
-- in their shard, placed in the order of versions. The days of the audit are few, its whole table is read.
with
o as (
  select i.holder_id, i.version, i.shard, i.pub_seq, i.recorded_at,
    row_number() over by_version as place,
    lag(i.pub_seq) over by_version as pub_before,
    lag(i.recorded_at) over by_version as recorded_before
  from outbox i
  where i.holder_id between :low::uuid and :high::uuid
  window by_version as (partition by i.holder_id order by i.version)),
s as (
  select o.holder_id, count(*) as events, max(o.version) as last,
    min(o.version) filter (where o.version <> o.place) as after_gap,
    min(o.version) filter (
      where o.pub_seq <= o.pub_before or (o.pub_before is null and o.pub_seq is not null and o.place > 1))
      as disordered,
    min(o.version) filter (where o.recorded_at < o.recorded_before) as early,
    min(o.version) filter (
      where o.shard <> (get_byte(uuid_send(o.holder_id), 15) & 63)) as elsewhere
  from o
  group by o.holder_id),
found as (
  select holder_id, array_remove(array[
    case when h.version is null then 'events of a holder that is not there' end,
    case when h.version <> coalesce(s.last, 0)
      then format('version %s, its last event is %s', h.version, coalesce(s.last, 0)) end,
    case when s.after_gap is not null
      then format('events are missing before %s', s.after_gap) end,
    case when s.disordered is not null
      then format('event %s is placed before an earlier one', s.disordered) end,
    case when s.early is not null
      then format('event %s is recorded before an earlier one', s.early) end,
    case when s.elsewhere is not null
      then format('event %s is in another shard', s.elsewhere) end], null) as wrong
  from (
    select i.holder_id, i.version
    from holder i
    where i.holder_id between :low::uuid and :high::uuid
    union all
    select i.endpoint_id, i.version
    from endpoint i
    where i.endpoint_id between :low::uuid and :high::uuid
    union all
    select i.client_id, i.version
    from api_client i
    where i.client_id between :low::uuid and :high::uuid
    union all
    select :audit::uuid, max(i.number)
    from audit_day i
    having max(i.number) is not null and :audit between :low::uuid and :high::uuid) h
  full join s using (holder_id))
select f.holder_id, 'events' as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.holder_id

-- name: list_wrong_shards
-- I4 over the whole table: each shard's stream is 1..last_seq.
with s as (
  select o.shard, count(o.pub_seq) as events, min(o.pub_seq) as first, max(o.pub_seq) as last
  from outbox o
  group by o.shard),
found as (
  select shard, array_remove(array[
    case when d.last_seq is null then 'no such shard' end,
    case when d.last_seq <> coalesce(s.last, 0)
      then format('last_seq %s, the last event is at %s', d.last_seq, coalesce(s.last, 0)) end,
    case when s.events > 0 and (s.first <> 1 or s.last - s.first + 1 <> s.events)
      then format('%s events from %s to %s', s.events, s.first, s.last) end], null) as wrong
  from s
  full join outbox_shard d using (shard))
select
  '00000000-0000-0000-0000-000000000000'::uuid as holder_id, 'shard ' || f.shard as place, f.wrong
from found f
where cardinality(f.wrong) > 0
order by f.shard

-- name: count_rows
-- What a range of holders has.
select
  (select count(*) from wallet i where i.holder_id between :low::uuid and :high::uuid) as wallets,
  (select count(*) from lot i where i.holder_id between :low::uuid and :high::uuid) as lots,
  (select count(*) from entry i where i.holder_id between :low::uuid and :high::uuid) as entries,
  (select count(*) from outbox i where i.holder_id between :low::uuid and :high::uuid) as events,
  (select count(*) from hold i where i.holder_id between :low::uuid and :high::uuid) as holds,
  (select count(*) from holder i where i.holder_id between :low::uuid and :high::uuid) as holders

-- name: count_coupons
-- Over the whole table.
select count(*) as coupons
from coupon c

-- name: list_house
-- I6 for a range of holders: what each house account got of the entries, by wallet and reason.
select e.wallet, e.contra, e.reason, sum(e.amount)::bigint as amount, sum(e.debt_change)::bigint as debt
from entry e
where e.holder_id between :low::uuid and :high::uuid
group by e.wallet, e.contra, e.reason

-- name: list_balances
-- The wallets of a range of holders.
select w.holder_id, w.wallet, w.posted, w.pending, w.held, w.debt
from wallet w
where w.holder_id between :low::uuid and :high::uuid

-- name: list_changes
-- I10 for a range of holders: events that tell of wallets.
select o.holder_id, o.version, o.body
from outbox o
where o.holder_id between :low::uuid and :high::uuid and o.type = any(:types::text[])

-- name: list_complete
-- I10 for a range of holders: those whose events 1..version are all kept.
select h.holder_id
from holder h
where h.holder_id between :low::uuid and :high::uuid
  and h.version = (
    select count(*) from outbox o where o.holder_id = h.holder_id and o.version between 1 and h.version)

-- name: list_decisions
-- The purchases of a range of holders; carts and facts only of those to be decided again: all, those
-- of the last day, a share by a hash of id and seed, and those of which something came back.
select
  p.holder_id, p.purchase_id, p.occurred_at, p.program_version, p.engine, p.flags, p.net, p.quantity,
  p.by_category::text as by_category, p.returned, p.moved_by, p.decision, c.chosen,
  coalesce(h.facts, ( -- placed with somebody of the family
    select i.facts from hold i where i.hold_id = p.hold_id and i.holder_id = any(k.kin))) as pinned,
  case when c.chosen or p.returned is not null then p.cart end as cart,
  case when c.chosen or p.returned is not null then p.facts end as facts
from purchase p
left join holder k on k.holder_id = p.holder_id and k.holder_id between :low::uuid and :high::uuid
cross join lateral (
  select :every::boolean or p.recorded_at > :since::timestamptz
    or ('x' || left(md5(p.purchase_id::text || ' ' || :seed::text), 8))::bit(32)::bigint < :below::bigint
    as chosen) c
left join hold h on h.holder_id = p.holder_id and h.hold_id = p.hold_id
  and h.holder_id between :low::uuid and :high::uuid
where p.holder_id between :low::uuid and :high::uuid

-- name: list_earned
-- The lots that purchases of a range of holders made, and the entries that made them; those of their
-- kin too, for there they may have been made.
select e.op_id, e.wallet, e.amount, l.available_at, l.expires_at
from entry e
left join lot l on l.holder_id = e.holder_id and l.wallet = e.wallet and l.lot_no = e.seq
  and l.holder_id between :low::uuid and :high::uuid
where e.holder_id between :low::uuid and :high::uuid and e.reason = :earned::smallint
union all
select e.op_id, e.wallet, e.amount, l.available_at, l.expires_at
from entry e
left join lot l on l.holder_id = e.holder_id and l.wallet = e.wallet and l.lot_no = e.seq
where e.holder_id = any(:kin::uuid[]) and e.reason = :earned::smallint

-- name: list_taken_back
-- Units that operations on purchases of a range of holders took back: what had earned them, for a
-- return, else the operation itself; what was given back is negative.
select coalesce(r.moved_by, r.purchase_id, e.op_id) as taken_from, e.wallet, sum(e.debt_change - e.amount)::bigint as units
from (
  select i.op_id, i.wallet, i.debt_change, i.amount
  from entry i
  where i.holder_id between :low::uuid and :high::uuid and i.reason = :reversed::smallint
  union all -- of the kin, where they may have been taken
  select i.op_id, i.wallet, i.debt_change, i.amount
  from entry i
  where i.holder_id = any(:kin::uuid[]) and i.reason = :reversed) e
left join purchase_return r on r.return_id = e.op_id and r.holder_id between :low and :high
group by coalesce(r.moved_by, r.purchase_id, e.op_id), e.wallet

-- name: list_redeemed
-- Units that purchases of a range of holders were paid with, by the operation that took them; those
-- of rewards are looked at elsewhere. Of a family all are here, for any of them may have paid.
select e.op_id, e.wallet, (e.debt_change - e.amount)::bigint as units, h.kin is not null as is_familys
from entry e
join holder h on h.holder_id = e.holder_id and h.holder_id between :low::uuid and :high::uuid
where e.holder_id between :low::uuid and :high::uuid and e.reason = :redeemed::smallint
  and e.wallet > 0 -- money of gift cards has rows of its own
  and not exists (
    select from redemption r
    where r.redemption_id = e.op_id and (r.holder_id = e.holder_id or r.holder_id = any(h.kin)))
union all
select e.op_id, e.wallet, (e.debt_change - e.amount)::bigint, true
from entry e
where e.holder_id = any(:kin::uuid[]) and e.reason = :redeemed and e.wallet > 0

-- name: list_redemptions
-- The redemptions of a range of holders, with what entries took for them and gave back, the hold that
-- kept their price, the operation that ended them, and the coupon they gave.
with
t as (
  select i.holder_id, i.op_id, i.reason, array_agg(distinct i.wallet) as wallets,
    sum(i.debt_change - i.amount)::bigint as units
  from entry i
  where i.holder_id between :low::uuid and :high::uuid
    and i.reason in (:redeemed::smallint, :given_back::smallint)
  group by i.holder_id, i.op_id, i.reason
  union all -- where somebody of the family paid, or got it back
  select h.holder_id, i.op_id, i.reason, array_agg(distinct i.wallet),
    sum(i.debt_change - i.amount)::bigint
  from holder h
  join entry i on i.holder_id = any(h.kin) and i.reason in (:redeemed, :given_back)
  where h.holder_id between :low::uuid and :high::uuid and h.kin is not null
  group by h.holder_id, i.op_id, i.reason)
select
  r.holder_id, r.redemption_id, r.state, r.reward, r.program_version, r.facts, r.wallet, r.price,
  r.stocked, r.coupon_id, r.asked_at, r.held_until, r.granted_at, r.closed_op,
  t.wallets as taken_from, coalesce(t.units, 0) as taken,
  b.wallets as given_to, -coalesce(b.units, 0) as given_back,
  h.state as hold_state, h.due_at as hold_due, h.closed_by as captured_by, o.kind as op_kind,
  c.holder_id as coupon_of, c.origin_op as coupon_by, c.template as coupon
from redemption r
left join t on t.holder_id = r.holder_id and t.op_id = r.redemption_id and t.reason = :redeemed::smallint
left join t b on b.holder_id = r.holder_id and b.op_id = r.closed_op and b.reason = :given_back::smallint
left join holder k on k.holder_id = r.holder_id and k.holder_id between :low::uuid and :high::uuid
left join lateral (
  select i.state, i.due_at, i.closed_by
  from hold i
  where i.hold_id = r.redemption_id and i.channel = ''
    and (i.holder_id = r.holder_id or i.holder_id = any(k.kin))
  limit 1) h on true
left join lateral (
  select i.kind
  from operation i
  where i.op_id = r.closed_op and (i.holder_id = r.holder_id or i.holder_id = any(k.kin))
  limit 1) o on true
left join coupon c on c.coupon_id = r.coupon_id
where r.holder_id between :low::uuid and :high::uuid
order by r.holder_id, r.redemption_id

-- name: list_given_back
-- Units that returns of purchases of a range of holders gave back.
select r.purchase_id, e.wallet, sum(e.amount - e.debt_change)::bigint as units
from (
  select i.op_id, i.wallet, i.debt_change, i.amount
  from entry i
  where i.holder_id between :low::uuid and :high::uuid and i.reason = :given_back::smallint
  union all -- of the kin, to whom they may have gone
  select i.op_id, i.wallet, i.debt_change, i.amount
  from entry i
  where i.holder_id = any(:kin::uuid[]) and i.reason = :given_back) e
join purchase_return r on r.return_id = e.op_id and r.holder_id between :low and :high
group by r.purchase_id, e.wallet

-- name: list_renewed
-- The lots of a range of holders that were made for units which had been owed, with their origin.
select l.holder_id, l.wallet, l.lot_no, l.origin_op_id, r.purchase_id
from lot l
join entry e on e.holder_id = l.holder_id and e.wallet = l.wallet and e.seq = l.lot_no
  and e.holder_id between :low::uuid and :high::uuid
join holder h on h.holder_id = l.holder_id and h.holder_id between :low::uuid and :high::uuid
left join purchase_return r on r.return_id = e.op_id
  and (r.holder_id = e.holder_id or r.holder_id = any(h.kin))
where l.holder_id between :low::uuid and :high::uuid and e.reason = :given_back::smallint
  and l.replaces is null

-- name: list_returned
-- What came back of purchases of a range of holders: thousandths per line and money, per return.
select r.purchase_id, r.lines, r.total
from purchase_return r
where r.holder_id between :low::uuid and :high::uuid

-- name: list_kept
-- What purchases of a range of holders earned and keep, redeemed and got back, after returns.
select w.purchase_id, w.wallet, w.earned, w.kept, w.lapsed, w.redeemed, w.given_back
from purchase_wallet w
where w.holder_id between :low::uuid and :high::uuid

-- name: list_limit_uses
-- The uses of limited rules by a range of holders; those beyond purchases are looked at elsewhere.
select u.purchase_id, u.rule, u.occurred_at
from limit_use u
where u.holder_id between :low::uuid and :high::uuid
  and not exists (select from trigger_run r where r.op_id = u.purchase_id)

-- name: list_tier_floors
-- The tiers that rules set for purchases, for a range of holders.
select f.purchase_id, f.ladder, f.rule, f.from_at, f.until_at, f.tier
from tier_floor f
where f.holder_id between :low::uuid and :high::uuid
  and not exists (select from trigger_run r where r.op_id = f.purchase_id)

-- name: list_members
-- The members of a range of holders: up to when each is settled, and since when they belong.
select h.holder_id, h.settled_at, m.enrolled_at
from holder h
join member m on m.holder_id = h.holder_id and m.holder_id between :low::uuid and :high::uuid
where h.holder_id between :low::uuid and :high::uuid
order by h.holder_id

-- name: list_tier_steps
-- All intervals of a range of holders, those of holders that are no members too.
select s.holder_id, s.ladder, s.from_at, s.until_at, s.tier, s.valid_until, s.due_at
from tier_step s
where s.holder_id between :low::uuid and :high::uuid
order by s.holder_id, s.ladder, s.from_at

-- name: list_budgets
-- Each budget with what its slots still hold and what holds have of it; the whole tables.
select b.name, b.cap + b.overrun as cap,
  coalesce((select sum(s.remaining) from budget_slot s where s.name = b.name), 0)::bigint as remaining,
  coalesce((select sum(h.amount) from budget_hold h where h.name = b.name), 0)::bigint as held
from budget b
order by b.name

-- name: list_constraints
-- I2: the constraints of the whole catalog; reads whole tables of it.
select t.relname as table_name, c.conname as name, pg_get_constraintdef(c.oid) as definition,
  c.convalidated as valid,
  not exists (select from pg_trigger g where g.tgconstraint = c.oid and g.tgenabled = 'D') as enforced
from pg_constraint c
join pg_class t on t.oid = c.conrelid
where c.connamespace = 'public'::regnamespace and c.contype in ('c', 'f', 'p', 'u')

-- name: list_unique_indexes
-- I2: the unique indexes of the whole catalog; reads whole tables of it.
select t.relname as table_name, x.relname as name, pg_get_indexdef(i.indexrelid) as definition,
  i.indisvalid and i.indisready as valid
from pg_index i
join pg_class x on x.oid = i.indexrelid
join pg_class t on t.oid = i.indrelid
where x.relnamespace = 'public'::regnamespace and i.indisunique

-- name: list_required
-- I2: columns that may not be null; reads whole tables of the catalog.
select t.relname as table_name, a.attname as column_name
from pg_attribute a
join pg_class t on t.oid = a.attrelid
where t.relnamespace = 'public'::regnamespace and t.relkind = 'r' and a.attnum > 0 and a.attnotnull

-- name: list_kin
-- With whom members of a range of holders were merged, outside of the range: what was written of the
-- purchases of one may lie with another.
select distinct k.holder_id
from holder h
cross join unnest(h.kin) as k (holder_id)
where h.holder_id between :low::uuid and :high::uuid and h.kin is not null
  and k.holder_id not between :low and :high

-- name: get_now
-- The clock of a look.
select clock_timestamp() as now

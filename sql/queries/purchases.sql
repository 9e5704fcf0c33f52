-- name: list_keys
-- Natural keys, before the lock and again after a lost race.
select k.channel, k.external_id, k.purchase_id, k.holder_id, k.fp
from unnest(:channels::text[], :external_ids::text[]) as u (channel, external_id)
join purchase_key k on k.channel = u.channel and k.external_id = u.external_id

-- name: insert_keys
-- Claims natural keys; a key that a parked return made is taken over. Fewer rows back than sent:
-- somebody else was first. Sorted, so that two batches never wait for each other crosswise.
insert into purchase_key as k (channel, external_id, purchase_id, holder_id, fp, fp_version)
select u.channel, u.external_id, u.purchase_id, u.holder_id, u.fp, u.fp_version
from unnest(
  :channels::text[], :external_ids::text[], :purchases::uuid[], :holders::uuid[], :fps::bytea[],
  :fp_versions::smallint[]) as u (channel, external_id, purchase_id, holder_id, fp, fp_version)
order by u.channel, u.external_id
on conflict (channel, external_id) do update
set purchase_id = excluded.purchase_id, holder_id = excluded.holder_id, fp = excluded.fp,
  fp_version = excluded.fp_version
where k.purchase_id is null
returning k.channel, k.external_id, (k.xmax <> 0) as awaited

-- name: insert_awaited_keys
-- A return came first: the key waits for its purchase.
insert into purchase_key (channel, external_id)
select u.channel, u.external_id
from unnest(:channels::text[], :external_ids::text[]) as u (channel, external_id)
order by u.channel, u.external_id
on conflict do nothing

-- name: lock_keys
-- A return that finds no purchase and a purchase that arrives meanwhile meet on this row.
select k.channel, k.external_id, k.purchase_id, k.holder_id
from unnest(:channels::text[], :external_ids::text[]) as u (channel, external_id)
join purchase_key k on k.channel = u.channel and k.external_id = u.external_id
order by k.channel, k.external_id
for no key update of k

-- name: update_key_holder
update purchase_key k
set holder_id = :holder::uuid
from unnest(:channels::text[], :external_ids::text[]) as u (channel, external_id)
where k.channel = u.channel and k.external_id = u.external_id

-- name: insert_purchases
insert into purchase (
  holder_id, occurred_at, purchase_id, recorded_at, channel, external_id, store, program_version,
  engine, flags, net, quantity, by_category, cart, facts, decision, outcome, actor_kind, actor_id,
  hold_id, total, home_id)
select
  u.holder_id, u.occurred_at, u.purchase_id, u.recorded_at, u.channel, u.external_id, u.store,
  u.program_version, u.engine, u.flags, u.net, u.quantity, u.by_category::jsonb, u.cart, u.facts,
  u.decision, u.outcome, u.actor_kind, u.actor_id, u.hold_id, u.total, u.home_id
from unnest(
  :holders::uuid[], :occurred::timestamptz[], :purchases::uuid[], :recorded::timestamptz[],
  :channels::text[], :external_ids::text[], :stores::text[], :versions::int[], :engines::smallint[],
  :flags::smallint[], :nets::bigint[], :quantities::bigint[], :categories::text[], :carts::bytea[],
  :facts::bytea[], :decisions::bytea[], :outcomes::bytea[], :actor_kinds::smallint[], :actors::text[],
  :holds::uuid[], :totals::bigint[], :homes::uuid[])
  as u (holder_id, occurred_at, purchase_id, recorded_at, channel, external_id, store,
    program_version, engine, flags, net, quantity, by_category, cart, facts, decision, outcome,
    actor_kind, actor_id, hold_id, total, home_id)

-- name: list_purchases
-- Purchases by id, whoever holds them.
select
  p.holder_id, p.occurred_at, p.purchase_id, p.recorded_at, p.channel, p.external_id, p.store,
  p.program_version, p.engine, p.flags, p.net, p.quantity, p.by_category::text as by_category,
  p.returned, p.cart, p.facts, p.decision, p.outcome, p.hold_id, p.moved_by
from purchase p
where p.purchase_id = any(:purchases::uuid[])

-- name: list_purchases_of_holder
-- What an unclaimed identifier collected since an instant, oldest first.
select
  p.holder_id, p.occurred_at, p.purchase_id, p.recorded_at, p.channel, p.external_id, p.store,
  p.program_version, p.engine, p.flags, p.net, p.quantity, p.by_category::text as by_category,
  p.returned, p.cart, p.facts, p.decision, p.outcome, p.hold_id, p.moved_by
from purchase p
where p.holder_id = :holder::uuid and p.occurred_at >= :since::timestamptz
order by p.occurred_at, p.purchase_id

-- name: list_holders_of_purchases
-- Who holds a purchase, for returns that name it by id.
select p.purchase_id, p.holder_id, p.channel, p.external_id
from purchase p
where p.purchase_id = any(:purchases::uuid[])

-- name: update_returned
-- What is left of purchases after a return.
update purchase p
set net = u.net, quantity = u.quantity, by_category = u.by_category::jsonb,
  flags = u.flags, returned = array(select jsonb_array_elements_text(u.returned::jsonb)::bigint)
from unnest(
  :holders::uuid[], :occurred::timestamptz[], :purchases::uuid[], :nets::bigint[],
  :quantities::bigint[], :categories::text[], :returned::text[], :flags::smallint[])
  as u (holder_id, occurred_at, purchase_id, net, quantity, by_category, returned, flags)
where p.holder_id = u.holder_id and p.occurred_at = u.occurred_at and p.purchase_id = u.purchase_id

-- name: update_outcomes
-- What receipts show at last: what a purchase brought about is known after its row is there.
update purchase p
set outcome = u.outcome
from unnest(:holders::uuid[], :occurred::timestamptz[], :purchases::uuid[], :outcomes::bytea[])
  as u (holder_id, occurred_at, purchase_id, outcome)
where p.holder_id = u.holder_id and p.occurred_at = u.occurred_at and p.purchase_id = u.purchase_id

-- name: update_decided
-- A purchase is another holder's: claimed by a member with its first decision, or moved to one.
update purchase
set holder_id = :new_holder::uuid, facts = :facts::bytea, decision = :decision::bytea,
  outcome = :outcome::bytea, program_version = :version::int, engine = :engine::smallint,
  flags = :flags::smallint, moved_by = :moved_by::uuid, home_id = null
where holder_id = :holder::uuid and occurred_at = :occurred_at::timestamptz
  and purchase_id = :purchase::uuid

-- name: update_return_keys_holder
-- The natural keys of those returns too.
update return_key k
set holder_id = :new_holder::uuid
from purchase_return r
where r.holder_id = :new_holder::uuid and r.purchase_id = :purchase::uuid
  and k.channel = r.channel and k.external_id = r.external_id

-- name: update_returns_holder
-- The returns of a purchase that was claimed or moved go with it.
update purchase_return
set holder_id = :new_holder::uuid
where holder_id = :holder::uuid and purchase_id = :purchase::uuid

-- name: list_later
-- When holders bought after an instant, in order of time.
select a.n, p.occurred_at
from unnest(:n::int[], :holders::uuid[], :after::timestamptz[]) as a (n, holder_id, after)
join purchase p on p.holder_id = a.holder_id and p.occurred_at > a.after
order by a.n, p.occurred_at

-- name: list_windows
-- History windows of a batch: earlier purchases net of returns, both ends exclusive; with the first
-- instant that counts, for who keeps the answer: while that is within, it holds.
select c.n, coalesce(sum(p.net), 0)::bigint as spend, count(p.net) as purchases,
  coalesce(sum(p.quantity), 0)::bigint as quantity, min(p.occurred_at) as first_at
from unnest(
  :n::int[], :holders::uuid[], :since::timestamptz[], :until::timestamptz[], :channels::text[],
  :stores::text[]) as c (n, holder_id, since, until, channel, store)
left join purchase p on p.holder_id = c.holder_id
  and p.occurred_at > c.since and p.occurred_at < c.until and p.net > 0
  and (c.channel is null or p.channel = c.channel)
  and (c.store is null or p.store = c.store)
group by c.n

-- name: list_category_windows
-- The same for windows of one category: what its lines came to.
select c.n, coalesce(sum((p.by_category -> c.category ->> 0)::bigint), 0)::bigint as spend,
  count(p.net) as purchases,
  coalesce(sum((p.by_category -> c.category ->> 1)::bigint), 0)::bigint as quantity,
  min(p.occurred_at) as first_at
from unnest(
  :n::int[], :holders::uuid[], :since::timestamptz[], :until::timestamptz[], :channels::text[],
  :stores::text[], :categories::text[])
  as c (n, holder_id, since, until, channel, store, category)
left join purchase p on p.holder_id = c.holder_id
  and p.occurred_at > c.since and p.occurred_at < c.until
  and (p.by_category -> c.category ->> 0)::bigint > 0
  and (c.channel is null or p.channel = c.channel)
  and (c.store is null or p.store = c.store)
group by c.n

-- name: list_uses
-- How often limited rules fired for the batch's members in the spans asked for, the first when.
select c.n, count(l.rule) as uses, min(l.occurred_at) as first_at
from unnest(
  :n::int[], :holders::uuid[], :rules::text[], :since::timestamptz[], :until::timestamptz[])
  as c (n, holder_id, rule, since, until)
left join limit_use l on l.holder_id = c.holder_id and l.rule = c.rule
  and l.occurred_at > c.since and l.occurred_at < c.until
group by c.n

-- name: insert_uses
insert into limit_use (holder_id, rule, occurred_at, purchase_id)
select u.holder_id, u.rule, u.occurred_at, u.purchase_id
from unnest(:holders::uuid[], :rules::text[], :occurred::timestamptz[], :purchases::uuid[])
  as u (holder_id, rule, occurred_at, purchase_id)

-- name: delete_uses
-- A return gives the use back.
delete from limit_use l
using unnest(:holders::uuid[], :rules::text[], :occurred::timestamptz[], :purchases::uuid[])
  as u (holder_id, rule, occurred_at, purchase_id)
where l.holder_id = u.holder_id and l.rule = u.rule and l.occurred_at = u.occurred_at
  and l.purchase_id = u.purchase_id

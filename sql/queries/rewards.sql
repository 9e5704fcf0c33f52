-- name: insert_redemptions
insert into redemption (
  holder_id, redemption_id, state, reward, program_version, facts, wallet, price, stocked, coupon_id,
  asked_at, held_until, granted_at, actor_kind, actor_id, store)
select
  u.holder_id, u.redemption_id, u.state, u.reward, u.program_version, u.facts, u.wallet, u.price,
  u.stocked, u.coupon_id, u.asked_at, u.held_until, u.granted_at, u.actor_kind, u.actor_id, u.store
from unnest(
  :holders::uuid[], :redemptions::uuid[], :states::smallint[], :rewards::text[], :versions::integer[],
  :facts::bytea[], :wallets::smallint[], :prices::bigint[], :stocked::boolean[], :coupons::uuid[],
  :asked::timestamptz[], :held::timestamptz[], :granted::timestamptz[], :actor_kinds::smallint[],
  :actors::text[], :stores::text[])
  as u (holder_id, redemption_id, state, reward, program_version, facts, wallet, price, stocked,
    coupon_id, asked_at, held_until, granted_at, actor_kind, actor_id, store)

-- name: update_redemptions
-- A step is taken once: only from the state it was found in under the holder's lock.
update redemption r
set state = u.state, coupon_id = u.coupon_id, granted_at = u.granted_at, closed_at = u.closed_at,
  closed_op = u.closed_op, closed_store = u.closed_store
from unnest(
  :holders::uuid[], :redemptions::uuid[], :was::smallint[], :states::smallint[], :coupons::uuid[],
  :granted::timestamptz[], :closed::timestamptz[], :ops::uuid[], :stores::text[])
  as u (holder_id, redemption_id, was, state, coupon_id, granted_at, closed_at, closed_op, closed_store)
where r.holder_id = u.holder_id and r.redemption_id = u.redemption_id and r.state = u.was

-- name: find_redemption
-- By id alone, whoever's it is.
select
  r.holder_id, r.redemption_id, r.state, r.reward, r.program_version, r.facts, r.wallet, r.price,
  r.stocked, r.coupon_id, r.asked_at, r.held_until, r.granted_at, r.closed_at, r.closed_op,
  r.closed_store, r.actor_kind, r.actor_id, r.store
from redemption r
where r.redemption_id = :redemption::uuid

-- name: find_closed
-- Which redemption of its holder an operation handed over or cancelled.
select r.redemption_id
from redemption r
where r.holder_id = :holder::uuid and r.closed_op = :op::uuid

-- name: list_page
-- A page of a member's redemptions, newest first: their ids come in the order of time.
select
  r.holder_id, r.redemption_id, r.state, r.reward, r.program_version, r.facts, r.wallet, r.price,
  r.stocked, r.coupon_id, r.asked_at, r.held_until, r.granted_at, r.closed_at, r.closed_op,
  r.closed_store, r.actor_kind, r.actor_id, r.store
from redemption r
where r.holder_id = :holder::uuid and r.redemption_id < :before::uuid
order by r.redemption_id desc
limit :limit::int

-- name: list_open
-- What is held, and what was granted and staff are to hand over: `items` are such rewards.
select
  r.holder_id, r.redemption_id, r.state, r.reward, r.program_version, r.facts, r.wallet, r.price,
  r.stocked, r.coupon_id, r.asked_at, r.held_until, r.granted_at, r.closed_at, r.closed_op,
  r.closed_store, r.actor_kind, r.actor_id, r.store
from redemption r
where r.holder_id = :holder::uuid
  and (r.state = 0 and r.held_until > :now::timestamptz
    or r.state = 1 and r.reward = any(:items::text[]))
order by r.redemption_id desc
limit :limit::int

-- name: count_had
-- How often members had rewards within spans; what is held counts until its time is over.
select u.n, count(r.redemption_id) as had
from unnest(
  :ns::integer[], :holders::uuid[], :rewards::text[], :since::timestamptz[], :until::timestamptz[])
  as u (n, holder_id, reward, since, until)
left join redemption r on r.holder_id = u.holder_id and r.reward = u.reward
  and (r.state in (1, 2) or (r.state = 0 and r.held_until > :now::timestamptz))
  and (u.since is null or r.asked_at > u.since) and (u.until is null or r.asked_at < u.until)
group by u.n

-- name: pass_redemptions
-- All of a holder are another's, or those whose home is one of some; whose they were stays known.
update redemption r
set holder_id = :to::uuid, home_id = nullif(coalesce(r.home_id, :holder::uuid), :to)
where r.holder_id = :holder and (:homes::uuid[] is null or r.home_id = any(:homes))

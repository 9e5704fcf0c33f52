-- name: list_cards
-- Gift cards by their codes, without a lock, with the seed that codes and PINs of a batch come from.
select g.digest, g.holder_id, g.kind, g.tail, g.state, g.batch_no, b.seed, g.has_pin, g.pin_hash,
  g.pin_tries, g.pin_locked_until, g.issued_at, g.activated_at
from gift_card g
left join gift_card_batch b on b.batch_id = g.batch_id
where g.digest = any(:digests::bytea[])

-- name: lock_cards
-- After the holders and before the slots, in one order, waiting.
select g.digest, g.state, g.pin_tries, g.pin_locked_until, g.activated_at, g.pins_tried
from gift_card g
where g.digest = any(:digests::bytea[])
order by g.digest
for no key update

-- name: list_digests
-- The codes and kinds of cards that are named by their holders.
select g.holder_id, g.digest, g.kind
from gift_card g
where g.holder_id = any(:holders::uuid[])

-- name: insert_card
insert into gift_card (
  digest, holder_id, kind, tail, state, has_pin, pin_hash, issued_at, activated_at)
values (
  :digest::bytea, :holder::uuid, :kind::text, :tail::text, :state::smallint, :has_pin::boolean,
  :pin_hash::text, :issued_at::timestamptz, :activated_at::timestamptz)

-- name: update_state
update gift_card
set state = :state::smallint, activated_at = :activated_at::timestamptz
where digest = :digest::bytea

-- name: update_tries
-- Of a card that is locked: one try is judged at a time.
update gift_card
set pin_tries = :tries::smallint, pin_locked_until = :locked_until::timestamptz,
  pins_tried = :tried::bytea[]
where digest = :digest::bytea

-- name: list_payments
-- What purchases took from gift cards.
select p.holder_id, p.purchase_id, p.op_id, p.value, p.taken, p.given_back
from gift_card_payment p
where p.purchase_id = any(:purchases::uuid[])

-- name: insert_payments
insert into gift_card_payment (holder_id, purchase_id, op_id, value, taken)
select u.holder_id, u.purchase_id, u.op_id, u.value, u.taken
from unnest(:holders::uuid[], :purchases::uuid[], :ops::uuid[], :amounts::bigint[], :taken::bigint[])
  as u (holder_id, purchase_id, op_id, value, taken)

-- name: update_payments
-- What came back by returns, of cards whose holders are locked.
update gift_card_payment p
set given_back = u.given_back
from unnest(:holders::uuid[], :purchases::uuid[], :given_back::bigint[])
  as u (holder_id, purchase_id, given_back)
where p.holder_id = u.holder_id and p.purchase_id = u.purchase_id

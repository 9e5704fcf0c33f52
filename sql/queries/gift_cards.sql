-- name: list_cards
-- Gift cards by their codes, without a lock, with the seed that codes and PINs of a batch come from.
select g.digest, g.holder_id, g.kind, g.tail, g.state, g.batch_no, b.seed, g.has_pin, g.pin_hash,
  g.pin_tries, g.pin_locked_until, g.issued_at, g.activated_at
from gift_card g
left join gift_card_batch b on b.batch_id = g.batch_id
where g.digest = any(:digests::bytea[])

-- name: lock_cards
-- After the holders and before the slots, in one order, waiting.
select g.digest, g.state, g.pin_tries, g.pin_locked_until, g.activated_at
from gift_card g
where g.digest = any(:digests::bytea[])
order by g.digest
for no key update

-- name: list_digests
-- The codes of cards that are named by their holders.
select g.holder_id, g.digest
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
set pin_tries = :tries::smallint, pin_locked_until = :locked_until::timestamptz
where digest = :digest::bytea

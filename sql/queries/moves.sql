-- name: insert_move
insert into purchase_move (holder_id, op_id, purchase_id, earned_by, to_holder, to_op)
values (
  :holder::uuid, :op::uuid, :purchase::uuid, :earned_by::uuid, :to_holder::uuid, :to_op::uuid)

-- name: list_homed
-- Purchases that go back with those whose they are when nobody is merged.
select p.purchase_id, coalesce(p.moved_by, p.purchase_id) as earned_by, p.home_id, p.occurred_at,
  p.net
from purchase p
where p.holder_id = :holder::uuid and p.home_id = any(:homes::uuid[])

-- name: pass_purchase_keys
-- Natural keys of all purchases of a holder, or of some.
update purchase_key k
set holder_id = :to::uuid
from purchase p
where p.holder_id = :holder::uuid and (:purchases::uuid[] is null or p.purchase_id = any(:purchases))
  and k.channel = p.channel and k.external_id = p.external_id

-- name: pass_purchases
-- All of a holder are another's, whose they were stays known; or some are again whose they were.
update purchase p
set holder_id = :to::uuid, home_id = nullif(coalesce(p.home_id, :holder::uuid), :to)
where p.holder_id = :holder and (:purchases::uuid[] is null or p.purchase_id = any(:purchases))

-- name: pass_limit_uses
update limit_use l
set holder_id = :to::uuid
where l.holder_id = :holder::uuid and (:purchases::uuid[] is null or l.purchase_id = any(:purchases))

-- name: pass_overruns
update purchase_overrun o
set holder_id = :to::uuid
where o.holder_id = :holder::uuid and (:purchases::uuid[] is null or o.purchase_id = any(:purchases))

-- name: update_home
-- A purchase was attached to somebody by a card of who is merged into them.
update purchase
set home_id = :home::uuid
where holder_id = :holder::uuid and purchase_id = :purchase::uuid

-- name: insert_transfers
-- Both sides at once; sorted by key.
insert into transfer (holder_id, transfer_id, wallet, other_id, kind, amount, occurred_at)
select u.holder_id, u.transfer_id, u.wallet, u.other_id, u.kind, u.amount, u.occurred_at
from unnest(
  :holders::uuid[], :transfers::uuid[], :wallets::smallint[], :others::uuid[], :kinds::smallint[],
  :amounts::bigint[], :occurred::timestamptz[])
  as u (holder_id, transfer_id, wallet, other_id, kind, amount, occurred_at)
order by u.holder_id, u.transfer_id, u.wallet

-- name: get_went
-- What a limit counts: units that left a holder in a time, read under its lock.
select -coalesce(sum(t.amount), 0)::bigint as units
from transfer t
where t.holder_id = :holder::uuid
  and t.occurred_at >= :since::timestamptz and t.occurred_at < :until::timestamptz
  and t.wallet = :wallet::smallint and t.kind = :kind::smallint and t.amount < 0
  and (:other::uuid is null or t.other_id = :other)

-- name: list_sums
-- Who gave to a pool and drew from it, in all and lately.
select t.other_id, t.kind, t.wallet, sum(t.amount)::bigint as amount,
  coalesce(sum(t.amount) filter (where t.occurred_at >= :since::timestamptz), 0)::bigint as lately
from transfer t
where t.holder_id = :holder::uuid
group by t.other_id, t.kind, t.wallet

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
-- What a limit counts: units that left a holder in a time, read under its lock, and what had left
-- those merged into it. What was undone did not.
select -coalesce(sum(t.amount), 0)::bigint as units
from transfer t
where t.holder_id = any(:holder::uuid || array(
      select h.holder_id from holder h where h.merged_into = :holder))
  and t.occurred_at >= :since::timestamptz and t.occurred_at < :until::timestamptz
  and t.wallet = :wallet::smallint and t.kind = :kind::smallint and t.amount < 0
  and (:other::uuid is null or t.other_id = any(:other || array(
      select h.holder_id from holder h where h.merged_into = :other)))
  and not exists (
    select from operation u where u.holder_id = t.holder_id and u.undoes = t.transfer_id)

-- name: list_sums
-- Who gave to a pool and drew from it, in all and lately; what was undone is left out. What those gave
-- and drew who are merged into somebody by now is his.
select coalesce(h.merged_into, t.other_id) as other_id, t.kind, t.wallet, sum(t.amount)::bigint as amount,
  coalesce(sum(t.amount) filter (where t.occurred_at >= :since::timestamptz), 0)::bigint as lately
from transfer t
left join holder h on h.holder_id = t.other_id
where t.holder_id = :holder::uuid
  and not exists (
    select from operation u where u.holder_id = t.holder_id and u.undoes = t.transfer_id)
group by coalesce(h.merged_into, t.other_id), t.kind, t.wallet

-- name: list_transfer
-- Both sides of a transfer, each in every wallet.
select t.holder_id, t.transfer_id, t.wallet, t.other_id, t.kind, t.amount, t.occurred_at
from transfer t
where t.holder_id = any(:holders::uuid[]) and t.transfer_id = :transfer::uuid
order by t.wallet, t.amount

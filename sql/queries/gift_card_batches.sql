-- name: insert_batch
-- The id is derived from client and key: whoever comes second finds the batch there.
insert into gift_card_batch (
  batch_id, kind, size, seed, has_pins, note, actor_kind, actor_id, recorded_at)
values (
  :batch::uuid, :kind::text, :size::integer, :seed::bytea, :has_pins::boolean, :note::text,
  :actor_kind::smallint, :actor::text, :recorded_at::timestamptz)
on conflict (batch_id) do nothing

-- name: find_batch
select b.batch_id, b.kind, b.size, b.seed, b.has_pins, b.done, b.note, b.recorded_at
from gift_card_batch b
where b.batch_id = :batch::uuid

-- name: lock_batch
-- One at a time goes on with a batch.
select b.done
from gift_card_batch b
where b.batch_id = :batch::uuid
for no key update

-- name: find_last_number
-- After the lock, in a statement of its own: a fresh snapshot sees what the one before wrote.
select g.batch_no
from gift_card g
where g.batch_id = :batch::uuid
order by g.batch_no desc
limit 1

-- name: update_done
update gift_card_batch
set done = :done::integer
where batch_id = :batch::uuid

-- name: list_numbers
-- The next numbers of a batch, for its export.
select g.batch_no
from gift_card g
where g.batch_id = :batch::uuid and g.batch_no > :after::integer
order by g.batch_no
limit :limit::integer

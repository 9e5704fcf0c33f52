-- name: find_idem
select fp, body
from idem
where actor_id = :actor::uuid and key = :key::text

-- name: insert_idem
-- The primary key makes the second of two at once wait, then fail.
insert into idem (actor_id, key, fp, fp_version, holder_id, body, created_at)
values (
  :actor::uuid, :key::text, :fp::bytea, 1, :holder::uuid, :body::bytea, :created_at::timestamptz)

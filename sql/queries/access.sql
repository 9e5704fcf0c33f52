-- name: find_key
-- A key with its client. PostgreSQL's clock comes along, so that every process judges by one clock
-- whether the key has expired.
select k.kid, k.client_id, c.name, k.secret_sha256, k.scopes, k.store, k.expires_at, k.revoked_at,
  k.last_used_at, k.rate_per_minute, k.networks, clock_timestamp() as read_at
from api_key k
join api_client c on c.client_id = k.client_id
where k.kid = :kid::text

-- name: get_clock
-- PostgreSQL's clock, for the times of a new or a revoked key.
select clock_timestamp()

-- name: insert_client
-- The id is derived from role and name: whoever comes second finds the client there.
insert into api_client (client_id, name, role, recorded_at)
values (:client::uuid, :name::text, :role::text, :at::timestamptz)
on conflict (client_id) do nothing

-- name: update_client_version
-- Events of a client are 1..version; whoever tells one has its row until the commit.
update api_client
set version = version + 1
where client_id = :client::uuid
returning version

-- name: lock_keys
-- The keys of a client, so that two who create one at the same moment wait for each other.
select k.kid
from api_key k
where k.client_id = :client::uuid
order by k.kid
for update

-- name: count_live_keys
-- After the lock, in a statement of its own: a fresh snapshot sees what the other one wrote.
select count(*)
from api_key k
where k.client_id = :client::uuid and k.revoked_at is null and k.expires_at > :at::timestamptz

-- name: insert_key
insert into api_key (
  kid, client_id, secret_sha256, scopes, store, created_at, expires_at, rate_per_minute,
  networks)
values (
  :kid::text, :client::uuid, :secret_sha256::bytea, :scopes::text[], :store::text,
  :created_at::timestamptz, :expires_at::timestamptz, :rate_per_minute::integer,
  :networks::text[])

-- name: update_key_revoked
update api_key
set revoked_at = :at::timestamptz
where kid = :kid::text and revoked_at is null

-- name: update_key_used
-- At most one row an hour and key: whoever reads `last_used_at` wants to know the day.
update api_key
set last_used_at = :at::timestamptz
where kid = :kid::text and (last_used_at is null or last_used_at < :before::timestamptz)

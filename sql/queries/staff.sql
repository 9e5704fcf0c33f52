-- name: find_account
-- By its id.
select a.account_id, a.login, a.role, a.stores, a.member_id, a.pin_hash, a.password_hash, a.state,
  a.must_change_secret, a.created_at, a.changed_at
from staff_account a
where a.account_id = :account::uuid

-- name: find_account_of
-- By its login, for who signs in.
select a.account_id, a.login, a.role, a.stores, a.member_id, a.pin_hash, a.password_hash, a.state,
  a.must_change_secret, a.created_at, a.changed_at
from staff_account a
where a.login = :login::text

-- name: find_account_named
-- By the login that the token of another sign-in tells, as find_token does with one of our own: the
-- member a merged one has become is theirs too, and PostgreSQL's clock comes along.
select a.login, a.role, a.state, a.stores, coalesce(h.merged_into, a.member_id) as member_id,
  clock_timestamp() as read_at
from staff_account a
left join holder h on h.holder_id = a.member_id
where a.login = :login::text

-- name: lock_account
-- Whoever changes an account or hands out a token for it waits for the others who do.
select a.account_id, a.login, a.role, a.stores, a.member_id, a.pin_hash, a.password_hash, a.state,
  a.must_change_secret, a.created_at, a.changed_at
from staff_account a
where a.account_id = :account::uuid
for no key update

-- name: list_accounts
-- A page by login; there is no end of small accounts, so it stops at the limit.
select a.account_id, a.login, a.role, a.stores, a.member_id, a.pin_hash, a.password_hash, a.state,
  a.must_change_secret, a.created_at, a.changed_at
from staff_account a
where a.login > :after::text and (:state::smallint is null or a.state = :state)
order by a.login
limit :rows::integer

-- name: insert_account
insert into staff_account (
  account_id, login, role, stores, member_id, pin_hash, password_hash, state, must_change_secret,
  created_at, changed_at)
values (
  :account::uuid, :login::text, :role::text, :stores::text[], :member::uuid, :pin_hash::text,
  :password_hash::text, :state::smallint, :must_change_secret::boolean, :at::timestamptz, :at)

-- name: update_account
-- Of a locked account everything that can change.
update staff_account
set role = :role::text, stores = :stores::text[], member_id = :member::uuid,
  pin_hash = :pin_hash::text, password_hash = :password_hash::text, state = :state::smallint,
  must_change_secret = :must_change_secret::boolean, changed_at = :at::timestamptz
where account_id = :account::uuid

-- name: find_token
-- Who is signed in, with the account as it is now. The member a merged one has become is theirs
-- too. PostgreSQL's clock comes along, so that every process judges the token's end by one clock.
select t.kid, a.login, a.role, a.state, a.must_change_secret,
  coalesce(h.merged_into, a.member_id) as member_id, t.client_id, t.secret_sha256, t.store, t.device, t.expires_at, t.ended_at,
  clock_timestamp() as read_at
from staff_token t
join staff_account a on a.account_id = t.account_id
left join holder h on h.holder_id = a.member_id
where t.kid = :kid::text

-- name: insert_token
insert into staff_token (
  kid, account_id, client_id, secret_sha256, store, device, created_at, expires_at)
values (
  :kid::text, :account::uuid, :client::uuid, :secret_sha256::bytea, :store::text, :device::text,
  :created_at::timestamptz, :expires_at::timestamptz)

-- name: update_tokens_at
-- Who signs in again at a device is signed in there once.
update staff_token
set ended_at = greatest(:at::timestamptz, created_at)
where account_id = :account::uuid and client_id = :client::uuid and device = :device::text
  and ended_at is null

-- name: update_tokens_of
-- Signed out everywhere: of a locked account, so that no token is being handed out.
update staff_token
set ended_at = greatest(:at::timestamptz, created_at)
where account_id = :account::uuid and ended_at is null

-- name: update_token
-- Signed out; answers when, also for who was signed out before.
update staff_token
set ended_at = coalesce(ended_at, greatest(:at::timestamptz, created_at))
where kid = :kid::text and secret_sha256 = :secret_sha256::bytea and client_id = :client::uuid
returning ended_at

-- name: insert_act
insert into staff_act (
  act_id, account_id, kind, changes, actor_kind, actor_id, client_id, recorded_at)
values (
  :act::uuid, :account::uuid, :kind::smallint, :changes::jsonb, :actor_kind::smallint, :actor::text,
  :client::uuid, :at::timestamptz)

-- Staff: accounts of people at tills and desks, their tokens, and what was done to accounts.

create table staff_account (
  account_id uuid primary key, login text collate "C" not null, role text collate "C" not null,
  stores text[] not null, member_id uuid, pin_hash text, password_hash text, state smallint not null,
  created_at timestamptz not null, changed_at timestamptz not null,
  constraint staff_account_state check (state in (0, 1)),
  constraint staff_account_secret check (pin_hash is not null or password_hash is not null));
create unique index staff_account_login on staff_account (login);
create unique index staff_account_member on staff_account (member_id) where member_id is not null;

create table staff_token (
  kid text collate "C" primary key, account_id uuid not null references staff_account,
  client_id uuid not null references api_client, secret_sha256 bytea not null,
  store text, device text not null, created_at timestamptz not null, expires_at timestamptz not null,
  ended_at timestamptz,
  constraint staff_token_sha check (octet_length(secret_sha256) = 32),
  constraint staff_token_span check (expires_at > created_at and ended_at >= created_at));
create index staff_token_open on staff_token (account_id) where ended_at is null;

create table staff_act (
  act_id uuid primary key, account_id uuid not null references staff_account, kind smallint not null,
  changes jsonb not null, actor_kind smallint not null, actor_id text not null, client_id uuid not null,
  recorded_at timestamptz not null);
create index staff_act_of on staff_act (account_id, recorded_at);

grant select, insert, update on staff_account, staff_token to regulars, regulars_jobs;
grant select, insert on staff_act to regulars, regulars_jobs;

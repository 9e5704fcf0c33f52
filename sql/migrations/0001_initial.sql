-- The schema of Regulars, written to be read. The migrations make the same (a law compares them).
-- One program per database. No functions, triggers, sequences or default clocks: ids, numbers and
-- times are passed in. kind, reason, state are small numbers with one enum each in Python.
-- Keys of holders' tables start with holder_id, keys by value are tables of their own, foreign keys
-- stay inside one holder: so the schema can move to a distributed PostgreSQL.

-- ---------------------------------------------------------------- holders and their units

create table holder (                         -- who may hold units: member (1), unclaimed identifier (2)
  holder_id   uuid primary key,               -- a member's is its member_id
  kind        smallint not null,
  merged_into uuid,                           -- set: the units are there (checked again under the lock)
  version     bigint not null default 0,      -- +1 per event: CloudEvents sequence and ETag; 1..version without gap
  next_due    timestamptz,                    -- not later than the earliest release, expiry, end of tier; null = none
  settled_at  timestamptz not null,           -- what was due up to here is posted
  recorded_at timestamptz not null,           -- last write; never falls
  constraint holder_kind check (kind in (1, 2))
) with (fillfactor = 70);
create index holder_due on holder (next_due) where next_due is not null;

create table wallet (
  holder_id uuid not null references holder, wallet smallint not null,   -- number of the program's wallet, never reused
  posted    bigint not null default 0,        -- sum(entry.amount) = sum(lot.remaining) = available + pending + held
  pending   bigint not null default 0,        -- of posted: lots not available at holder.settled_at
  held      bigint not null default 0,        -- of posted: in open holds
  debt      bigint not null default 0,        -- = sum(entry.debt_change)
  entry_seq bigint not null default 0,        -- last entry; holds and releases do not move it
  primary key (holder_id, wallet),
  constraint wallet_posted check (posted <= 9007199254740991),
  constraint wallet_parts  check (pending >= 0 and held >= 0 and pending + held <= posted),
  constraint wallet_debt   check (debt >= 0 and (debt = 0 or posted = pending + held))   -- debt only while nothing is available
) with (fillfactor = 70);

create table entry (                            -- append only; one row carries both legs (contra = the house account)
  holder_id uuid not null, wallet smallint not null, seq bigint not null,
  prev_seq bigint, before bigint not null, after bigint not null, amount bigint not null,
  debt_change bigint not null default 0,              -- debt is journalled with the entry that moves it
  reason smallint not null, contra smallint not null,
  op_id uuid not null, op_line smallint not null,     -- purchase, return, adjustment, settlement; line within it
  actor_kind smallint not null, actor_id text not null, store_id text,
  occurred_at timestamptz not null, recorded_at timestamptz not null,
  primary key (holder_id, wallet, seq),
  constraint entry_after  unique (holder_id, wallet, seq, after),
  constraint entry_once   unique (holder_id, op_id, op_line),
  constraint entry_amount check ((amount <> 0 or debt_change <> 0) and abs(amount) <= 1000000000000),
  constraint entry_sum    check (after = before + amount and after >= 0),
  constraint entry_seq    check (case when prev_seq is null then seq = 1 and before = 0 else seq = prev_seq + 1 end),
  constraint entry_chain  foreign key (holder_id, wallet, prev_seq, before) references entry (holder_id, wallet, seq, after));
create index entry_effective on entry (holder_id, wallet, occurred_at);   -- tier totals and "balance at"

create table lot (
  holder_id uuid not null, wallet smallint not null, lot_no bigint not null,     -- seq of the entry that made it
  granted bigint not null, remaining bigint not null, held bigint not null default 0,
  origin_holder_id uuid not null, origin_op_id uuid not null,                    -- what earned it; kept by merge, transfer, pool
  earned_at timestamptz not null,
  available_at timestamptz,                                                      -- null: waits for an event
  expires_at timestamptz,                                                        -- null: never
  primary key (holder_id, wallet, lot_no),
  constraint lot_bounds check (0 <= held and held <= remaining and remaining <= granted and granted > 0)
) with (fillfactor = 70);
create index lot_open on lot (holder_id, wallet, expires_at, available_at, lot_no) where remaining > 0;   -- btree's nulls last is the promised order

create table entry_lot (                        -- which lots an entry took from (an earning entry's own lot is lot_no = seq)
  holder_id uuid not null, wallet smallint not null, seq bigint not null, lot_no bigint not null,
  amount bigint not null check (amount <> 0), primary key (holder_id, wallet, seq, lot_no));

create table operation (                        -- writes that are neither purchase nor return: adjustment (1), opening (2)
  holder_id uuid not null, op_id uuid not null, kind smallint not null, note text not null,
  actor_kind smallint not null, actor_id text not null, recorded_at timestamptz not null,
  primary key (holder_id, op_id));

-- ---------------------------------------------------------------- members

create table member (
  holder_id uuid primary key references holder, enrolled_at timestamptz not null, recorded_at timestamptz not null);

create table member_profile (                   -- the person: destroyed on erasure, the ledger stays
  holder_id uuid primary key references member,
  profile bytea not null, fields bytea not null, identifiers bytea not null);    -- JSON

create table identifier (                       -- who holds an identifier when; the value only as a keyed hash
  digest bytea not null, from_at timestamptz not null, until_at timestamptz,
  holder_id uuid not null, kind text collate "C" not null, recorded_at timestamptz not null,
  primary key (digest, from_at),
  constraint identifier_digest check (octet_length(digest) = 32),
  constraint identifier_span check (until_at is null or until_at > from_at));
create unique index identifier_open on identifier (digest) where until_at is null;
create index identifier_holder on identifier (holder_id);

-- ---------------------------------------------------------------- purchases and returns

create table purchase (
  holder_id uuid not null, occurred_at timestamptz not null, purchase_id uuid not null,
  recorded_at timestamptz not null,
  channel text collate "C" not null, external_id text collate "C" not null, store text collate "C",
  program_version integer not null, engine smallint not null, flags smallint not null,
  net bigint not null, quantity bigint not null,       -- paid less returned, without shipping; thousandths
  by_category jsonb,                                   -- category -> [net, thousandths]; so a new window needs no backfill
  returned bigint[],                                   -- thousandths per line, null: nothing
  cart bytea not null, facts bytea not null, decision bytea not null, outcome bytea not null,   -- msgpack
  actor_kind smallint not null, actor_id text not null,
  primary key (holder_id, occurred_at, purchase_id),
  constraint purchase_net check (net >= 0 and quantity >= 0)
) with (fillfactor = 90, toast_tuple_target = 4080);
create index purchase_by_id on purchase (purchase_id);

create table purchase_key (                     -- the natural key, for ever; made by whichever of purchase and return comes first
  channel text collate "C" not null, external_id text collate "C" not null,
  purchase_id uuid, holder_id uuid, fp bytea, fp_version smallint,          -- null: awaited, a return came first
  primary key (channel, external_id));

create table purchase_wallet (                  -- refund abuse impossible; written with the first return of a purchase
  holder_id uuid not null, purchase_id uuid not null, wallet smallint not null,
  earned bigint not null, kept bigint not null, lapsed bigint not null default 0,    -- lapsed: expired units counted as taken
  primary key (holder_id, purchase_id, wallet),
  constraint purchase_wallet_bounds check (0 <= kept and kept <= earned and 0 <= lapsed and lapsed <= earned - kept));

create table purchase_return (
  holder_id uuid not null, purchase_id uuid not null, return_id uuid not null,
  channel text collate "C" not null, external_id text collate "C" not null, store text collate "C",
  occurred_at timestamptz not null, recorded_at timestamptz not null,
  lines bigint[] not null,                      -- thousandths per line of the purchase, this return alone
  total bigint not null, outcome bytea not null,
  actor_kind smallint not null, actor_id text not null,
  primary key (holder_id, purchase_id, return_id),
  constraint purchase_return_total check (total >= 0));
create index purchase_return_by_id on purchase_return (return_id);

create table return_key (                       -- the natural key of a return, for ever; return_id null: parked
  channel text collate "C" not null, external_id text collate "C" not null,
  return_id uuid, holder_id uuid, fp bytea not null, fp_version smallint not null,
  primary key (channel, external_id));

create table parked_return (                    -- came before its purchase
  channel text collate "C" not null, external_id text collate "C" not null,
  return_channel text collate "C" not null, return_external_id text collate "C" not null,
  body bytea not null, actor_kind smallint not null, actor_id text not null, recorded_at timestamptz not null,
  primary key (channel, external_id, return_channel, return_external_id));

create table limit_use (                        -- a limited rule fired
  holder_id uuid not null, rule text collate "C" not null, occurred_at timestamptz not null, purchase_id uuid not null,
  primary key (holder_id, rule, occurred_at, purchase_id));

-- ---------------------------------------------------------------- tiers

create table tier_step (                        -- intervals; none before the first step: everybody starts at the lowest tier
  holder_id uuid not null, ladder smallint not null, from_at timestamptz not null, until_at timestamptz,
  tier text collate "C" not null, valid_until timestamptz, due_at timestamptz,      -- due: when it is judged again
  recorded_at timestamptz not null,
  primary key (holder_id, ladder, from_at),
  constraint tier_step_span check (until_at is null or until_at > from_at));
create unique index tier_step_open on tier_step (holder_id, ladder) where until_at is null;

create table tier_floor (                       -- "set tier": at least this tier for a time, while the purchase stands
  holder_id uuid not null, ladder smallint not null, purchase_id uuid not null, rule text collate "C" not null,
  from_at timestamptz not null, until_at timestamptz, tier text collate "C" not null,
  primary key (holder_id, ladder, purchase_id, rule));

-- ---------------------------------------------------------------- budgets

create table budget (
  campaign text collate "C" primary key, unit smallint not null, cap bigint not null,
  overrun bigint not null default 0,            -- kept again after a return when nothing was left: counted apart
  constraint budget_overrun check (overrun >= 0));

create table budget_slot (                      -- a cap spread over rows, so that callers do not wait for each other
  campaign text collate "C" not null references budget, slot smallint not null, remaining bigint not null,
  primary key (campaign, slot), constraint budget_left check (remaining >= 0)) with (fillfactor = 50);

-- ---------------------------------------------------------------- program

create table program_version (                  -- immutable
  version integer primary key, effective_from timestamptz not null, published_at timestamptz not null,
  actor_kind smallint not null, actor_id text not null, note text not null,
  source text not null, canonical bytea not null, engine smallint not null,
  constraint program_version_first check (version >= 1));
create unique index program_version_from on program_version (effective_from);

-- ---------------------------------------------------------------- idempotency and events

create table idem (                             -- looked up before matching; not for purchases and returns
  actor_id uuid not null, key text collate "C" not null, fp bytea not null, fp_version smallint not null,   -- actor = the API client, so a rotated key replays
  holder_id uuid,                               -- for erasure only
  body bytea not null, created_at timestamptz not null,
  primary key (actor_id, key),
  constraint idem_key check (length(key) between 8 and 255), constraint idem_fp check (octet_length(fp) = 32));

create table outbox (
  holder_id uuid not null, version bigint not null,        -- = holder.version after this event
  shard smallint not null, event_id uuid not null, type text not null, body bytea not null,   -- ready CloudEvents JSON
  occurred_at timestamptz not null, recorded_at timestamptz not null, pub_seq bigint,
  primary key (holder_id, version)) with (fillfactor = 70);
create index outbox_todo on outbox (shard, recorded_at, holder_id, version) where pub_seq is null;
create unique index outbox_published on outbox (shard, pub_seq) where pub_seq is not null;

create table outbox_shard (shard smallint primary key, last_seq bigint not null default 0, sent_seq bigint not null default 0);
insert into outbox_shard (shard) select generate_series(0, 63);

-- ---------------------------------------------------------------- access

create table api_client (
  client_id uuid primary key, name text not null, role text not null, recorded_at timestamptz not null);

create table api_key (                          -- secrets only as hashes; two live keys per client for rotation
  kid text collate "C" primary key, client_id uuid not null references api_client, secret_sha256 bytea not null,
  scopes text[] not null, store text, created_at timestamptz not null, expires_at timestamptz not null,
  revoked_at timestamptz, last_used_at timestamptz,
  constraint api_key_sha check (octet_length(secret_sha256) = 32));

-- ---------------------------------------------------------------- imports

create table import_run (                       -- how far a file has been taken in; the digest names its content
  digest bytea primary key, kind text not null, rows_done bigint not null, recorded_at timestamptz not null,
  constraint import_run_digest check (octet_length(digest) = 32), constraint import_run_rows check (rows_done >= 0));

-- ---------------------------------------------------------------- roles: the service may not rewrite history

grant select on all tables in schema public to regulars, regulars_jobs;
grant insert on holder, wallet, entry, lot, entry_lot, operation, member, member_profile, identifier, purchase,
  purchase_key, purchase_wallet, purchase_return, return_key, parked_return, limit_use, tier_step, tier_floor, budget,
  budget_slot, program_version, idem, outbox, api_client, api_key, import_run to regulars, regulars_jobs;
grant update on holder, wallet, lot, member_profile, identifier, purchase, purchase_key, purchase_wallet,
  purchase_return, return_key, tier_step, tier_floor, budget, budget_slot, outbox, outbox_shard, api_key, import_run to regulars, regulars_jobs;
grant delete on parked_return, limit_use, tier_step, tier_floor to regulars, regulars_jobs;

-- Holds, coupons, and units that pay: what a checkout does around a purchase.

alter table budget rename column campaign to name;
alter table budget_slot rename column campaign to name;
alter table budget_slot rename constraint budget_slot_campaign_fkey to budget_slot_name_fkey;

alter table purchase_wallet
  add column redeemed bigint not null default 0,
  add column given_back bigint not null default 0,
  add constraint purchase_wallet_redeemed check (0 <= given_back and given_back <= redeemed);

alter table purchase add column hold_id uuid;

alter table lot add column replaces bigint;

create table hold (
  holder_id uuid not null, hold_id uuid not null, state smallint not null,
  channel text collate "C" not null, checkout text collate "C" not null, fp bytea not null,
  program_version integer not null, cart bytea not null, facts bytea not null, decision bytea not null,
  created_at timestamptz not null, due_at timestamptz not null, closed_at timestamptz, closed_by uuid,
  actor_kind smallint not null, actor_id text not null, store text collate "C",
  primary key (holder_id, hold_id),
  constraint hold_state check (state between 0 and 3),
  constraint hold_closed check ((state = 0) = (closed_at is null)),
  constraint hold_fp check (octet_length(fp) = 32));
create unique index hold_checkout on hold (holder_id, channel, checkout) where state = 0;
create index hold_by_id on hold (hold_id);

create table hold_item (
  holder_id uuid not null, hold_id uuid not null, item_no smallint not null,
  kind smallint not null, wallet smallint, lot_no bigint, name text collate "C", slot smallint, digest bytea,
  amount bigint not null, captured bigint not null default 0, released bigint not null default 0,
  primary key (holder_id, hold_id, item_no),
  constraint hold_item_of foreign key (holder_id, hold_id) references hold (holder_id, hold_id),
  constraint hold_item_kind check (case kind
    when 1 then wallet is not null and lot_no is not null
    when 2 then name is not null and digest is not null
    when 3 then name is not null and slot is not null
    else false end),
  constraint hold_item_sum check (amount > 0 and captured >= 0 and released >= 0 and captured + released <= amount));

create table budget_hold (
  name text collate "C" not null, hold_id uuid not null, slot smallint not null,
  amount bigint not null, due_at timestamptz not null,
  primary key (name, hold_id, slot),
  constraint budget_hold_amount check (amount > 0));
create index budget_hold_due on budget_hold (name, due_at);

create table coupon_batch (
  batch_id uuid primary key, template text collate "C" not null, size integer not null, seed bytea not null,
  imported boolean not null, done integer not null default 0, note text not null,
  actor_kind smallint not null, actor_id text not null, recorded_at timestamptz not null,
  constraint coupon_batch_size check (size > 0 and 0 <= done and done <= size),
  constraint coupon_batch_seed check (octet_length(seed) = 32));

create table coupon (
  digest bytea primary key, coupon_id uuid not null, template text collate "C" not null,
  batch_id uuid, batch_no integer, tail text collate "C" not null,
  holder_id uuid, origin_op uuid, rule text collate "C",
  from_at timestamptz, until_at timestamptz, uses_max integer not null, used integer not null default 0,
  voided_at timestamptz, issued_at timestamptz not null,
  constraint coupon_digest check (octet_length(digest) = 32),
  constraint coupon_uses check (uses_max > 0 and 0 <= used and used <= uses_max),
  constraint coupon_of_batch check ((batch_id is null) = (batch_no is null))) with (fillfactor = 90);
create index coupon_of_holder on coupon (holder_id, issued_at) where holder_id is not null;
create unique index coupon_in_batch on coupon (batch_id, batch_no) where batch_id is not null;
create index coupon_by_id on coupon (coupon_id);  -- not unique: allowed when distributed

create table coupon_hold (
  digest bytea not null, hold_id uuid not null, due_at timestamptz not null,
  primary key (digest, hold_id));

create table coupon_use (
  holder_id uuid not null, template text collate "C" not null, occurred_at timestamptz not null,
  purchase_id uuid not null, position smallint not null, digest bytea, overrun boolean not null default false,
  given_back_at timestamptz,
  primary key (holder_id, template, occurred_at, purchase_id, position));

create table code_guess (
  subject bytea not null, window_at timestamptz not null, failures integer not null,
  primary key (subject, window_at),
  constraint code_guess_subject check (octet_length(subject) = 32));

grant select on hold, hold_item, budget_hold, coupon_batch, coupon, coupon_hold, coupon_use, code_guess
  to regulars, regulars_jobs;
grant insert, update on hold, hold_item, budget_hold, coupon_batch, coupon, coupon_use, code_guess
  to regulars, regulars_jobs;
grant insert, update on coupon_hold to regulars, regulars_jobs;
grant delete on budget_hold, coupon_hold, code_guess to regulars, regulars_jobs;

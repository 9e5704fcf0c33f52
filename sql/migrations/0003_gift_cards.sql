-- Gift cards: holders of their own, whose code is kept as a keyed hash.
alter table holder
  drop constraint holder_kind,
  add constraint holder_kind check (kind in (1, 2, 3));

create table gift_card_batch (
  batch_id uuid primary key, kind text collate "C" not null, size integer not null, seed bytea not null,
  has_pins boolean not null, done integer not null default 0, note text not null,
  actor_kind smallint not null, actor_id text not null, recorded_at timestamptz not null,
  constraint gift_card_batch_size check (size > 0 and 0 <= done and done <= size),
  constraint gift_card_batch_seed check (octet_length(seed) = 32));

create table gift_card (
  digest bytea primary key, holder_id uuid not null, kind text collate "C" not null, tail text collate "C" not null,
  state smallint not null, batch_id uuid, batch_no integer,
  has_pin boolean not null, pin_hash text collate "C", pin_tries smallint not null default 0, pin_locked_until timestamptz,
  issued_at timestamptz not null, activated_at timestamptz,
  constraint gift_card_digest check (octet_length(digest) = 32),
  constraint gift_card_state check (state between 0 and 2),
  constraint gift_card_active check (case state when 0 then activated_at is null when 1 then activated_at is not null else true end),
  constraint gift_card_of_batch check ((batch_id is null) = (batch_no is null)),
  constraint gift_card_pin check (has_pin or pin_hash is null),
  constraint gift_card_tries check (pin_tries >= 0)) with (fillfactor = 90);
create unique index gift_card_in_batch on gift_card (batch_id, batch_no) where batch_id is not null;
create index gift_card_of_holder on gift_card (holder_id);   -- not unique: allowed when distributed

grant select, insert, update on gift_card_batch, gift_card to regulars, regulars_jobs;

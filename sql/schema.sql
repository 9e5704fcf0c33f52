-- The schema of Regulars, written to be read. The migrations make the same (a law compares them).
-- One program per database. No functions, triggers, sequences or default clocks: ids, numbers and
-- times are passed in. kind, reason, state are small numbers with one enum each in Python.
-- Keys of holders' tables start with holder_id, keys by value are tables of their own, foreign keys
-- stay inside one holder: so the schema can move to a distributed PostgreSQL.

-- ---------------------------------------------------------------- holders and their units

create table holder (                         -- who may hold units: member (1), unclaimed identifier (2), gift card (3), household (4), club (5)
  holder_id   uuid primary key,               -- a member's is its member_id
  kind        smallint not null,
  merged_into uuid,                           -- set: the units are there (checked again under the lock)
  version     bigint not null default 0,      -- +1 per event: CloudEvents sequence and ETag; 1..version without gap
  next_due    timestamptz,                    -- not later than the earliest release, expiry, time-out, end of tier; null = none
  settled_at  timestamptz not null,           -- what was due up to here is posted
  recorded_at timestamptz not null,           -- last write; never falls
  kin         uuid[],                         -- all it was ever merged with: there entries of its purchases may be
  erased_at   timestamptz,                    -- of a member: the person is gone, the ledger stays
  constraint holder_kind check (kind in (1, 2, 3, 4, 5))
) with (fillfactor = 70);
create index holder_due on holder (next_due) where next_due is not null;
create index holder_merged on holder (merged_into) where merged_into is not null;

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
  replaces bigint,                                                               -- the lapsed lot whose redeemed units these are, given back
  came_at timestamptz,                                                           -- when a transfer or a merge brought it; null: earned here
  home_id uuid,                                                                  -- whose it is when nobody is merged; null: the holder's own
  replaces_holder uuid,                                                          -- where the lot it replaces is; null: here
  primary key (holder_id, wallet, lot_no),
  constraint lot_replaces check (replaces_holder is null or replaces is not null),
  constraint lot_bounds check (0 <= held and held <= remaining and remaining <= granted and granted > 0)
) with (fillfactor = 70);
create index lot_open on lot (holder_id, wallet, expires_at, available_at, lot_no) where remaining > 0;   -- btree's nulls last is the promised order

create table entry_lot (                        -- which lots an entry took from, or gave back to (an earning entry's own lot is lot_no = seq)
  holder_id uuid not null, wallet smallint not null, seq bigint not null, lot_no bigint not null,
  amount bigint not null check (amount <> 0), primary key (holder_id, wallet, seq, lot_no));

create table operation (                        -- writes that are neither purchase nor return: Kind of domain/operations
  holder_id uuid not null, op_id uuid not null, kind smallint not null, note text not null,
  actor_kind smallint not null, actor_id text not null, recorded_at timestamptz not null,
  store text collate "C", device text collate "C", client_id uuid,      -- where, and the API client: from when it is kept
  approved_by text collate "C",                 -- the login of the second person, if it needed one
  code text collate "C",                        -- of an adjustment: one of the reasons of the program
  undoes uuid, receipt bytea,                   -- of an undo: the operation, and the answer for whoever asks again (JSON)
  primary key (holder_id, op_id),
  constraint operation_second_person check (approved_by <> actor_id),
  constraint operation_undo check ((undoes is null) = (receipt is null)));
create unique index operation_undoes on operation (holder_id, undoes) where undoes is not null;   -- once
create index operation_by_id on operation (op_id);   -- not unique: both sides of a transfer have it

-- ---------------------------------------------------------------- members

create table member (
  holder_id uuid primary key references holder, enrolled_at timestamptz not null, recorded_at timestamptz not null);
create index member_enrolled on member (enrolled_at);

create table member_profile (                   -- the person: destroyed on erasure, the ledger stays
  holder_id uuid primary key references member,
  profile bytea not null, fields bytea not null, identifiers bytea not null,     -- JSON
  born smallint,                                -- month and day of the birth date: 229 is 29 February
  constraint member_profile_born check (born between 101 and 1231));
create index member_profile_born_on on member_profile (born, holder_id) where born is not null;

create table member_merge (                     -- who was merged into whom, with the rows of whom it was into
  holder_id uuid not null references member, op_id uuid not null, old_id uuid not null,
  merged_at timestamptz not null,
  filled text[] not null,                       -- of the profile: what was empty and came from the other
  ended_by uuid, ended_at timestamptz,          -- the operation that undid it
  primary key (holder_id, op_id),
  constraint member_merge_other check (old_id <> holder_id),
  constraint member_merge_ended check ((ended_by is null) = (ended_at is null) and ended_at >= merged_at));
create unique index member_merge_open on member_merge (old_id) where ended_by is null;
create index member_merge_of on member_merge (old_id);

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
  hold_id uuid,                                        -- the hold it captured
  moved_by uuid,                                       -- the operation that brought it from another member, the last one
  total bigint,                                        -- paid, with shipping, whatever came back; null: recorded before this was kept
  home_id uuid,                                        -- whose it is when nobody is merged; null: the holder's own
  primary key (holder_id, occurred_at, purchase_id),
  constraint purchase_net check (net >= 0 and quantity >= 0)
) with (fillfactor = 90, toast_tuple_target = 4080);
create index purchase_by_id on purchase (purchase_id);
create index purchase_of_store on purchase (store, occurred_at, purchase_id);   -- a receipt on paper is looked for

create table purchase_key (                     -- the natural key, for ever; made by whichever of purchase and return comes first
  channel text collate "C" not null, external_id text collate "C" not null,
  purchase_id uuid, holder_id uuid, fp bytea, fp_version smallint,          -- null: awaited, a return came first
  primary key (channel, external_id));

create table purchase_wallet (                  -- refund abuse impossible; written with the first return of a purchase
  holder_id uuid not null, purchase_id uuid not null, wallet smallint not null,
  earned bigint not null, kept bigint not null, lapsed bigint not null default 0,    -- lapsed: expired units counted as taken
  redeemed bigint not null default 0, given_back bigint not null default 0,
  primary key (holder_id, purchase_id, wallet),
  constraint purchase_wallet_bounds check (0 <= kept and kept <= earned and 0 <= lapsed and lapsed <= earned - kept),
  constraint purchase_wallet_redeemed check (0 <= given_back and given_back <= redeemed));

create table purchase_return (
  holder_id uuid not null, purchase_id uuid not null, return_id uuid not null,
  channel text collate "C" not null, external_id text collate "C" not null, store text collate "C",
  occurred_at timestamptz not null, recorded_at timestamptz not null,
  lines bigint[] not null,                      -- thousandths per line of the purchase, this return alone
  total bigint not null, outcome bytea not null,
  actor_kind smallint not null, actor_id text not null,
  moved_by uuid,                                -- what its purchase was moved by when it came: then its entries are with that holder
  note text, device text collate "C",           -- note: why the purchase was voided, which a return does not say
  primary key (holder_id, purchase_id, return_id),
  constraint purchase_return_total check (total >= 0));
create index purchase_return_by_id on purchase_return (return_id);

create table purchase_move (                    -- a purchase went to another member: with the rows of the old one
  holder_id uuid not null, op_id uuid not null,                             -- the operation that took its units back
  purchase_id uuid not null, earned_by uuid not null,                       -- what had earned them: the purchase, or the move that had brought it
  to_holder uuid not null, to_op uuid not null,                             -- whose it is since, and what it earns by there
  primary key (holder_id, op_id),
  constraint purchase_move_other check (to_holder <> holder_id));
create index purchase_move_to on purchase_move (to_op);

create table purchase_overrun (                 -- a till had given more than there was: 1 units owed 2 coupon 3 budget 4 gift card
  holder_id uuid not null, purchase_id uuid not null, kind smallint not null, name text collate "C" not null,
  amount bigint not null,                       -- units, uses, of a budget what it counts, minor units
  channel text collate "C" not null, store text collate "C", occurred_at timestamptz not null,
  primary key (holder_id, purchase_id, kind, name),
  constraint purchase_overrun_kind check (kind between 1 and 4),
  constraint purchase_overrun_amount check (amount > 0));
create index purchase_overrun_at on purchase_overrun (occurred_at, purchase_id);

create table return_key (                       -- the natural key of a return, for ever; return_id null: parked
  channel text collate "C" not null, external_id text collate "C" not null,
  return_id uuid, holder_id uuid, fp bytea not null, fp_version smallint not null,
  primary key (channel, external_id));

create table parked_return (                    -- came before its purchase
  channel text collate "C" not null, external_id text collate "C" not null,
  return_channel text collate "C" not null, return_external_id text collate "C" not null,
  body bytea not null, actor_kind smallint not null, actor_id text not null, recorded_at timestamptz not null,
  device text collate "C",
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

create table budget (                           -- what all share: a campaign's by its id, a shared code's as "coupon:<template>"
  name text collate "C" primary key, unit smallint not null, cap bigint not null,
  overrun bigint not null default 0,            -- kept again after a return when nothing was left: counted apart
  constraint budget_overrun check (overrun >= 0));

create table budget_slot (                      -- a cap spread over rows, so that callers do not wait for each other
  name text collate "C" not null references budget, slot smallint not null, remaining bigint not null,
  primary key (name, slot), constraint budget_left check (remaining >= 0)) with (fillfactor = 50);

create table budget_hold (                      -- taken from a slot by an open hold; overdue: taken back by whoever is short
  name text collate "C" not null, hold_id uuid not null, slot smallint not null,
  amount bigint not null, due_at timestamptz not null,
  primary key (name, hold_id, slot),
  constraint budget_hold_amount check (amount > 0));
create index budget_hold_due on budget_hold (name, due_at);

-- ---------------------------------------------------------------- holds

create table hold (                             -- what a checkout keeps for itself until it pays; pins a decision
  holder_id uuid not null, hold_id uuid not null, state smallint not null,         -- 0 open 1 captured 2 released 3 timed out
  channel text collate "C" not null, checkout text collate "C" not null, fp bytea not null,   -- the shop's key: a retry finds its own hold; channel '': of a redemption, or a checkout's part of a gift card, with the same id
  program_version integer not null, cart bytea not null, facts bytea not null, decision bytea not null,   -- msgpack
  created_at timestamptz not null, due_at timestamptz not null, closed_at timestamptz, closed_by uuid,
  actor_kind smallint not null, actor_id text not null, store text collate "C",
  primary key (holder_id, hold_id),
  constraint hold_state check (state between 0 and 3),
  constraint hold_closed check ((state = 0) = (closed_at is null)),
  constraint hold_fp check (octet_length(fp) = 32));
create unique index hold_checkout on hold (holder_id, channel, checkout) where state = 0;
create index hold_by_id on hold (hold_id);      -- not unique: allowed when distributed

create table hold_item (                        -- units of a lot (1), a use of a unique code (2), a share of a budget (3)
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

-- ---------------------------------------------------------------- coupons

create table coupon_batch (                     -- unique codes made or brought in together; the seed makes ours again
  batch_id uuid primary key, template text collate "C" not null, size integer not null, seed bytea not null,
  imported boolean not null, done integer not null default 0, note text not null,
  actor_kind smallint not null, actor_id text not null, recorded_at timestamptz not null,
  constraint coupon_batch_size check (size > 0 and 0 <= done and done <= size),
  constraint coupon_batch_seed check (octet_length(seed) = 32));

create table coupon (                           -- unique and personal codes, only as keyed hashes; shared ones stand in the program
  digest bytea primary key, coupon_id uuid not null, template text collate "C" not null,
  batch_id uuid, batch_no integer, tail text collate "C" not null,          -- tail: the last characters, for people
  holder_id uuid, origin_op uuid, rule text collate "C",                    -- personal: whose, and what gave it
  from_at timestamptz, until_at timestamptz, uses_max integer not null, used integer not null default 0,
  voided_at timestamptz, issued_at timestamptz not null,
  taken_by uuid,                                -- the return or move after which it is not deserved: then it is void, or will be when its use comes back
  home_id uuid,                                 -- as of a purchase
  constraint coupon_digest check (octet_length(digest) = 32),
  constraint coupon_uses check (uses_max > 0 and 0 <= used and used <= uses_max),
  constraint coupon_of_batch check ((batch_id is null) = (batch_no is null))) with (fillfactor = 90);
create index coupon_of_holder on coupon (holder_id, issued_at) where holder_id is not null;
create unique index coupon_in_batch on coupon (batch_id, batch_no) where batch_id is not null;
create index coupon_by_id on coupon (coupon_id);  -- not unique: allowed when distributed

create table coupon_hold (                      -- an open hold has a use of it until then; overdue ones do not count
  digest bytea not null, hold_id uuid not null, due_at timestamptz not null,
  primary key (digest, hold_id));

create table coupon_use (                       -- by whoever the purchase belongs to; what came back counts no more
  holder_id uuid not null, template text collate "C" not null, occurred_at timestamptz not null,
  purchase_id uuid not null, position smallint not null, digest bytea, overrun boolean not null default false,
  given_back_at timestamptz,
  recovery uuid,                                -- the operation by which units are taken for it, as its coupon is not deserved
  primary key (holder_id, template, occurred_at, purchase_id, position));

create table code_guess (                       -- failed codes by member, device or address (a keyed hash) and window
  subject bytea not null, window_at timestamptz not null, failures integer not null,
  tried bytea[] not null default '{}',          -- keyed hashes of what failed: the same again is no new failure
  primary key (subject, window_at),
  constraint code_guess_subject check (octet_length(subject) = 32));

-- ---------------------------------------------------------------- rewards

create table redemption (                       -- a reward for units: 0 held 1 granted 2 handed over 3 cancelled
  holder_id uuid not null, redemption_id uuid not null, state smallint not null,
  reward text collate "C" not null, program_version integer not null, facts bytea not null,   -- msgpack: by which it could be had
  wallet smallint not null, price bigint not null,
  stocked boolean not null,                     -- a piece of the stock, which is the budget "reward:<reward>", is its
  coupon_id uuid,
  asked_at timestamptz not null,
  held_until timestamptz,                       -- a hold of the same id keeps the price; past this time it has timed out, whatever state says
  granted_at timestamptz,                       -- the price is paid
  closed_at timestamptz, closed_op uuid, closed_store text collate "C",     -- handed over or cancelled, by an operation
  actor_kind smallint not null, actor_id text not null, store text collate "C",
  home_id uuid,                                 -- as of a purchase
  primary key (holder_id, redemption_id),
  constraint redemption_state check (state between 0 and 3),
  constraint redemption_price check (price > 0),
  constraint redemption_held check (state <> 0 or (held_until is not null and granted_at is null)),
  constraint redemption_granted check (state in (0, 3) or granted_at is not null),
  constraint redemption_closed check (
    (state in (2, 3)) = (closed_at is not null) and (closed_at is null) = (closed_op is null)))
  with (fillfactor = 90);
create index redemption_of_reward on redemption (holder_id, reward, asked_at);
create index redemption_by_id on redemption (redemption_id);   -- not unique: allowed when distributed

-- ---------------------------------------------------------------- gift cards

create table gift_card_batch (                  -- cards made together, none of them active; the seed makes codes and PINs again
  batch_id uuid primary key, kind text collate "C" not null, size integer not null, seed bytea not null,
  has_pins boolean not null, done integer not null default 0, note text not null,
  actor_kind smallint not null, actor_id text not null, recorded_at timestamptz not null,
  constraint gift_card_batch_size check (size > 0 and 0 <= done and done <= size),
  constraint gift_card_batch_seed check (octet_length(seed) = 32));

create table gift_card (                        -- whose money a code is; the code only as a keyed hash. 0 issued 1 active 2 blocked
  digest bytea primary key, holder_id uuid not null,                        -- of a batch's card: its row is made with its first event
  kind text collate "C" not null, tail text collate "C" not null,           -- tail: the last characters, for people
  state smallint not null, batch_id uuid, batch_no integer,
  has_pin boolean not null, pin_hash text collate "C",                      -- null: the PIN is derived, as the code is
  pin_tries smallint not null default 0, pin_locked_until timestamptz,      -- tries since the last right PIN
  issued_at timestamptz not null, activated_at timestamptz,
  pins_tried bytea[] not null default '{}',     -- keyed hashes of the last wrong ones: the same again is no new try
  constraint gift_card_digest check (octet_length(digest) = 32),
  constraint gift_card_state check (state between 0 and 2),
  constraint gift_card_active check (case state when 0 then activated_at is null when 1 then activated_at is not null else true end),
  constraint gift_card_of_batch check ((batch_id is null) = (batch_no is null)),
  constraint gift_card_pin check (has_pin or pin_hash is null),
  constraint gift_card_tries check (pin_tries >= 0)) with (fillfactor = 90);
create unique index gift_card_in_batch on gift_card (batch_id, batch_no) where batch_id is not null;
create index gift_card_of_holder on gift_card (holder_id);   -- not unique: allowed when distributed

create table gift_card_payment (                -- what a purchase took from a card; with the card's rows
  holder_id uuid not null, purchase_id uuid not null, op_id uuid not null,
  value bigint not null, taken bigint not null,                             -- value: paid at the till; taken: of it, what was on the card
  given_back bigint not null default 0,
  primary key (holder_id, purchase_id),
  constraint gift_card_payment_sums check (value > 0 and 0 <= given_back and given_back <= taken and taken <= value));
create index gift_card_payment_of_purchase on gift_card_payment (purchase_id);

-- ---------------------------------------------------------------- transfers and households

create table transfer (                         -- units that passed between two holders, as each of them has it
  holder_id uuid not null, transfer_id uuid not null, wallet smallint not null, other_id uuid not null,
  kind smallint not null, amount bigint not null, occurred_at timestamptz not null,   -- amount: came (+) or went (-)
  primary key (holder_id, transfer_id, wallet),
  constraint transfer_amount check (amount <> 0),
  constraint transfer_kind check (kind between 1 and 6),
  constraint transfer_other check (other_id <> holder_id));
create index transfer_effective on transfer (holder_id, occurred_at);

create table household (                        -- members with a pool of units; the pool is the holder's
  holder_id uuid primary key references holder, formed_at timestamptz not null, dissolved_at timestamptz,
  actor_kind smallint not null, actor_id text not null);

create table household_member (                 -- who belongs to a household when, with the member's rows
  holder_id uuid not null references member, membership_id uuid not null, household_id uuid not null,
  from_at timestamptz not null, until_at timestamptz,
  role smallint not null, draw_max jsonb,                                       -- wallet -> units a month; null: as the program says
  actor_kind smallint not null, actor_id text not null, recorded_at timestamptz not null,
  home_id uuid,                                                                 -- as of a purchase
  primary key (holder_id, membership_id),
  constraint household_member_role check (role in (1, 2)),
  constraint household_member_span check (until_at is null or until_at >= from_at));
create unique index household_member_open on household_member (holder_id) where until_at is null;
create index household_member_of on household_member (household_id);

create table household_invitation (             -- open ones of a household: gone when taken, declined or dissolved
  holder_id uuid not null references household, member_id uuid not null,
  offered_at timestamptz not null, due_at timestamptz not null,
  primary key (holder_id, member_id),
  constraint household_invitation_span check (due_at > offered_at));
create index household_invitation_to on household_invitation (member_id);

-- ---------------------------------------------------------------- clubs

create table club (                             -- one row a club: locked by whoever gives a seat or a place on the list
  club smallint primary key, last_place bigint not null default 0,          -- number of the program's club, never reused
  holder_id uuid references holder, recorded_at timestamptz not null,       -- whose wallets its pool is; null: nothing was given yet
  seats_version integer,                        -- of the program, under which seats and members were last compared
  constraint club_place check (last_place >= 0)) with (fillfactor = 50);

create table club_span (                        -- grounds 1 invitation 2 rule 3 approval 4 paid 5 staff; 8 ban, 9 pause
  holder_id uuid not null references holder, span_id uuid not null, club smallint not null, kind smallint not null,
  from_at timestamptz not null, until_at timestamptz,                       -- until: also a term's end to come
  conditional boolean not null default false,   -- of a rule: it counts only while that is true
  renews boolean not null default true,         -- false: cancelled, it ends with its term
  source uuid, invited_by uuid, note text,      -- source: the offer, application, payment or purchase it came of
  actor_kind smallint not null, actor_id text not null, recorded_at timestamptz not null,
  ended_at timestamptz, ended_why smallint,     -- when it was told to end, and why; null: it runs, or ran out
  home_id uuid,                                 -- as of a purchase
  primary key (holder_id, span_id),
  constraint club_span_kind check (kind in (1, 2, 3, 4, 5, 8, 9)),
  constraint club_span_span check (until_at is null or until_at >= from_at),
  constraint club_span_conditional check (not conditional or kind = 2),
  constraint club_span_ended check ((ended_at is null) = (ended_why is null) and (ended_at is null or until_at is not null)));
create index club_span_of on club_span (club, from_at);
create index club_span_by_id on club_span (span_id);
create index club_span_due on club_span (until_at) where ended_at is null and kind <= 5 and until_at is not null;
create index club_span_by on club_span (invited_by) where invited_by is not null;

create table club_offer (                       -- kind: the ground it makes; 0 open 1 taken 2 declined 3 withdrawn 4 lapsed
  holder_id uuid not null references holder, offer_id uuid not null, club smallint not null, kind smallint not null,
  state smallint not null, has_seat boolean not null,
  made_at timestamptz not null, due_at timestamptz not null, closed_at timestamptz,   -- past due it is no offer, whatever state says
  inviter uuid, source uuid, rule text collate "C", note text,              -- inviter: the member who asked for it
  place bigint, term_until timestamptz,                                     -- place: on the list it came from; term_until: null, by the program
  actor_kind smallint not null, actor_id text not null,
  home_id uuid,                                                             -- as of a purchase
  primary key (holder_id, offer_id),
  constraint club_offer_kind check (kind between 1 and 5),
  constraint club_offer_state check (state between 0 and 4),
  constraint club_offer_span check (due_at > made_at),
  constraint club_offer_closed check ((state = 0) = (closed_at is null)));
create unique index club_offer_open on club_offer (holder_id, club) where state = 0;
create index club_offer_due on club_offer (due_at) where state = 0;
create index club_offer_by_id on club_offer (offer_id);
create index club_offer_by on club_offer (inviter, club) where inviter is not null;

create table club_code (                        -- an invitation for whoever has it, or (applies) a way to ask for one; the code only as a keyed hash
  digest bytea primary key, code_id uuid not null, club smallint not null, tail text collate "C" not null,
  inviter uuid, uses_max integer not null, used integer not null default 0,
  made_at timestamptz not null, due_at timestamptz not null, voided_at timestamptz, voided_by text, note text,
  actor_kind smallint not null, actor_id text not null,
  applies boolean not null default false,
  constraint club_code_digest check (octet_length(digest) = 32),
  constraint club_code_uses check (uses_max > 0 and 0 <= used and used <= uses_max),
  constraint club_code_voided check ((voided_at is null) = (voided_by is null)),
  constraint club_code_span check (due_at > made_at));
create index club_code_by on club_code (inviter, club) where inviter is not null;
create index club_code_of on club_code (club, made_at);
create unique index club_code_id on club_code (code_id);

create table club_application (                 -- 0 open 1 approved 2 rejected 3 withdrawn; words are the person's, gone with them
  holder_id uuid not null references holder, application_id uuid not null, club smallint not null, state smallint not null,
  words text not null, asked_at timestamptz not null,
  actor_kind smallint not null, actor_id text not null, store text collate "C",
  decided_at timestamptz, decided_by text, note text,
  home_id uuid,                                 -- as of a purchase
  code_id uuid,                                 -- the code that was shown
  primary key (holder_id, application_id),
  constraint club_application_state check (state between 0 and 3),
  constraint club_application_decided check ((state = 0) = (decided_at is null)));
create unique index club_application_open on club_application (holder_id, club) where state = 0;
create index club_application_by_state on club_application (club, state, asked_at, application_id);
create index club_application_code on club_application (code_id) where code_id is not null;

create table club_waiting (                     -- places are given under the club's lock; left: 1 offered 2 went 3 banned 4 let in
  club smallint not null, place bigint not null, holder_id uuid not null,
  since_at timestamptz not null, left_at timestamptz, how smallint,
  entry smallint not null, term_until timestamptz,                          -- what it will rest on: the kind of a ground, its end
  inviter uuid, source uuid, note text,                                     -- as of the offer it will be
  actor_kind smallint not null, actor_id text not null,
  home_id uuid,                                                             -- as of a purchase
  primary key (club, place),
  constraint club_waiting_place check (place > 0),
  constraint club_waiting_left check ((left_at is null) = (how is null)));
create unique index club_waiting_open on club_waiting (holder_id, club) where left_at is null;
create index club_waiting_first on club_waiting (club, place) where left_at is null;
create index club_waiting_by on club_waiting (inviter) where inviter is not null;
create index club_waiting_of on club_waiting (holder_id);

create table club_seat (                        -- numbered, so that no two are in one; of a membership or an offer, until then
  club smallint not null, seat integer not null, holder_id uuid not null, due_at timestamptz,
  primary key (club, seat),
  constraint club_seat_once unique (club, holder_id),
  constraint club_seat_number check (seat > 0)) with (fillfactor = 70);
create index club_seat_of on club_seat (holder_id);

create table club_owner (                       -- who may invite, approve and pass the club on, when
  club smallint not null, from_at timestamptz not null, until_at timestamptz, holder_id uuid not null,
  actor_kind smallint not null, actor_id text not null,
  home_id uuid,                                 -- as of a purchase
  primary key (club, from_at),
  constraint club_owner_span check (until_at is null or until_at > from_at));
create unique index club_owner_open on club_owner (club) where until_at is null;

create table club_payment (                     -- the natural key of a payment, for ever
  reference text collate "C" primary key, club smallint not null, holder_id uuid not null, span_id uuid not null,
  minor bigint not null, currency text not null, paid_at timestamptz not null, recorded_at timestamptz not null,
  fp bytea not null, fp_version smallint not null,
  constraint club_payment_minor check (minor > 0), constraint club_payment_fp check (octet_length(fp) = 32));
create index club_payment_of on club_payment (holder_id);

create table club_step (                        -- who let whom in, and why: never changed
  holder_id uuid not null, step_id uuid not null, club smallint not null, kind smallint not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null,
  by_member uuid, source uuid, note text, overtook integer,                 -- overtook: so many waited longer
  actor_kind smallint not null, actor_id text not null, store text collate "C",
  primary key (holder_id, step_id));
create index club_step_of on club_step (club, recorded_at, step_id);
create index club_step_by on club_step (by_member) where by_member is not null;

-- ---------------------------------------------------------------- program

create table program_version (                  -- immutable
  version integer primary key, effective_from timestamptz not null, published_at timestamptz not null,
  actor_kind smallint not null, actor_id text not null, note text not null,
  source text not null, canonical bytea not null, engine smallint not null,
  constraint program_version_first check (version >= 1));
create unique index program_version_from on program_version (effective_from);

create table program_sweep (                    -- a version with other segments or club rules: everybody is looked at once
  version integer primary key references program_version, after_id uuid, done_at timestamptz,
  recorded_at timestamptz not null);

-- ---------------------------------------------------------------- idempotency and events

create table idem (                             -- looked up before matching; not for purchases and returns
  actor_id uuid not null, key text collate "C" not null, fp bytea not null, fp_version smallint not null,   -- actor = the API client, so a rotated key replays
  holder_id uuid,                               -- for erasure only
  body bytea not null, created_at timestamptz not null,
  primary key (actor_id, key),
  constraint idem_key check (length(key) between 8 and 255), constraint idem_fp check (octet_length(fp) = 32));
create index idem_of_holder on idem (holder_id) where holder_id is not null;

create table outbox (
  holder_id uuid not null, version bigint not null,        -- = holder.version after this event
  shard smallint not null, event_id uuid not null, type text not null, body bytea not null,   -- ready CloudEvents JSON
  occurred_at timestamptz not null, recorded_at timestamptz not null, pub_seq bigint,
  primary key (holder_id, version)) with (fillfactor = 70);
create index outbox_todo on outbox (shard, recorded_at, holder_id, version) where pub_seq is null;
create unique index outbox_published on outbox (shard, pub_seq) where pub_seq is not null;

create table outbox_shard (shard smallint primary key, last_seq bigint not null default 0);
insert into outbox_shard (shard) select generate_series(0, 63);

create table sink_position (                    -- how far each shard was sent to Redis Streams and NATS JetStream
  sink text collate "C" not null, shard smallint not null, position bigint not null, changed_at timestamptz not null,
  primary key (sink, shard),
  constraint sink_position_position check (position >= 0));

-- ---------------------------------------------------------------- consents

create table consent (                          -- what members said to being written to; only added, the last word counts
  holder_id uuid not null, channel text collate "C" not null, said_at timestamptz not null, is_given boolean not null,
  source text collate "C" not null, wording text collate "C",   -- where they said it, and to which text; codes of the shop
  actor_kind smallint not null, actor_id text not null, client_id uuid not null, recorded_at timestamptz not null,
  primary key (holder_id, channel, said_at, is_given));

-- ---------------------------------------------------------------- endpoints

create table endpoint (                         -- who is sent events: 0 pending 1 active 2 paused 3 disabled 4 removed
  endpoint_id uuid primary key, version bigint not null default 0, name text collate "C" not null, state smallint not null,   -- version: of its own events
  url text not null, types text[] not null, channels text[] not null, in_flight_max smallint not null,   -- types, channels: empty: all
  format smallint not null, personal text[] not null, consent text collate "C",   -- 0 webhook 1 segment 2 template; what is told of people, under which consent
  secret bytea, old_secret bytea, old_secret_until timestamptz,   -- sealed: a webhook's key (the old one signs along until then), or the settings of another
  created_at timestamptz not null, changed_at timestamptz not null, ended_why text,
  succeeded_at timestamptz, failing_since timestamptz, failures integer not null default 0, next_at timestamptz,   -- failing: nothing was taken since; the next attempt not before
  last_status smallint, last_answer text,
  leased_by uuid, leased_until timestamptz,     -- which run is sending, until then
  constraint endpoint_state check (state in (0, 1, 2, 3, 4)),
  constraint endpoint_format check (format in (0, 1, 2)),
  constraint endpoint_personal check (cardinality(personal) = 0 or (format <> 0 and consent is not null)),
  constraint endpoint_secret check ((secret is null) = (state = 4)),
  constraint endpoint_old_secret check ((old_secret is null) = (old_secret_until is null)),
  constraint endpoint_in_flight check (in_flight_max between 1 and 64),
  constraint endpoint_failing check ((failing_since is null) = (failures = 0)),
  constraint endpoint_lease check ((leased_by is null) = (leased_until is null)));
create unique index endpoint_name on endpoint (name) where state <> 4;

create table endpoint_track (                   -- how far an endpoint has each shard: track 0 as it goes on, others once more
  endpoint_id uuid not null references endpoint, track smallint not null, shard smallint not null,
  position bigint not null, to_seq bigint,      -- a place of the outbox; up to and with to_seq
  primary key (endpoint_id, track, shard),
  constraint endpoint_track_position check (position >= 0 and position <= to_seq),
  constraint endpoint_track_live check ((track = 0) = (to_seq is null)));

create table endpoint_replay (                  -- events recorded in a span are sent once more
  replay_id uuid primary key, endpoint_id uuid not null references endpoint, track smallint not null,
  from_at timestamptz not null, until_at timestamptz not null, asked_at timestamptz not null, done_at timestamptz,
  constraint endpoint_replay_track check (track > 0),
  constraint endpoint_replay_span check (from_at < until_at));
create unique index endpoint_replay_running on endpoint_replay (endpoint_id, track) where done_at is null;
create index endpoint_replay_of on endpoint_replay (endpoint_id, replay_id);

create table delivery (                         -- events an endpoint has refused, and what waits behind them: 0 waiting 1 dead
  endpoint_id uuid not null, holder_id uuid not null, version bigint not null,
  event_id uuid not null, state smallint not null, attempts smallint not null,
  failed_at timestamptz not null, next_at timestamptz, last_status smallint, last_answer text,   -- next_at null: behind another one
  primary key (endpoint_id, holder_id, version),
  constraint delivery_state check (state in (0, 1)));
create unique index delivery_dead on delivery (endpoint_id, event_id) where state = 1;
create index delivery_due on delivery (endpoint_id, next_at) where state = 0 and next_at is not null;
create index delivery_waiting on delivery (endpoint_id, holder_id, version) where state = 0;
create index delivery_old on delivery (failed_at) where state = 1;

-- ---------------------------------------------------------------- access

create table api_client (
  client_id uuid primary key, name text not null, role text not null, recorded_at timestamptz not null,
  version bigint not null default 0);           -- of its events, as in holder

create table api_key (                          -- secrets only as hashes; two live keys per client for rotation
  kid text collate "C" primary key, client_id uuid not null references api_client, secret_sha256 bytea not null,
  scopes text[] not null, store text, created_at timestamptz not null, expires_at timestamptz not null,
  revoked_at timestamptz, last_used_at timestamptz,
  rate_per_minute integer,                      -- requests; null: no quota but that of its role
  networks text[] not null default '{}',        -- CIDR, checked by the service; none: from anywhere
  constraint api_key_sha check (octet_length(secret_sha256) = 32),
  constraint api_key_rate check (rate_per_minute > 0));

-- ---------------------------------------------------------------- staff

create table staff_account (                    -- people at tills and desks: 0 active 1 suspended
  account_id uuid primary key, login text collate "C" not null, role text collate "C" not null,   -- login: chosen by the shop, unique for ever, no person's name
  stores text[] not null, member_id uuid, pin_hash text, password_hash text, state smallint not null,   -- stores: where one may sign in; empty: everywhere
  created_at timestamptz not null, changed_at timestamptz not null,
  must_change_secret boolean not null default false,   -- somebody else knows it: it was made or reset by them
  constraint staff_account_state check (state in (0, 1)),
  constraint staff_account_secret check (pin_hash is not null or password_hash is not null));
create unique index staff_account_login on staff_account (login);
create unique index staff_account_member on staff_account (member_id) where member_id is not null;

create table staff_token (                      -- who is signed in where; secrets only as hashes
  kid text collate "C" primary key, account_id uuid not null references staff_account,
  client_id uuid not null references api_client, secret_sha256 bytea not null,
  store text, device text not null, created_at timestamptz not null, expires_at timestamptz not null,
  ended_at timestamptz,
  constraint staff_token_sha check (octet_length(secret_sha256) = 32),
  constraint staff_token_span check (expires_at > created_at and ended_at >= created_at));
create index staff_token_open on staff_token (account_id) where ended_at is null;

create table staff_act (                        -- what was done to accounts, by whom: never changed
  act_id uuid primary key, account_id uuid not null references staff_account, kind smallint not null,
  changes jsonb not null, actor_kind smallint not null, actor_id text not null, client_id uuid not null,   -- field -> [before, after]
  recorded_at timestamptz not null);
create index staff_act_of on staff_act (account_id, recorded_at);

create table adjusted_day (                     -- what one of the staff adjusted alone on a local day; locked after the holder
  staff text collate "C" not null, day date not null, wallet smallint not null, amount bigint not null,   -- given and taken alike
  primary key (staff, day, wallet),
  constraint adjusted_day_amount check (amount > 0)) with (fillfactor = 50);

create table approval (                         -- what waits for a second person: 0 open 1 approved 2 refused; with the member's rows
  holder_id uuid not null references holder, approval_id uuid not null,
  kind smallint not null, state smallint not null,
  body bytea not null, why smallint not null,                               -- what was asked for (JSON, by kind), and why not alone
  actor_kind smallint not null, actor_id text not null, client_id uuid not null,   -- who asked, and where
  store text collate "C", device text collate "C",
  asked_at timestamptz not null,
  due_at timestamptz not null,                  -- past this time it has timed out, whatever state says
  decided_at timestamptz, decided_by text, decided_store text collate "C", decided_device text collate "C",
  note text, op_id uuid,                        -- why it was refused; the operation that was made
  primary key (holder_id, approval_id),
  constraint approval_state check (state between 0 and 2),
  constraint approval_span check (due_at > asked_at),
  constraint approval_decided check (
    (state = 0) = (decided_at is null) and (decided_at is null) = (decided_by is null)),
  constraint approval_in_time check (decided_at >= asked_at and decided_at < due_at),
  constraint approval_second_person check (decided_by <> actor_id),
  constraint approval_refused check ((state = 2) = (note is not null)),
  constraint approval_done check ((state = 1) = (op_id is not null)));
create index approval_by_state on approval (state, due_at, approval_id);
create index approval_by_id on approval (approval_id);   -- not unique: allowed when distributed

-- ---------------------------------------------------------------- activities

create table activity (                         -- what a member did that is no purchase: a named event with attributes
  holder_id uuid not null, occurred_at timestamptz not null, activity_id uuid not null,
  name text collate "C" not null,
  source text collate "C" not null, external_id text collate "C" not null,
  attributes jsonb not null,                           -- flat: name -> text, whole number or truth
  identifier_conflict boolean not null,                -- another identifier pointed to somebody else
  moved_by uuid,                                       -- the operation that brought it from another member, the last one
  recorded_at timestamptz not null,
  actor_kind smallint not null, actor_id text not null,
  home_id uuid,                                        -- as of a purchase
  primary key (holder_id, occurred_at, activity_id),
  constraint activity_attributes check (jsonb_typeof(attributes) = 'object'));
create index activity_by_id on activity (activity_id);
create index activity_by_name on activity (holder_id, name, occurred_at);   -- "so many visits within 30 days"

create table activity_key (                     -- the natural key, for ever
  source text collate "C" not null, external_id text collate "C" not null,
  activity_id uuid not null, holder_id uuid not null, fp bytea not null, fp_version smallint not null,
  primary key (source, external_id), constraint activity_key_fp check (octet_length(fp) = 32));

-- ---------------------------------------------------------------- triggers and badges

create table trigger_run (                      -- what was decided when something happened to a member, once
  holder_id uuid not null references holder, trigger text collate "C" not null, ref text collate "C" not null,
  op_id uuid not null, program_version integer not null, engine smallint not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null,
  cause uuid, facts bytea not null, decision bytea not null, undone_by uuid,     -- cause: the purchase or other write it came of; undone_by: the return
  home_id uuid,                                 -- as of a purchase
  primary key (holder_id, trigger, ref));
create index trigger_run_by_op on trigger_run (op_id);
create index trigger_run_of_cause on trigger_run (holder_id, cause) where cause is not null and undone_by is null;

create table occasion_due (                     -- what a write left to the job; gone once it is decided
  holder_id uuid not null references holder, trigger text collate "C" not null, ref text collate "C" not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null, occasion bytea not null,
  primary key (holder_id, trigger, ref));
create index occasion_due_first on occasion_due (recorded_at, holder_id);

create table schedule (                         -- local days on which everybody had their occasions; of the next one those up to done_to
  trigger text collate "C" primary key, done_on date not null, done_to uuid);

create table badge_given (                      -- at most one of a kind at a time
  holder_id uuid not null references holder, badge smallint not null, op_id uuid not null,   -- badge: number of the program's, never reused
  rule text collate "C" not null, given_at timestamptz not null, recorded_at timestamptz not null,
  taken_at timestamptz, taken_by uuid,          -- the return after which it is not deserved
  home_id uuid,                                 -- as of a purchase
  primary key (holder_id, badge, op_id),
  constraint badge_given_taken check ((taken_at is null) = (taken_by is null)));
create unique index badge_given_open on badge_given (holder_id, badge) where taken_at is null;

-- ---------------------------------------------------------------- segments

create table segment_span (                     -- who belongs to a segment when; of a negative number: for whom a club's rule is true
  holder_id uuid not null references member, segment smallint not null,     -- number of the program's segment, or -1 times a club's
  from_at timestamptz not null, until_at timestamptz, recorded_at timestamptz not null,
  primary key (holder_id, segment, from_at),
  constraint segment_span_span check (until_at is null or until_at >= from_at));
create unique index segment_span_open on segment_span (segment, holder_id) where until_at is null;

create table segment_check (                    -- up to when a member was looked at, and when to look again; null: not by itself
  holder_id uuid primary key references member, due_at timestamptz,
  checked_at timestamptz,
  is_marked boolean not null                    -- something happened since, so that now is looked at too
) with (fillfactor = 70);
create index segment_check_due on segment_check (due_at) where due_at is not null;

-- ---------------------------------------------------------------- imports

create table import_run (                       -- how far a file has been taken in; the digest names its content
  digest bytea primary key, kind text not null, rows_done bigint not null, recorded_at timestamptz not null,
  constraint import_run_digest check (octet_length(digest) = 32), constraint import_run_rows check (rows_done >= 0));

-- ---------------------------------------------------------------- audit

create table audit_head (                       -- one row: an act is written under a share of its lock, a day is closed under all of it
  only_row smallint primary key, closed_to date, constraint audit_head_one check (only_row = 1));
insert into audit_head (only_row) values (1);

create table audit_act (                        -- who did what that is no entry, where and why: never changed, ids and codes only
  act_id uuid primary key, done_at timestamptz not null, day date not null, act text collate "C" not null,
  actor_kind smallint not null, actor_id text collate "C" not null, client_id uuid not null,   -- who
  store text collate "C", device text collate "C", network text collate "C",                  -- where; network: of the caller's address, no address
  about_kind text collate "C" not null, about_id text collate "C" not null, with_id uuid, op_id uuid,  -- what it concerned, and the member besides; the operation with the note
  reason text collate "C", digest bytea not null,                                              -- why, as one word; of what was asked for
  constraint audit_act_day check (day = (done_at at time zone 'UTC')::date),
  constraint audit_act_reason check (reason ~ '^[A-Za-z0-9][A-Za-z0-9._:/#-]{0,63}$'),
  constraint audit_act_digest check (octet_length(digest) = 32));
create index audit_act_at on audit_act (done_at, act_id);
create index audit_act_of_day on audit_act (day, done_at, act_id);

create table audit_day (                        -- a day (UTC) that is over: the root of its acts, in a chain
  day date primary key, number bigint not null, acts integer not null, root bytea not null,
  previous bytea, head bytea not null, closed_at timestamptz not null,                         -- head: of previous, day, acts and root
  constraint audit_day_number unique (number),
  constraint audit_day_head unique (head),
  constraint audit_day_previous unique (previous),
  constraint audit_day_chain foreign key (previous) references audit_day (head),
  constraint audit_day_first check ((number = 1) = (previous is null)),
  constraint audit_day_over check ((closed_at at time zone 'UTC')::date > day),
  constraint audit_day_acts check (acts >= 0),
  constraint audit_day_hashes check (octet_length(root) = 32 and octet_length(head) = 32));

create table audit_leaf (                       -- the leaves of a closed day's tree, in their order: what the acts were then
  day date not null references audit_day, place integer not null,
  act_id uuid not null references audit_act, hash bytea not null,
  primary key (day, place),
  constraint audit_leaf_hash check (octet_length(hash) = 32));
create unique index audit_leaf_of on audit_leaf (act_id);

-- ---------------------------------------------------------------- roles: the service may not rewrite history

grant select on all tables in schema public to regulars, regulars_jobs;
grant insert on holder, wallet, entry, lot, entry_lot, operation, member, member_profile, identifier, purchase,
  purchase_key, purchase_wallet, purchase_return, return_key, parked_return, limit_use, tier_step, tier_floor, budget,
  budget_slot, budget_hold, hold, hold_item, coupon_batch, coupon, coupon_hold, coupon_use, code_guess,
  redemption, program_version, idem, outbox, api_client, api_key, import_run to regulars, regulars_jobs;
grant update on holder, wallet, lot, member_profile, identifier, purchase, purchase_key, purchase_wallet,
  purchase_return, return_key, tier_step, tier_floor, budget, budget_slot, budget_hold, hold, hold_item, coupon_batch,
  coupon, coupon_hold, coupon_use, code_guess, redemption, outbox, outbox_shard, api_key, import_run to regulars, regulars_jobs;
grant delete on parked_return, limit_use, tier_step, tier_floor, budget_hold, coupon_hold, code_guess to regulars, regulars_jobs;
grant select, insert, update on gift_card_batch, gift_card to regulars, regulars_jobs;
grant select, insert, update on gift_card_payment to regulars, regulars_jobs;
grant select, insert on transfer to regulars, regulars_jobs;
grant select, insert on purchase_move to regulars, regulars_jobs;
grant select, insert, update on purchase_overrun to regulars, regulars_jobs;
grant delete on purchase_wallet to regulars, regulars_jobs;
grant select, insert, update on household, household_member, household_invitation to regulars, regulars_jobs;
grant delete on household_invitation to regulars, regulars_jobs;
grant select, insert, update on staff_account, staff_token to regulars, regulars_jobs;
grant select, insert on staff_act to regulars, regulars_jobs;
grant select, insert, update on adjusted_day, approval to regulars, regulars_jobs;
grant select, insert, update on club, club_span, club_offer, club_code, club_application, club_waiting, club_owner to regulars, regulars_jobs;
grant select, insert, update, delete on club_seat to regulars, regulars_jobs;
grant select, insert on club_payment, club_step to regulars, regulars_jobs;
grant select, insert, update on activity, activity_key to regulars, regulars_jobs;
grant select, insert, update on trigger_run, badge_given, schedule to regulars, regulars_jobs;
grant select, insert, delete on occasion_due to regulars, regulars_jobs;
grant select, insert, update on segment_span, segment_check, program_sweep to regulars, regulars_jobs;
grant select, insert, update on member_merge to regulars, regulars_jobs;
grant update (holder_id) on limit_use to regulars, regulars_jobs;
grant delete on identifier, idem to regulars, regulars_jobs;
grant update (note) on operation, club_step to regulars, regulars_jobs;
grant select, insert, update on endpoint, endpoint_track, endpoint_replay, delivery to regulars, regulars_jobs;
grant delete on endpoint_track, delivery to regulars, regulars_jobs;
grant select, insert, update on sink_position to regulars, regulars_jobs;
grant update (version) on api_client to regulars, regulars_jobs;
grant select, insert, delete on consent to regulars, regulars_jobs;
grant update (closed_to) on audit_head to regulars, regulars_jobs;
grant insert on audit_act, audit_day, audit_leaf to regulars, regulars_jobs;

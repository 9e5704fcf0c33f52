-- Clubs: who belongs to one when, and on what grounds; seats, offers, the waiting list, the history.

alter table holder drop constraint holder_kind;
alter table holder add constraint holder_kind check (kind in (1, 2, 3, 4, 5)) not valid;
alter table holder validate constraint holder_kind;

alter table transfer drop constraint transfer_kind;
alter table transfer add constraint transfer_kind check (kind between 1 and 6) not valid;
alter table transfer validate constraint transfer_kind;

create table club (
  club smallint primary key, last_place bigint not null default 0,
  holder_id uuid references holder, recorded_at timestamptz not null,
  seats_version integer,
  constraint club_place check (last_place >= 0)) with (fillfactor = 50);

create table club_span (
  holder_id uuid not null references holder, span_id uuid not null, club smallint not null, kind smallint not null,
  from_at timestamptz not null, until_at timestamptz,
  conditional boolean not null default false,
  renews boolean not null default true,
  source uuid, invited_by uuid, note text,
  actor_kind smallint not null, actor_id text not null, recorded_at timestamptz not null,
  ended_at timestamptz, ended_why smallint,
  primary key (holder_id, span_id),
  constraint club_span_kind check (kind in (1, 2, 3, 4, 5, 8, 9)),
  constraint club_span_span check (until_at is null or until_at >= from_at),
  constraint club_span_conditional check (not conditional or kind = 2),
  constraint club_span_ended check ((ended_at is null) = (ended_why is null) and (ended_at is null or until_at is not null)));
create index club_span_of on club_span (club, from_at);
create index club_span_by_id on club_span (span_id);
create index club_span_due on club_span (until_at) where ended_at is null and kind <= 5 and until_at is not null;

create table club_offer (
  holder_id uuid not null references holder, offer_id uuid not null, club smallint not null, kind smallint not null,
  state smallint not null, has_seat boolean not null,
  made_at timestamptz not null, due_at timestamptz not null, closed_at timestamptz,
  inviter uuid, source uuid, rule text collate "C", note text,
  place bigint, term_until timestamptz,
  actor_kind smallint not null, actor_id text not null,
  primary key (holder_id, offer_id),
  constraint club_offer_kind check (kind between 1 and 5),
  constraint club_offer_state check (state between 0 and 4),
  constraint club_offer_span check (due_at > made_at),
  constraint club_offer_closed check ((state = 0) = (closed_at is null)));
create unique index club_offer_open on club_offer (holder_id, club) where state = 0;
create index club_offer_due on club_offer (due_at) where state = 0;
create index club_offer_by_id on club_offer (offer_id);
create index club_offer_by on club_offer (inviter, club) where inviter is not null;

create table club_code (
  digest bytea primary key, code_id uuid not null, club smallint not null, tail text collate "C" not null,
  inviter uuid, uses_max integer not null, used integer not null default 0,
  made_at timestamptz not null, due_at timestamptz not null, voided_at timestamptz, voided_by text, note text,
  actor_kind smallint not null, actor_id text not null,
  constraint club_code_digest check (octet_length(digest) = 32),
  constraint club_code_uses check (uses_max > 0 and 0 <= used and used <= uses_max),
  constraint club_code_voided check ((voided_at is null) = (voided_by is null)),
  constraint club_code_span check (due_at > made_at));
create index club_code_by on club_code (inviter, club) where inviter is not null;
create index club_code_of on club_code (club, made_at);
create unique index club_code_id on club_code (code_id);

create table club_application (
  holder_id uuid not null references holder, application_id uuid not null, club smallint not null, state smallint not null,
  words text not null, asked_at timestamptz not null,
  actor_kind smallint not null, actor_id text not null, store text collate "C",
  decided_at timestamptz, decided_by text, note text,
  primary key (holder_id, application_id),
  constraint club_application_state check (state between 0 and 3),
  constraint club_application_decided check ((state = 0) = (decided_at is null)));
create unique index club_application_open on club_application (holder_id, club) where state = 0;
create index club_application_by_state on club_application (club, state, asked_at, application_id);

create table club_waiting (
  club smallint not null, place bigint not null, holder_id uuid not null,
  since_at timestamptz not null, left_at timestamptz, how smallint,
  entry smallint not null, term_until timestamptz,
  inviter uuid, source uuid, note text,
  actor_kind smallint not null, actor_id text not null,
  primary key (club, place),
  constraint club_waiting_place check (place > 0),
  constraint club_waiting_left check ((left_at is null) = (how is null)));
create unique index club_waiting_open on club_waiting (holder_id, club) where left_at is null;
create index club_waiting_first on club_waiting (club, place) where left_at is null;

create table club_seat (
  club smallint not null, seat integer not null, holder_id uuid not null, due_at timestamptz,
  primary key (club, seat),
  constraint club_seat_once unique (club, holder_id),
  constraint club_seat_number check (seat > 0)) with (fillfactor = 70);

create table club_owner (
  club smallint not null, from_at timestamptz not null, until_at timestamptz, holder_id uuid not null,
  actor_kind smallint not null, actor_id text not null,
  primary key (club, from_at),
  constraint club_owner_span check (until_at is null or until_at > from_at));
create unique index club_owner_open on club_owner (club) where until_at is null;

create table club_payment (
  reference text collate "C" primary key, club smallint not null, holder_id uuid not null, span_id uuid not null,
  minor bigint not null, currency text not null, paid_at timestamptz not null, recorded_at timestamptz not null,
  fp bytea not null, fp_version smallint not null,
  constraint club_payment_minor check (minor > 0), constraint club_payment_fp check (octet_length(fp) = 32));
create index club_payment_of on club_payment (holder_id);

create table club_step (
  holder_id uuid not null, step_id uuid not null, club smallint not null, kind smallint not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null,
  by_member uuid, source uuid, note text, overtook integer,
  actor_kind smallint not null, actor_id text not null, store text collate "C",
  primary key (holder_id, step_id));
create index club_step_of on club_step (club, recorded_at, step_id);

grant select, insert, update on club, club_span, club_offer, club_code, club_application, club_waiting, club_owner to regulars, regulars_jobs;
grant select, insert, update, delete on club_seat to regulars, regulars_jobs;
grant select, insert on club_payment, club_step to regulars, regulars_jobs;

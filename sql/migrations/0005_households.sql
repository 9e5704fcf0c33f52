-- Units that pass between holders, and households: holders whose pool of units members share.
set local lock_timeout = '2s';

alter table holder drop constraint holder_kind;
alter table holder add constraint holder_kind check (kind in (1, 2, 3, 4)) not valid;
alter table holder validate constraint holder_kind;

alter table lot add column came_at timestamptz;

create table transfer (
  holder_id uuid not null, transfer_id uuid not null, wallet smallint not null, other_id uuid not null,
  kind smallint not null, amount bigint not null, occurred_at timestamptz not null,
  primary key (holder_id, transfer_id, wallet),
  constraint transfer_amount check (amount <> 0),
  constraint transfer_kind check (kind between 1 and 4),
  constraint transfer_other check (other_id <> holder_id));
create index transfer_effective on transfer (holder_id, occurred_at);

create table household (
  holder_id uuid primary key references holder, formed_at timestamptz not null, dissolved_at timestamptz,
  actor_kind smallint not null, actor_id text not null);

create table household_member (
  holder_id uuid not null references member, membership_id uuid not null, household_id uuid not null,
  from_at timestamptz not null, until_at timestamptz,
  role smallint not null, draw_max jsonb,
  actor_kind smallint not null, actor_id text not null, recorded_at timestamptz not null,
  primary key (holder_id, membership_id),
  constraint household_member_role check (role in (1, 2)),
  constraint household_member_span check (until_at is null or until_at >= from_at));
create unique index household_member_open on household_member (holder_id) where until_at is null;
create index household_member_of on household_member (household_id);

create table household_invitation (
  holder_id uuid not null references household, member_id uuid not null,
  offered_at timestamptz not null, due_at timestamptz not null,
  primary key (holder_id, member_id),
  constraint household_invitation_span check (due_at > offered_at));
create index household_invitation_to on household_invitation (member_id);

grant select, insert on transfer to regulars, regulars_jobs;
grant select, insert, update on household, household_member, household_invitation to regulars, regulars_jobs;
grant delete on household_invitation to regulars, regulars_jobs;

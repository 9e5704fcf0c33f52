-- Triggers: what was decided when something happened to a member that is no purchase; badges.

create table trigger_run (
  holder_id uuid not null references holder, trigger text collate "C" not null, ref text collate "C" not null,
  op_id uuid not null, program_version integer not null, engine smallint not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null,
  cause uuid, facts bytea not null, decision bytea not null, undone_by uuid,
  primary key (holder_id, trigger, ref));
create index trigger_run_by_op on trigger_run (op_id);
create index trigger_run_of_cause on trigger_run (holder_id, cause) where cause is not null and undone_by is null;

create table occasion_due (
  holder_id uuid not null references holder, trigger text collate "C" not null, ref text collate "C" not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null, occasion bytea not null,
  primary key (holder_id, trigger, ref));
create index occasion_due_first on occasion_due (recorded_at, holder_id);

create table schedule (
  trigger text collate "C" primary key, done_on date not null, done_to uuid);

create table badge_given (
  holder_id uuid not null references holder, badge smallint not null, op_id uuid not null,
  rule text collate "C" not null, given_at timestamptz not null, recorded_at timestamptz not null,
  taken_at timestamptz, taken_by uuid,
  primary key (holder_id, badge, op_id),
  constraint badge_given_taken check ((taken_at is null) = (taken_by is null)));
create unique index badge_given_open on badge_given (holder_id, badge) where taken_at is null;

alter table member_profile add column born smallint;
update member_profile
set born = (substr(b.day, 6, 2) || substr(b.day, 9, 2))::smallint
from (
  select p.holder_id, convert_from(p.profile, 'UTF8')::jsonb ->> 'birth_date' as day
  from member_profile p) b
where b.holder_id = member_profile.holder_id and b.day is not null;
alter table member_profile add constraint member_profile_born check (born between 101 and 1231);
create index member_profile_born_on on member_profile (born, holder_id) where born is not null;
create index member_enrolled on member (enrolled_at);

grant select, insert, update on trigger_run, badge_given, schedule to regulars, regulars_jobs;
grant select, insert, delete on occasion_due to regulars, regulars_jobs;

-- Merge, unmerge and erasure of members.

-- The others of a family: whose entries may be of a purchase that is this holder's.
alter table holder add column kin uuid[];
create index holder_merged on holder (merged_into) where merged_into is not null;

create table member_merge (
  holder_id uuid not null references member, op_id uuid not null, old_id uuid not null,
  merged_at timestamptz not null,
  filled text[] not null,
  ended_by uuid, ended_at timestamptz,
  primary key (holder_id, op_id),
  constraint member_merge_other check (old_id <> holder_id),
  constraint member_merge_ended check ((ended_by is null) = (ended_at is null) and ended_at >= merged_at));
create unique index member_merge_open on member_merge (old_id) where ended_by is null;
create index member_merge_of on member_merge (old_id);
grant select, insert, update on member_merge to regulars, regulars_jobs;
grant update (holder_id) on limit_use to regulars, regulars_jobs;

-- Whose a thing is when it is not merged; null: the holder's own.
alter table lot add column home_id uuid;
alter table lot add column replaces_holder uuid;
alter table lot add constraint lot_replaces check (replaces_holder is null or replaces is not null);
alter table purchase add column home_id uuid;
alter table coupon add column home_id uuid;
alter table redemption add column home_id uuid;
alter table activity add column home_id uuid;
alter table trigger_run add column home_id uuid;
alter table badge_given add column home_id uuid;
alter table household_member add column home_id uuid;

-- Clubs (see domain/clubs/merging.py)
alter table club_span add column home_id uuid;
alter table club_offer add column home_id uuid;
alter table club_application add column home_id uuid;
alter table club_waiting add column home_id uuid;
alter table club_owner add column home_id uuid;
create index club_seat_of on club_seat (holder_id);
alter table club_code add column applies boolean not null default false;
alter table club_application add column code_id uuid;
create index club_application_code on club_application (code_id) where code_id is not null;

-- Erasure
alter table holder add column erased_at timestamptz;
-- What is with a person who is erased has to be found.
create index idem_of_holder on idem (holder_id) where holder_id is not null;
create index club_span_by on club_span (invited_by) where invited_by is not null;
create index club_waiting_by on club_waiting (inviter) where inviter is not null;
create index club_waiting_of on club_waiting (holder_id);
create index club_step_by on club_step (by_member) where by_member is not null;
grant delete on identifier, idem to regulars, regulars_jobs;
grant update (note) on operation, club_step to regulars, regulars_jobs;

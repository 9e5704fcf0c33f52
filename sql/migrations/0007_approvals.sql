-- What staff correct alone on a day, and what waits for a second person.
set local lock_timeout = '2s';

alter table operation add column approved_by text collate "C", add column code text collate "C";
alter table operation add constraint operation_second_person check (approved_by <> actor_id) not valid;
alter table operation validate constraint operation_second_person;

create table adjusted_day (
  staff text collate "C" not null, day date not null, wallet smallint not null, amount bigint not null,
  primary key (staff, day, wallet),
  constraint adjusted_day_amount check (amount > 0)) with (fillfactor = 50);

create table approval (
  holder_id uuid not null references holder, approval_id uuid not null,
  kind smallint not null, state smallint not null,
  body bytea not null, why smallint not null,
  actor_kind smallint not null, actor_id text not null, client_id uuid not null,
  store text collate "C", device text collate "C",
  asked_at timestamptz not null, due_at timestamptz not null,
  decided_at timestamptz, decided_by text, decided_store text collate "C", decided_device text collate "C",
  note text, op_id uuid,
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
create index approval_by_id on approval (approval_id);

grant select, insert, update on adjusted_day, approval to regulars, regulars_jobs;

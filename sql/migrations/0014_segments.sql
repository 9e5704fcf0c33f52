-- Segments: who belongs to one when; when to look at somebody again; versions after which at all.

create table segment_span (
  holder_id uuid not null references member, segment smallint not null,
  from_at timestamptz not null, until_at timestamptz, recorded_at timestamptz not null,
  primary key (holder_id, segment, from_at),
  constraint segment_span_span check (until_at is null or until_at >= from_at));
create unique index segment_span_open on segment_span (segment, holder_id) where until_at is null;

create table segment_check (
  holder_id uuid primary key references member, due_at timestamptz,
  checked_at timestamptz,
  is_marked boolean not null) with (fillfactor = 70);
create index segment_check_due on segment_check (due_at) where due_at is not null;

create table program_sweep (
  version integer primary key references program_version, after_id uuid, done_at timestamptz,
  recorded_at timestamptz not null);

grant select, insert, update on segment_span, segment_check, program_sweep to regulars, regulars_jobs;

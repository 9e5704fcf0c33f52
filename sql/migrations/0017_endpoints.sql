-- Endpoints: who is sent events over HTTP, how far each has them, and which have to wait.

create table endpoint (
  endpoint_id uuid primary key, version bigint not null default 0, name text collate "C" not null, state smallint not null,
  url text not null, types text[] not null, channels text[] not null, in_flight_max smallint not null,
  format smallint not null, personal text[] not null, consent text collate "C",
  secret bytea, old_secret bytea, old_secret_until timestamptz,
  created_at timestamptz not null, changed_at timestamptz not null, ended_why text,
  succeeded_at timestamptz, failing_since timestamptz, failures integer not null default 0, next_at timestamptz,
  last_status smallint, last_answer text,
  leased_by uuid, leased_until timestamptz,
  constraint endpoint_state check (state in (0, 1, 2, 3, 4)),
  constraint endpoint_format check (format in (0, 1, 2)),
  constraint endpoint_personal check (cardinality(personal) = 0 or (format <> 0 and consent is not null)),
  constraint endpoint_secret check ((secret is null) = (state = 4)),
  constraint endpoint_old_secret check ((old_secret is null) = (old_secret_until is null)),
  constraint endpoint_in_flight check (in_flight_max between 1 and 64),
  constraint endpoint_failing check ((failing_since is null) = (failures = 0)),
  constraint endpoint_lease check ((leased_by is null) = (leased_until is null)));
create unique index endpoint_name on endpoint (name) where state <> 4;

create table endpoint_track (
  endpoint_id uuid not null references endpoint, track smallint not null, shard smallint not null,
  position bigint not null, to_seq bigint,
  primary key (endpoint_id, track, shard),
  constraint endpoint_track_position check (position >= 0 and position <= to_seq),
  constraint endpoint_track_live check ((track = 0) = (to_seq is null)));

create table endpoint_replay (
  replay_id uuid primary key, endpoint_id uuid not null references endpoint, track smallint not null,
  from_at timestamptz not null, until_at timestamptz not null, asked_at timestamptz not null, done_at timestamptz,
  constraint endpoint_replay_track check (track > 0),
  constraint endpoint_replay_span check (from_at < until_at));
create unique index endpoint_replay_running on endpoint_replay (endpoint_id, track) where done_at is null;
create index endpoint_replay_of on endpoint_replay (endpoint_id, replay_id);

create table delivery (
  endpoint_id uuid not null, holder_id uuid not null, version bigint not null,
  event_id uuid not null, state smallint not null, attempts smallint not null,
  failed_at timestamptz not null, next_at timestamptz, last_status smallint, last_answer text,
  primary key (endpoint_id, holder_id, version),
  constraint delivery_state check (state in (0, 1)));
create unique index delivery_dead on delivery (endpoint_id, event_id) where state = 1;
create index delivery_due on delivery (endpoint_id, next_at) where state = 0 and next_at is not null;

grant select, insert, update on endpoint, endpoint_track, endpoint_replay, delivery to regulars, regulars_jobs;
grant delete on endpoint_track, delivery to regulars, regulars_jobs;

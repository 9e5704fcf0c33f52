-- Activities: named events of members that are no purchases, each once under a natural key.

create table activity (
  holder_id uuid not null, occurred_at timestamptz not null, activity_id uuid not null,
  name text collate "C" not null,
  source text collate "C" not null, external_id text collate "C" not null,
  attributes jsonb not null,
  identifier_conflict boolean not null,
  moved_by uuid,
  recorded_at timestamptz not null,
  actor_kind smallint not null, actor_id text not null,
  primary key (holder_id, occurred_at, activity_id),
  constraint activity_attributes check (jsonb_typeof(attributes) = 'object'));
create index activity_by_id on activity (activity_id);
create index activity_by_name on activity (holder_id, name, occurred_at);

create table activity_key (
  source text collate "C" not null, external_id text collate "C" not null,
  activity_id uuid not null, holder_id uuid not null, fp bytea not null, fp_version smallint not null,
  primary key (source, external_id), constraint activity_key_fp check (octet_length(fp) = 32));

grant select, insert, update on activity, activity_key to regulars, regulars_jobs;

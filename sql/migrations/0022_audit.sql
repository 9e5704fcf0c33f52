-- Audit: every administrative act, never changed, and the days of acts sealed into a chain.

create table audit_head (only_row smallint primary key, closed_to date, constraint audit_head_one check (only_row = 1));
insert into audit_head (only_row) values (1);

create table audit_act (
  act_id uuid primary key, done_at timestamptz not null, day date not null, act text collate "C" not null,
  actor_kind smallint not null, actor_id text collate "C" not null, client_id uuid not null,
  store text collate "C", device text collate "C", network text collate "C",
  about_kind text collate "C" not null, about_id text collate "C" not null, with_id uuid, op_id uuid,
  reason text collate "C", digest bytea not null,
  constraint audit_act_day check (day = (done_at at time zone 'UTC')::date),
  constraint audit_act_reason check (reason ~ '^[A-Za-z0-9][A-Za-z0-9._:/#-]{0,63}$'),
  constraint audit_act_digest check (octet_length(digest) = 32));
create index audit_act_at on audit_act (done_at, act_id);
create index audit_act_of_day on audit_act (day, done_at, act_id);

create table audit_day (
  day date primary key, number bigint not null, acts integer not null, root bytea not null,
  previous bytea, head bytea not null, closed_at timestamptz not null,
  constraint audit_day_number unique (number),
  constraint audit_day_head unique (head),
  constraint audit_day_previous unique (previous),
  constraint audit_day_chain foreign key (previous) references audit_day (head),
  constraint audit_day_first check ((number = 1) = (previous is null)),
  constraint audit_day_over check ((closed_at at time zone 'UTC')::date > day),
  constraint audit_day_acts check (acts >= 0),
  constraint audit_day_hashes check (octet_length(root) = 32 and octet_length(head) = 32));

create table audit_leaf (
  day date not null references audit_day, place integer not null,
  act_id uuid not null references audit_act, hash bytea not null,
  primary key (day, place),
  constraint audit_leaf_hash check (octet_length(hash) = 32));
create unique index audit_leaf_of on audit_leaf (act_id);

grant select on audit_head, audit_act, audit_day, audit_leaf to regulars, regulars_jobs;
grant update (closed_to) on audit_head to regulars, regulars_jobs;
grant insert on audit_act, audit_day, audit_leaf to regulars, regulars_jobs;

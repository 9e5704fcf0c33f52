-- What members said to being written to, channel by channel.

create table consent (
  holder_id uuid not null, channel text collate "C" not null, said_at timestamptz not null, is_given boolean not null,
  source text collate "C" not null, wording text collate "C",
  actor_kind smallint not null, actor_id text not null, client_id uuid not null, recorded_at timestamptz not null,
  primary key (holder_id, channel, said_at, is_given));

grant select, insert, delete on consent to regulars, regulars_jobs;

-- How far events were sent to Redis Streams and NATS JetStream. It was a column of outbox_shard, which nothing used: a
-- row of its own, since the sequencer locks its row of a shard, and nobody may hold that while somebody else is called.
create table sink_position (
  sink text collate "C" not null, shard smallint not null, position bigint not null, changed_at timestamptz not null,
  primary key (sink, shard),
  constraint sink_position_position check (position >= 0));
alter table outbox_shard drop column sent_seq;

grant select, insert, update on sink_position to regulars, regulars_jobs;

-- name: list_keys
-- Natural keys, before the lock and again after a lost race.
select k.source, k.external_id, k.activity_id, k.fp
from unnest(:sources::text[], :external_ids::text[]) as u (source, external_id)
join activity_key k on k.source = u.source and k.external_id = u.external_id

-- name: insert_keys
-- Claims natural keys. Fewer rows back than sent: somebody else was first. Sorted, so that two
-- batches never wait for each other crosswise.
insert into activity_key (source, external_id, activity_id, holder_id, fp, fp_version)
select u.source, u.external_id, u.activity_id, u.holder_id, u.fp, :fp_version::smallint
from unnest(
  :sources::text[], :external_ids::text[], :activities::uuid[], :holders::uuid[], :fps::bytea[])
  as u (source, external_id, activity_id, holder_id, fp)
order by u.source, u.external_id
on conflict (source, external_id) do nothing
returning source, external_id

-- name: insert_activities
insert into activity (
  holder_id, occurred_at, activity_id, name, source, external_id, attributes, identifier_conflict,
  recorded_at, actor_kind, actor_id, home_id)
select u.holder_id, u.occurred_at, u.activity_id, u.name, u.source, u.external_id,
  u.attributes::jsonb, u.identifier_conflict, u.recorded_at, u.actor_kind, u.actor_id, u.home_id
from unnest(
  :holders::uuid[], :occurred::timestamptz[], :activities::uuid[], :names::text[], :sources::text[],
  :external_ids::text[], :attributes::text[], :conflicts::boolean[], :recorded::timestamptz[],
  :actor_kinds::smallint[], :actors::text[], :homes::uuid[])
  as u (holder_id, occurred_at, activity_id, name, source, external_id, attributes,
    identifier_conflict, recorded_at, actor_kind, actor_id, home_id)

-- name: list_activities
-- Activities by id, whoever has them; a replay says whose they are now.
select a.holder_id, exists (select from member m where m.holder_id = a.holder_id) as is_members,
  a.occurred_at, a.activity_id, a.name, a.source, a.external_id,
  a.attributes::text as attributes, a.identifier_conflict, a.recorded_at
from activity a
where a.activity_id = any(:activities::uuid[])

-- name: list_of_member
-- A page of a member's activities, newest first, after a position.
select a.holder_id, true as is_members, a.occurred_at, a.activity_id, a.name, a.source, a.external_id,
  a.attributes::text as attributes, a.identifier_conflict, a.recorded_at
from activity a
where a.holder_id = :member::uuid
  and (a.occurred_at, a.activity_id) < (:before_at::timestamptz, :before_activity::uuid)
order by a.occurred_at desc, a.activity_id desc
limit :limit::int

-- name: update_moved
-- What other holders did since an instant is a member's; says whose each was.
update activity a
set holder_id = :member::uuid, moved_by = :moved_by::uuid
from unnest(:holders::uuid[], :since::timestamptz[]) as u (holder_id, since)
where a.holder_id = u.holder_id and a.occurred_at >= u.since
returning u.holder_id as was, a.holder_id, true as is_members, a.occurred_at, a.activity_id, a.name, a.source, a.external_id,
  a.attributes::text as attributes, a.identifier_conflict, a.recorded_at

-- name: update_moved_keys
-- Their natural keys too. The holders are locked, and nobody else changes a key that is there.
update activity_key k
set holder_id = :member::uuid
from unnest(:sources::text[], :external_ids::text[]) as u (source, external_id)
where k.source = u.source and k.external_id = u.external_id

-- name: list_windows
-- History windows of a batch: how often a holder did something, both ends exclusive, and the first
-- instant that counts, for who keeps the answer: while that is within, it holds.
select c.n, count(a.activity_id) as times, min(a.occurred_at) as first_at
from unnest(
  :n::int[], :holders::uuid[], :since::timestamptz[], :until::timestamptz[], :names::text[],
  :attributes::text[], :values::text[])
  as c (n, holder_id, since, until, name, attribute, value)
left join activity a on a.holder_id = c.holder_id and a.name = c.name
  and a.occurred_at > c.since and a.occurred_at < c.until
  and (c.attribute is null or a.attributes -> c.attribute = c.value::jsonb)
group by c.n

-- name: list_homed_activities
-- Those that go back with those whose they are when nobody is merged.
select a.activity_id, a.home_id
from activity a
where a.holder_id = :holder::uuid and a.home_id = any(:homes::uuid[])

-- name: pass_activity_keys
update activity_key k
set holder_id = :to::uuid
from activity a
where a.holder_id = :holder::uuid and (:homes::uuid[] is null or a.home_id = any(:homes))
  and k.source = a.source and k.external_id = a.external_id

-- name: pass_activities
-- All of a holder are another's, or those whose home is one of some; whose they were stays known.
update activity a
set holder_id = :to::uuid, home_id = nullif(coalesce(a.home_id, :holder::uuid), :to)
where a.holder_id = :holder and (:homes::uuid[] is null or a.home_id = any(:homes))

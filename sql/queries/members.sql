-- name: list_ownerships
-- Everybody who ever held one of these identifiers.
select i.digest, i.from_at, i.until_at, i.holder_id, h.kind, h.version, h.merged_into
from identifier i
join holder h on h.holder_id = i.holder_id
where i.digest = any(:digests::bytea[])

-- name: insert_identifiers
-- Sorted by key; an interval that is there already wins (somebody else was first).
insert into identifier (digest, from_at, until_at, holder_id, kind, recorded_at)
select u.digest, u.from_at, u.until_at, u.holder_id, u.kind, u.recorded_at
from unnest(
  :digests::bytea[], :from_ats::timestamptz[], :until_ats::timestamptz[], :holders::uuid[],
  :kinds::text[], :recorded::timestamptz[])
  as u (digest, from_at, until_at, holder_id, kind, recorded_at)
order by u.digest, u.from_at
on conflict do nothing
returning digest, holder_id

-- name: update_identifier_end
-- An ownership ends (given up, or claimed by a member).
update identifier
set until_at = :until_at::timestamptz
where digest = :digest::bytea and from_at = :from_at::timestamptz

-- name: update_identifier_holder
-- An unclaimed interval becomes a member's as a whole.
update identifier
set holder_id = :holder::uuid, until_at = :until_at::timestamptz
where digest = :digest::bytea and from_at = :from_at::timestamptz

-- name: insert_members
insert into member (holder_id, enrolled_at, recorded_at)
select u.holder_id, u.enrolled_at, u.recorded_at
from unnest(:holders::uuid[], :enrolled::timestamptz[], :recorded::timestamptz[])
  as u (holder_id, enrolled_at, recorded_at)

-- name: insert_profiles
insert into member_profile (holder_id, profile, fields, identifiers, born)
select u.holder_id, u.profile, u.fields, u.identifiers, u.born
from unnest(
  :holders::uuid[], :profiles::bytea[], :fields::bytea[], :identifiers::bytea[], :born::smallint[])
  as u (holder_id, profile, fields, identifiers, born)

-- name: update_profile
update member_profile
set profile = :profile::bytea, fields = :fields::bytea, identifiers = :identifiers::bytea,
  born = :born::smallint
where holder_id = :holder::uuid

-- name: list_members
-- What rules may ask of members, and what their page shows.
select m.holder_id, m.enrolled_at, p.profile, p.fields, p.identifiers
from member m
join member_profile p on p.holder_id = m.holder_id
where m.holder_id = any(:holders::uuid[])

-- name: list_merged_members
-- Who is another member now.
select m.holder_id, m.enrolled_at, p.profile, p.fields, p.identifiers
from holder h
join member m on m.holder_id = h.holder_id
join member_profile p on p.holder_id = h.holder_id
where h.merged_into = :holder::uuid
order by h.holder_id

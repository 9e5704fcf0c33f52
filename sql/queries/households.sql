-- name: find_household
-- One household, open or dissolved.
select h.holder_id, h.formed_at, h.dissolved_at
from household h
where h.holder_id = :household::uuid

-- name: insert_household
insert into household (holder_id, formed_at, actor_kind, actor_id)
values (:household::uuid, :formed_at::timestamptz, :actor_kind::smallint, :actor::text)

-- name: update_dissolved
update household
set dissolved_at = :at::timestamptz
where holder_id = :household::uuid

-- name: list_people
-- Everybody of a household, former ones too.
select m.holder_id, m.membership_id, m.household_id, m.from_at, m.until_at, m.role,
  m.draw_max::text as draw_max
from household_member m
where m.household_id = :household::uuid
order by m.from_at, m.holder_id

-- name: list_open_memberships
-- Where members belong now; the index allows one household each.
select m.holder_id, m.membership_id, m.household_id, m.from_at, m.until_at, m.role,
  m.draw_max::text as draw_max
from household_member m
where m.holder_id = any(:members::uuid[]) and m.until_at is null

-- name: insert_membership
insert into household_member (
  holder_id, membership_id, household_id, from_at, role, actor_kind, actor_id, recorded_at)
values (
  :member::uuid, :membership::uuid, :household::uuid, :from_at::timestamptz, :role::smallint,
  :actor_kind::smallint, :actor::text, :recorded::timestamptz)

-- name: update_ends
-- Who leaves, or all when the household is dissolved.
update household_member m
set until_at = greatest(:until_at::timestamptz, m.from_at), actor_kind = :actor_kind::smallint,
  actor_id = :actor::text, recorded_at = greatest(:until_at, m.recorded_at)
from unnest(:members::uuid[], :memberships::uuid[]) as u (holder_id, membership_id)
where m.holder_id = u.holder_id and m.membership_id = u.membership_id

-- name: update_memberships
-- Two at once when the head's place passes on.
update household_member m
set role = u.role, draw_max = u.draw_max::jsonb, actor_kind = :actor_kind::smallint,
  actor_id = :actor::text, recorded_at = :recorded::timestamptz
from unnest(:members::uuid[], :memberships::uuid[], :roles::smallint[], :draws::text[])
  as u (holder_id, membership_id, role, draw_max)
where m.holder_id = u.holder_id and m.membership_id = u.membership_id

-- name: insert_invitation
-- Invited again: the invitation stands longer.
insert into household_invitation (holder_id, member_id, offered_at, due_at)
values (:household::uuid, :member::uuid, :offered_at::timestamptz, :due_at::timestamptz)
on conflict (holder_id, member_id)
do update set offered_at = excluded.offered_at, due_at = excluded.due_at

-- name: delete_invitations
-- Taken, or (without a member) the household is dissolved.
delete from household_invitation
where holder_id = :household::uuid and (:member::uuid is null or member_id = :member)

-- name: delete_lapsed_invitations
-- Before another one is made, so that no more are kept than may be open.
delete from household_invitation
where holder_id = :household::uuid and due_at <= :now::timestamptz

-- name: list_invitations
select i.holder_id, i.member_id, i.offered_at, i.due_at
from household_invitation i
where i.holder_id = :household::uuid and i.due_at > :now::timestamptz
order by i.offered_at, i.member_id

-- name: list_invitations_to
select i.holder_id, i.member_id, i.offered_at, i.due_at
from household_invitation i
where i.member_id = :member::uuid and i.due_at > :now::timestamptz
order by i.offered_at, i.holder_id

-- name: pass_memberships
-- Where a member belonged, and belongs, is where another did; or what came from some comes back.
update household_member m
set holder_id = :to::uuid, home_id = nullif(coalesce(m.home_id, :holder::uuid), :to)
where m.holder_id = :holder and (:homes::uuid[] is null or m.home_id = any(:homes))
  and not (m.until_at is null and exists (
    select from household_member o where o.holder_id = :to and o.until_at is null))

-- name: pass_invitations
-- To the other, unless that one is invited as well.
insert into household_invitation (holder_id, member_id, offered_at, due_at)
select i.holder_id, :to::uuid, i.offered_at, i.due_at
from household_invitation i
where i.member_id = :holder::uuid
on conflict do nothing

-- name: delete_invitations_to
delete from household_invitation
where member_id = :holder::uuid

-- name: update_doubles
-- Two who are one person and belong to one household do so once: the head, else who stays.
update household_member m
set until_at = greatest(m.from_at, :at::timestamptz), actor_kind = :actor_kind::smallint,
  actor_id = :actor::text, recorded_at = greatest(:at, m.recorded_at)
from household_member o
where m.until_at is null and o.until_at is null and (
    (m.holder_id = :holder::uuid and o.holder_id = :to::uuid)
    or (m.holder_id = :to and o.holder_id = :holder))
  and (m.role > o.role or (m.role = o.role and m.holder_id = :holder))

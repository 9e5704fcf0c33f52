-- name: list_open_offers
-- What members can take now, of every club; overdue ones are none, whatever has been written down.
select o.holder_id, o.offer_id, o.club, o.kind, o.state, o.has_seat, o.made_at, o.due_at,
  o.closed_at, o.inviter, o.source, o.rule, o.note, o.place, o.term_until, o.actor_kind, o.actor_id
from club_offer o
where o.holder_id = :holder::uuid and o.state = 0 and o.due_at > :now::timestamptz
order by o.due_at, o.offer_id

-- name: list_open_applications
-- A member's, of every club.
select a.holder_id, a.application_id, a.club, a.state, a.words, a.asked_at, a.decided_at, a.note,
  a.code_id
from club_application a
where a.holder_id = :holder::uuid and a.state = 0
order by a.asked_at, a.application_id

-- name: list_places
-- Where a member waits, and how many wait longer.
select w.club, w.since_at, (
  select count(*)
  from club_waiting b
  where b.club = w.club and b.place < w.place and b.left_at is null) as ahead
from club_waiting w
where w.holder_id = :holder::uuid and w.left_at is null
order by w.club

-- name: list_seats
-- A seat that is due is nobody's.
select s.club, s.seat
from club_seat s
where s.holder_id = :holder::uuid and (s.due_at is null or s.due_at > :now::timestamptz)

-- name: list_owned
-- The clubs a member owns now.
select o.club
from club_owner o
where o.holder_id = :holder::uuid and o.until_at is null

-- name: list_invited
-- Whom a member invited, the newest first; also under another name they had.
select o.holder_id, o.offer_id, o.club, o.kind, o.state, o.has_seat, o.made_at, o.due_at,
  o.closed_at, :holder::uuid as inviter, o.source, o.rule, o.note, o.place, o.term_until, o.actor_kind, o.actor_id
from club_offer o
where o.inviter = any(:holder || array(
    select h.holder_id from holder h where h.merged_into = :holder))
  and o.club = any(:clubs::smallint[])
order by o.made_at desc, o.offer_id desc
limit :limit::integer

-- name: list_codes_of
-- The codes a member made, without the codes, the newest first.
select c.digest, c.code_id, c.club, c.tail, :holder::uuid as inviter, c.uses_max, c.used, c.made_at,
  c.due_at, c.voided_at, c.note, c.actor_kind, c.actor_id, c.applies
from club_code c
where c.inviter = any(:holder || array(
    select h.holder_id from holder h where h.merged_into = :holder))
  and c.club = any(:clubs::smallint[])
order by c.made_at desc, c.code_id
limit :limit::integer

-- name: list_spent
-- Of each of a member's clubs the invitations that were taken or can be, and of codes what was
-- used, or can be while they stand: as `count_spent` counts them for one.
select u.club, (
  select count(*)
  from club_offer o
  where o.inviter = any(:holder::uuid || array(
      select h.holder_id from holder h where h.merged_into = :holder))
    and o.club = u.club and o.place is null
    and (o.state = 1 or o.state = 0 and o.due_at > :now::timestamptz)) + (
  select coalesce(sum(
    case when c.voided_at is null and c.due_at > :now::timestamptz then c.uses_max else c.used end),
    0)
  from club_code c
  where c.inviter = any(:holder::uuid || array(
      select h.holder_id from holder h where h.merged_into = :holder))
    and c.club = u.club and not c.applies) as spent
from unnest(:clubs::smallint[]) as u (club)

-- name: list_fullness
-- Of each club the seats that are taken, by members and open offers, and those who wait.
select u.club, (
  select count(*)
  from club_seat s
  where s.club = u.club and (s.due_at is null or s.due_at > :now::timestamptz)) as taken, (
  select count(*)
  from club_waiting w
  where w.club = u.club and w.left_at is null) as waiting
from unnest(:clubs::smallint[]) as u (club)

-- name: list_members_after
-- Members with a ground that covers the instant, by id; bans end grounds.
select distinct s.holder_id
from club_span s
where s.club = :club::smallint and s.kind <= 5 and s.holder_id > :after::uuid
  and s.from_at <= :now::timestamptz and (s.until_at is null or s.until_at > :now::timestamptz)
order by s.holder_id
limit :limit::integer

-- name: list_steps_before
-- The newest first.
select s.step_id, s.holder_id, s.kind, s.occurred_at, s.recorded_at, s.by_member, s.source, s.note,
  s.overtook, s.actor_kind, s.actor_id, s.store
from club_step s
where s.club = :club::smallint
  and (s.recorded_at, s.step_id) < (:before_at::timestamptz, :before::uuid)
order by s.recorded_at desc, s.step_id desc
limit :limit::integer

-- name: list_waiting_after
-- Whoever is next first.
select w.holder_id, w.place, w.since_at, w.entry, w.inviter, w.note
from club_waiting w
where w.club = :club::smallint and w.left_at is null and w.place > :after::bigint
order by w.place
limit :limit::integer

-- name: list_applications_after
-- The oldest first.
select a.holder_id, a.application_id, a.club, a.state, a.words, a.asked_at, a.decided_at, a.note,
  a.code_id
from club_application a
where a.club = :club::smallint and a.state = :state::smallint
  and (a.asked_at, a.application_id) > (:after_at::timestamptz, :after::uuid)
order by a.asked_at, a.application_id
limit :limit::integer

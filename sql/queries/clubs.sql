-- name: lock_clubs
-- Seats and places on the list are given under this lock; in the order of the numbers, everywhere.
-- Stale: a newer program is in force, which may have given it a number of seats.
select c.club, c.seats_version is distinct from (
  select max(v.version) from program_version v where v.effective_from <= :now::timestamptz) as stale
from club c
where c.club = any(:clubs::smallint[])
order by c.club
for update

-- name: insert_clubs
-- Only the first time somebody asks for a seat of a club.
insert into club (club, recorded_at)
select u.club, :now::timestamptz
from unnest(:clubs::smallint[]) as u (club)
order by u.club
on conflict (club) do nothing

-- name: delete_left_seats
-- Of those who went while the club had no number of seats.
delete from club_seat s
where s.club = any(:clubs::smallint[])
  and not exists (
    select
    from club_span p
    where p.holder_id = s.holder_id and p.club = s.club and p.kind between 1 and 5
      and p.from_at <= :now::timestamptz and (p.until_at is null or p.until_at > :now::timestamptz))
  and not exists (
    select
    from club_offer o
    where o.holder_id = s.holder_id and o.club = s.club and o.state = 0 and o.has_seat
      and o.due_at > :now::timestamptz)

-- name: insert_members_seats
-- For those who came while the club had no number of seats, behind all others; there may be more of
-- them than it has now.
insert into club_seat (club, seat, holder_id, due_at)
select m.club, coalesce(t.last, 0) + row_number() over (
    partition by m.club order by m.from_at, m.holder_id), m.holder_id, m.until_at
from (
  select p.club, p.holder_id, min(p.from_at) as from_at,
    case when bool_or(p.until_at is null) then null else max(p.until_at) end as until_at
  from club_span p
  where p.club = any(:clubs::smallint[]) and p.kind between 1 and 5
    and (p.until_at is null or p.until_at > :now::timestamptz)
  group by p.club, p.holder_id
  having min(p.from_at) <= :now::timestamptz) as m
left join (
  select s.club, max(s.seat) as last
  from club_seat s
  where s.club = any(:clubs::smallint[])
  group by s.club) as t on t.club = m.club
where not exists (
  select from club_seat s where s.club = m.club and s.holder_id = m.holder_id)

-- name: update_seats_version
-- Seats and members agree under this program.
update club
set seats_version = (
  select max(v.version) from program_version v where v.effective_from <= :now::timestamptz)
where club = any(:clubs::smallint[])

-- name: delete_overdue_seats
-- Of offers nobody took and of terms that are over.
delete from club_seat s
where s.club = any(:clubs::smallint[]) and s.due_at <= :now::timestamptz

-- name: update_seats
-- Who has a seat keeps it.
update club_seat s
set due_at = u.due_at
from unnest(:holders::uuid[], :dues::timestamptz[]) as u (holder_id, due_at)
where s.club = :club::smallint and s.holder_id = u.holder_id
returning s.holder_id

-- name: insert_seats
-- The lowest free numbers, in the order of asking: among as many as are taken and asked for there
-- are enough. A program may have fewer seats than it had, so those that are taken are counted,
-- whatever their numbers.
with taken as (
  select count(*) as seats
  from club_seat s
  where s.club = :club::smallint)
insert into club_seat (club, seat, holder_id, due_at)
select :club::smallint, f.seat, w.holder_id, w.due_at
from (
  select u.holder_id, u.due_at, u.place
  from unnest(:holders::uuid[], :dues::timestamptz[]) with ordinality
    as u (holder_id, due_at, place)) as w
join (
  select n.seat, row_number() over (order by n.seat) as place
  from taken t
  cross join generate_series(1, t.seats::integer + cardinality(:holders::uuid[])) as n (seat)
  where not exists (
    select from club_seat s where s.club = :club::smallint and s.seat = n.seat)) as f
  on f.place = w.place
cross join taken t
where w.place <= :seats::integer - t.seats
returning holder_id

-- name: find_seat
-- Of a membership or an open offer.
select s.seat
from club_seat s
where s.club = :club::smallint and s.holder_id = :holder::uuid

-- name: delete_seats
-- Given back before they were due.
delete from club_seat s
where s.club = :club::smallint and s.holder_id = any(:holders::uuid[])

-- name: count_seats
-- Those taken at an instant.
select count(*)
from club_seat s
where s.club = :club::smallint and (s.due_at is null or s.due_at > :now::timestamptz)

-- name: insert_steps
-- Who did what, whom it let in and why.
insert into club_step (
  holder_id, step_id, club, kind, occurred_at, recorded_at, by_member, source, note, overtook,
  actor_kind, actor_id, store)
select u.holder_id, u.step_id, u.club, u.kind, u.occurred_at, u.recorded_at, u.by_member, u.source,
  u.note, u.overtook, u.actor_kind, u.actor_id, u.store
from unnest(
  :holders::uuid[], :steps::uuid[], :clubs::smallint[], :kinds::smallint[],
  :occurred::timestamptz[], :recorded::timestamptz[], :by_members::uuid[], :sources::uuid[],
  :notes::text[], :overtook::integer[], :actor_kinds::smallint[], :actors::text[],
  :stores::text[])
  as u (holder_id, step_id, club, kind, occurred_at, recorded_at, by_member, source, note, overtook,
    actor_kind, actor_id, store)

-- name: insert_offers
-- Open ones; the index refuses a second one of the same club.
insert into club_offer (
  holder_id, offer_id, club, kind, state, has_seat, made_at, due_at, inviter, source, rule, note,
  place, term_until, actor_kind, actor_id)
select u.holder_id, u.offer_id, u.club, u.kind, 0, u.has_seat, u.made_at, u.due_at, u.inviter,
  u.source, u.rule, u.note, u.place, u.term_until, u.actor_kind, u.actor_id
from unnest(
  :holders::uuid[], :offers::uuid[], :clubs::smallint[], :kinds::smallint[], :has_seats::boolean[],
  :made::timestamptz[], :dues::timestamptz[], :inviters::uuid[], :sources::uuid[], :rules::text[],
  :notes::text[], :places::bigint[], :terms::timestamptz[], :actor_kinds::smallint[],
  :actors::text[])
  as u (holder_id, offer_id, club, kind, has_seat, made_at, due_at, inviter, source, rule, note,
    place, term_until, actor_kind, actor_id)

-- name: update_offers
-- An offer is closed once.
update club_offer o
set state = :state::smallint, closed_at = greatest(o.made_at, :at::timestamptz)
from unnest(:holders::uuid[], :offers::uuid[]) as u (holder_id, offer_id)
where o.holder_id = u.holder_id and o.offer_id = u.offer_id and o.state = 0

-- name: list_latest_offers
-- Of each member and club the open offer, else the one made last.
select distinct on (o.holder_id, o.club)
  o.holder_id, o.offer_id, o.club, o.kind, o.state, o.has_seat, o.made_at, o.due_at, o.closed_at,
  coalesce((select h.merged_into from holder h where h.holder_id = o.inviter), o.inviter) as inviter,
  o.source, o.rule, o.note, o.place, o.term_until, o.actor_kind, o.actor_id
from club_offer o
where o.holder_id = any(:holders::uuid[]) and o.club = any(:clubs::smallint[])
order by o.holder_id, o.club, o.state <> 0, o.made_at desc, o.offer_id desc

-- name: find_offer
select o.holder_id, o.offer_id, o.club, o.kind, o.state, o.has_seat, o.made_at, o.due_at,
  o.closed_at, coalesce((select h.merged_into from holder h where h.holder_id = o.inviter), o.inviter) as inviter,
  o.source, o.rule, o.note, o.place, o.term_until, o.actor_kind, o.actor_id
from club_offer o
where o.club = :club::smallint and o.offer_id = :offer::uuid

-- name: list_overdue_offers
-- They count no more; what is left is to write that down.
select o.holder_id, o.offer_id, o.club, o.kind, o.state, o.has_seat, o.made_at, o.due_at,
  o.closed_at, o.inviter, o.source, o.rule, o.note, o.place, o.term_until, o.actor_kind, o.actor_id
from club_offer o
where o.state = 0 and o.due_at <= :now::timestamptz
order by o.due_at
limit :limit::integer

-- name: count_spent
-- Invitations that were taken or can be, and of codes what was used, or can be while they stand; but
-- a code to apply with lets nobody in.
-- An offer that came from the list is the invitation it was before. Those of who was merged into the
-- member count too.
select (
  select count(*)
  from club_offer o
  where o.inviter = any(:inviter::uuid || array(
      select h.holder_id from holder h where h.merged_into = :inviter))
    and o.club = :club::smallint and o.place is null
    and (o.state = 1 or o.state = 0 and o.due_at > :now::timestamptz)) + (
  select coalesce(sum(
    case when c.voided_at is null and c.due_at > :now::timestamptz then c.uses_max else c.used end),
    0)
  from club_code c
  where c.inviter = any(:inviter::uuid || array(
      select h.holder_id from holder h where h.merged_into = :inviter))
    and c.club = :club::smallint and not c.applies) as spent

-- name: insert_code
insert into club_code (
  digest, code_id, club, tail, inviter, uses_max, made_at, due_at, note, actor_kind, actor_id,
  applies)
values (
  :digest::bytea, :code::uuid, :club::smallint, :tail::text, :inviter::uuid, :uses_max::integer,
  :made_at::timestamptz, :due_at::timestamptz, :note::text, :actor_kind::smallint, :actor::text,
  :applies::boolean)

-- name: lock_code
-- A code lets people into its own club only. Whose it is, is who that is now.
select c.digest, c.code_id, c.club, c.tail,
  coalesce((select h.merged_into from holder h where h.holder_id = c.inviter), c.inviter) as inviter,
  c.uses_max, c.used, c.made_at, c.due_at,
  c.voided_at, c.note, c.actor_kind, c.actor_id, c.applies
from club_code c
where c.digest = :digest::bytea and c.club = :club::smallint
for update of c

-- name: find_code
-- By the id that whoever made it knows; nobody finds the code by it.
select c.digest, c.code_id, c.club, c.tail,
  coalesce((select h.merged_into from holder h where h.holder_id = c.inviter), c.inviter) as inviter,
  c.uses_max, c.used, c.made_at, c.due_at,
  c.voided_at, c.note, c.actor_kind, c.actor_id, c.applies
from club_code c
where c.code_id = :code::uuid and c.club = :club::smallint

-- name: update_used
-- Under its lock; the table refuses more than it has.
update club_code
set used = used + 1
where digest = :digest::bytea

-- name: update_voided
update club_code
set voided_at = :at::timestamptz, voided_by = :who::text
where digest = :digest::bytea

-- name: update_last_place
-- Under the lock of the club.
update club
set last_place = last_place + 1, recorded_at = greatest(recorded_at, :now::timestamptz)
where club = :club::smallint
returning last_place

-- name: insert_waiting
insert into club_waiting (
  club, place, holder_id, since_at, entry, term_until, inviter, source, note, actor_kind, actor_id)
values (
  :club::smallint, :place::bigint, :holder::uuid, :since_at::timestamptz, :entry::smallint,
  :term_until::timestamptz, :inviter::uuid, :source::uuid, :note::text, :actor_kind::smallint,
  :actor::text)

-- name: update_waiting
update club_waiting w
set left_at = greatest(w.since_at, :at::timestamptz), how = :how::smallint
from unnest(:clubs::smallint[], :places::bigint[]) as u (club, place)
where w.club = u.club and w.place = u.place and w.left_at is null

-- name: list_waiting_of
-- Where members wait now.
select w.club, w.place, w.holder_id, w.since_at, w.left_at, w.how, w.entry, w.term_until, w.inviter,
  w.source, w.note, w.actor_kind, w.actor_id
from club_waiting w
where w.holder_id = any(:holders::uuid[]) and w.club = any(:clubs::smallint[])
  and w.left_at is null

-- name: list_waiting
-- Who is next.
select w.club, w.place, w.holder_id, w.since_at, w.left_at, w.how, w.entry, w.term_until, w.inviter,
  w.source, w.note, w.actor_kind, w.actor_id
from club_waiting w
where w.club = :club::smallint and w.left_at is null
order by w.place
limit :limit::integer

-- name: count_waiting
select count(*)
from club_waiting w
where w.club = :club::smallint and w.left_at is null
  and (:before::bigint is null or w.place < :before::bigint)

-- name: list_waited_for
-- Few clubs, over the partial index alone: the next club after each one found.
with recursive waited (club) as (
  (select w.club from club_waiting w where w.left_at is null order by w.club limit 1)
  union all
  select (
    select w.club from club_waiting w where w.left_at is null and w.club > d.club
    order by w.club limit 1)
  from waited d
  where d.club is not null)
select d.club
from waited d
where d.club is not null

-- name: get_applied
-- Whether somebody has asked to be let in and was not answered yet.
select exists(
  select
  from club_application a
  where a.holder_id = :holder::uuid and a.club = :club::smallint and a.state = 0) as applied

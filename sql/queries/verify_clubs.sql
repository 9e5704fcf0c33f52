-- name: list_clubbed_spans
-- Of a range of holders, everything of their time in clubs.
select s.holder_id, s.span_id, s.club, s.kind, s.from_at, s.until_at, s.conditional, s.renews,
  s.source, s.invited_by, s.note, s.actor_kind, s.actor_id, s.recorded_at, s.ended_at, s.ended_why,
  s.home_id
from club_span s
where s.holder_id between :low::uuid and :high::uuid
order by s.holder_id, s.from_at, s.span_id

-- name: list_club_seats
-- Seats of a range of holders, with the last that happened in the club: what fell due until then
-- may have been swept.
select s.holder_id, s.club, s.seat, s.due_at, l.recorded_at as looked_at
from club_seat s
left join lateral (
  select t.recorded_at
  from club_step t
  where t.club = s.club
  order by t.recorded_at desc
  limit 1) l on true
where s.holder_id between :low::uuid and :high::uuid

-- name: list_seated_offers
-- Open offers of a range of holders for which a seat is kept.
select o.holder_id, o.club, o.due_at
from club_offer o
where o.holder_id between :low::uuid and :high::uuid and o.state = 0 and o.has_seat

-- name: list_last_steps
-- When something happened in a club last.
select t.club, max(t.recorded_at) as looked_at
from club_step t
group by t.club

-- name: list_wrong_payments
-- A payment made one ground, of its club, and not of a time before it was paid.
select p.holder_id, format('payment %s', p.reference) as place, array_remove(array[
  case when s.span_id is null then 'its ground is not there' end,
  case when s.club <> p.club then 'its ground is of another club' end,
  case when s.kind <> 4 then 'its ground is not a paid one' end,
  case when s.from_at < p.paid_at then 'its ground began before it was paid' end], null) as wrong
from club_payment p
left join lateral (
  select i.span_id, i.club, i.kind, i.from_at from club_span i where i.span_id = p.span_id
  limit 1) s on true
where p.holder_id between :low::uuid and :high::uuid
  and (s.span_id is null or s.club <> p.club or s.kind <> 4 or s.from_at < p.paid_at)

-- name: list_wrong_places
-- Who waits in a range of holders has a place that was given.
select w.holder_id, format('club %s', w.club) as place,
  array[format('place %s was never given', w.place)] as wrong
from club_waiting w
left join club c on c.club = w.club
where w.holder_id between :low::uuid and :high::uuid and (c.club is null or w.place > c.last_place)

-- name: list_wrong_code_uses
-- Codes that somebody of a range of holders has applied with: of this club, made for that, and used as
-- often as somebody applied.
with
u as (
  select o.code_id, count(*) as uses
  from club_application o
  where o.code_id in (
    select i.code_id
    from club_application i
    where i.holder_id between :low::uuid and :high::uuid and i.code_id is not null)
  group by o.code_id)
select a.holder_id, format('application %s', a.application_id) as place, array_remove(array[
  case when c.code_id is null then 'its code is not there' end,
  case when c.club <> a.club then 'its code is of another club' end,
  case when not c.applies then 'its code lets nobody apply' end,
  case when a.asked_at < c.made_at or a.asked_at >= c.due_at then 'its code was no good then' end,
  case when c.applies and c.used <> u.uses
    then format('its code was used %s times, not %s', u.uses, c.used) end], null) as wrong
from club_application a
join u on u.code_id = a.code_id
left join club_code c on c.code_id = a.code_id
where a.holder_id between :low::uuid and :high::uuid and a.code_id is not null
  and (c.code_id is null or c.club <> a.club or not c.applies or c.used <> u.uses
    or a.asked_at < c.made_at or a.asked_at >= c.due_at)

-- name: list_purchases_in_clubs
-- Purchases of members who were ever in a club, decided when they were told and by nothing pinned; but
-- not of who was ever merged, for what was known of clubs then was that of one of them.
select p.holder_id, p.purchase_id, p.occurred_at, p.recorded_at, p.program_version, p.facts
from purchase p
where p.holder_id between :low::uuid and :high::uuid
  and p.moved_by is null and p.hold_id is null and p.flags & :apart::integer = 0
  and exists (select from club_span s where s.holder_id = p.holder_id)
  and not exists (select from holder h where h.holder_id = p.holder_id and h.kin is not null)

-- name: list_wrong_pool_moves
-- Units of a club's pool passed between it and somebody who was in the club. Of a family one has the
-- transfer, and by now maybe another one the club. The whole table of clubs is small.
select t.holder_id, format('transfer %s', t.transfer_id) as place, array_remove(array[
  case when c.club is null then 'the other side is no pool of a club' end,
  case when c.club is not null and not exists (
    select from club_span s
    where (s.holder_id = t.holder_id or s.holder_id = any(h.kin)) and s.club = c.club and s.kind <= 5
      and s.from_at <= t.occurred_at and (s.until_at is null or s.until_at >= t.occurred_at))
    then 'the member was not in the club' end], null) as wrong
from transfer t
join holder h on h.holder_id = t.holder_id and h.kind = 1
left join club c on c.holder_id = t.other_id
where t.holder_id between :low::uuid and :high::uuid and t.kind in (5, 6)

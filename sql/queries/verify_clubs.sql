-- name: list_clubbed_spans
-- Of a range of holders, everything of their time in clubs.
select s.holder_id, s.span_id, s.club, s.kind, s.from_at, s.until_at, s.conditional, s.renews,
  s.source, s.invited_by, s.note, s.actor_kind, s.actor_id, s.recorded_at, s.ended_at, s.ended_why
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

-- name: list_purchases_in_clubs
-- Purchases of members who were ever in a club, decided when they were told and by nothing pinned.
-- Who was merged into somebody is looked for in the whole table of holders.
select p.holder_id, p.purchase_id, p.occurred_at, p.recorded_at, p.program_version, p.facts
from purchase p
where p.holder_id between :low::uuid and :high::uuid
  and p.moved_by is null and p.hold_id is null and p.flags & :apart::integer = 0
  and exists (select from club_span s where s.holder_id = p.holder_id)
  and not exists (select from holder h where h.merged_into = p.holder_id)

-- name: list_merged_of_range
-- Whose memberships are another one's now.
select h.holder_id
from holder h
where h.holder_id between :low::uuid and :high::uuid and h.merged_into is not null

-- name: list_wrong_pool_moves
-- Units of a club's pool passed between it and somebody who was in the club. Who was merged since
-- has the transfer still, and the club no more; they are looked for in the whole table of holders.
select t.holder_id, format('transfer %s', t.transfer_id) as place, array_remove(array[
  case when c.club is null then 'the other side is no pool of a club' end,
  case when c.club is not null and not exists (
    select from club_span s
    where s.holder_id = t.holder_id and s.club = c.club and s.kind <= 5
      and s.from_at <= t.occurred_at and (s.until_at is null or s.until_at >= t.occurred_at))
    then 'the member was not in the club' end], null) as wrong
from transfer t
join holder h on h.holder_id = t.holder_id and h.kind = 1 and h.merged_into is null
left join club c on c.holder_id = t.other_id
where t.holder_id between :low::uuid and :high::uuid and t.kind in (5, 6)
  and not exists (select from holder m where m.merged_into = t.holder_id)

-- name: pass_spans
-- All of a holder's time in clubs is another's, or that of some homes; whose it was stays known.
update club_span s
set holder_id = :to::uuid, home_id = nullif(coalesce(s.home_id, :holder::uuid), :to)
where s.holder_id = :holder and (:homes::uuid[] is null or s.home_id = any(:homes))

-- name: pass_offers
-- Open ones; of clubs where the other has one, nothing was left open.
update club_offer o
set holder_id = :to::uuid, home_id = nullif(coalesce(o.home_id, :holder::uuid), :to)
where o.holder_id = :holder and o.state = 0
  and (:homes::uuid[] is null or o.home_id = any(:homes))

-- name: pass_applications
update club_application a
set holder_id = :to::uuid, home_id = nullif(coalesce(a.home_id, :holder::uuid), :to)
where a.holder_id = :holder and a.state = 0
  and (:homes::uuid[] is null or a.home_id = any(:homes))

-- name: pass_waiting
update club_waiting w
set holder_id = :to::uuid, home_id = nullif(coalesce(w.home_id, :holder::uuid), :to)
where w.holder_id = :holder and w.left_at is null
  and (:homes::uuid[] is null or w.home_id = any(:homes))

-- name: pass_owners
update club_owner o
set holder_id = :to::uuid, home_id = nullif(coalesce(o.home_id, :holder::uuid), :to)
where o.holder_id = :holder and o.until_at is null
  and (:homes::uuid[] is null or o.home_id = any(:homes))

-- name: list_open_of
-- Where somebody has an offer, waits, or has asked to be let in: club, which of these, the place.
select o.club, 'offer' as what, null::bigint as place
from club_offer o
where o.holder_id = :holder::uuid and o.state = 0
union all
select w.club, 'waiting', w.place
from club_waiting w
where w.holder_id = :holder and w.left_at is null
union all
select a.club, 'application', null
from club_application a
where a.holder_id = :holder and a.state = 0

-- name: list_seated
-- Clubs in which holders have a seat, or an offer for which one is kept until then.
select s.holder_id, s.club, null::timestamptz as due_at
from club_seat s
where s.holder_id = any(:holders::uuid[])
union all
select o.holder_id, o.club, o.due_at
from club_offer o
where o.holder_id = any(:holders) and o.state = 0 and o.has_seat

-- name: list_spans
-- Everything of a member's time in clubs: few rows, and late purchases ask about the past.
select s.holder_id, s.span_id, s.club, s.kind, s.from_at, s.until_at, s.conditional, s.renews,
  s.source, s.invited_by, s.note, s.actor_kind, s.actor_id, s.recorded_at, s.ended_at, s.ended_why
from club_span s
where s.holder_id = any(:holders::uuid[])
order by s.holder_id, s.from_at, s.span_id

-- name: insert_spans
-- Grounds, bans and pauses that begin.
insert into club_span (
  holder_id, span_id, club, kind, from_at, until_at, conditional, source, invited_by, note,
  actor_kind, actor_id, recorded_at)
select u.holder_id, u.span_id, u.club, u.kind, u.from_at, u.until_at, u.conditional, u.source,
  u.invited_by, u.note, u.actor_kind, u.actor_id, u.recorded_at
from unnest(
  :holders::uuid[], :spans::uuid[], :clubs::smallint[], :kinds::smallint[],
  :froms::timestamptz[], :untils::timestamptz[], :conditionals::boolean[], :sources::uuid[],
  :inviters::uuid[], :notes::text[], :actor_kinds::smallint[], :actors::text[],
  :recorded::timestamptz[])
  as u (holder_id, span_id, club, kind, from_at, until_at, conditional, source, invited_by, note,
    actor_kind, actor_id, recorded_at)

-- name: update_span_ends
-- Once: a span that was told to end keeps its reason.
update club_span s
set until_at = u.until_at, ended_at = u.ended_at, ended_why = u.ended_why
from unnest(
  :holders::uuid[], :spans::uuid[], :untils::timestamptz[], :nows::timestamptz[],
  :whys::smallint[])
  as u (holder_id, span_id, until_at, ended_at, ended_why)
where s.holder_id = u.holder_id and s.span_id = u.span_id and s.ended_at is null

-- name: update_renews
-- A term that is not renewed ends by itself; until then it can be taken back.
update club_span s
set renews = :renews::boolean
from unnest(:holders::uuid[], :spans::uuid[]) as u (holder_id, span_id)
where s.holder_id = u.holder_id and s.span_id = u.span_id

-- name: list_overdue_spans
-- Terms that ran out since the last look.
select s.holder_id
from club_span s
where s.ended_at is null and s.kind <= 5 and s.until_at <= :now::timestamptz
order by s.until_at
limit :limit::integer

-- name: find_span
-- The ground that a payment made has the id of the payment.
select s.holder_id, s.span_id, s.club, s.kind, s.from_at, s.until_at, s.conditional, s.renews,
  s.source, s.invited_by, s.note, s.actor_kind, s.actor_id, s.recorded_at, s.ended_at, s.ended_why
from club_span s
where s.span_id = :span::uuid
limit 1

-- name: get_owner
-- Who owns the club now.
select o.holder_id
from club_owner o
where o.club = :club::smallint and o.until_at is null

-- name: update_owner_end
-- The place is free for another one. Who owned it for no time at all did so for a moment.
update club_owner o
set until_at = greatest(:at::timestamptz, o.from_at + interval '1 microsecond')
where o.club = :club::smallint and o.until_at is null

-- name: update_owners_end
-- Owners who are in their club no more; answers who was one.
update club_owner o
set until_at = greatest(u.until_at, o.from_at + interval '1 microsecond')
from unnest(:clubs::smallint[], :holders::uuid[], :untils::timestamptz[])
  as u (club, holder_id, until_at)
where o.club = u.club and o.holder_id = u.holder_id and o.until_at is null
returning o.club, o.holder_id

-- name: insert_owner
-- From then on; not from before whoever had it last gave it up.
insert into club_owner (club, from_at, holder_id, actor_kind, actor_id)
select :club::smallint, greatest(:at::timestamptz, max(o.until_at)), :holder::uuid,
  :actor_kind::smallint, :actor::text
from club_owner o
where o.club = :club::smallint

-- name: find_application
-- By id, of one club alone: ids of others are unknown ones.
select a.holder_id, a.application_id, a.club, a.state, a.words, a.asked_at, a.decided_at, a.note,
  a.code_id
from club_application a
where a.club = :club::smallint and a.application_id = :application::uuid

-- name: find_open_application
-- A member asks once at a time.
select a.holder_id, a.application_id, a.club, a.state, a.words, a.asked_at, a.decided_at, a.note,
  a.code_id
from club_application a
where a.holder_id = :holder::uuid and a.club = :club::smallint and a.state = 0

-- name: insert_application
-- An open one.
insert into club_application (
  holder_id, application_id, club, state, words, asked_at, actor_kind, actor_id, store, code_id)
values (:holder::uuid, :application::uuid, :club::smallint, 0, :words::text,
  :asked_at::timestamptz, :actor_kind::smallint, :actor::text, :store::text, :code::uuid)

-- name: update_application
-- Decided once.
update club_application a
set state = :state::smallint, decided_at = :at::timestamptz, decided_by = :by::text,
  note = :note::text
where a.holder_id = :holder::uuid and a.application_id = :application::uuid and a.state = 0

-- name: find_payment
-- The natural key of a payment is kept for ever.
select p.reference, p.club, p.holder_id, p.span_id, p.minor, p.currency, p.paid_at, p.recorded_at,
  p.fp
from club_payment p
where p.reference = :reference::text

-- name: insert_payment
-- Whoever is first has it.
insert into club_payment (
  reference, club, holder_id, span_id, minor, currency, paid_at, recorded_at, fp, fp_version)
values (:reference::text, :club::smallint, :holder::uuid, :span::uuid, :minor::bigint,
  :currency::text, :paid_at::timestamptz, :recorded_at::timestamptz, :fp::bytea,
  :fp_version::smallint)
on conflict (reference) do nothing
returning span_id

-- name: find_club_holder
-- Whose wallets the pool of the club is; nobody's until the first units come.
select c.holder_id
from club c
where c.club = :club::smallint and c.holder_id is not null

-- name: update_club_holder
-- The first units come.
update club c
set holder_id = :holder::uuid
where c.club = :club::smallint and c.holder_id is null

-- name: update_span_why
-- A payment may be taken back long after its term, which ended when it did: purchases knew that.
update club_span s
set ended_why = :why::smallint, ended_at = coalesce(s.ended_at, s.until_at, :now::timestamptz)
where s.holder_id = :holder::uuid and s.span_id = :span::uuid

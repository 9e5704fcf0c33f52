-- name: list_family
-- Who is erased together: the member that is there, first, and all who were merged into it.
select h.holder_id
from (
  select coalesce(m.merged_into, m.holder_id) as id
  from holder m
  where m.holder_id = :member::uuid and m.kind = 1) s
join holder h on h.holder_id = s.id or h.merged_into = s.id
order by h.holder_id <> s.id, h.holder_id

-- name: list_others
-- Who has to be locked with them: what is written there too.
select m.household_id as holder_id
from household_member m
where m.holder_id = any(:holders::uuid[]) and m.until_at is null
union
select c.holder_id
from hold h
join hold c on c.hold_id = h.hold_id and c.holder_id <> all (:holders::uuid[]) and c.state = 0
where h.holder_id = any(:holders::uuid[]) and h.state = 0

-- name: update_erased
-- From now on they are found as erased, before and under the lock.
update holder h
set erased_at = :at::timestamptz, next_due = null
where h.holder_id = any(:holders::uuid[])

-- name: find_erasure
-- There is one at most: who is erased is not erased again.
select o.op_id as id, o.holder_id as member_id, h.erased_at
from operation o
join holder h on h.holder_id = o.holder_id
where o.holder_id = :holder::uuid and o.kind = 17

-- name: update_coupons
-- In the one order of coupons. No return makes them good again.
with c as (
  select i.digest
  from coupon i
  where i.holder_id = any(:holders::uuid[])
  order by i.digest
  for no key update)
update coupon u
set voided_at = coalesce(u.voided_at, :at::timestamptz), taken_by = null
from c
where u.digest = c.digest

-- name: update_approvals
-- What has timed out stays so.
update approval a
set state = 2, decided_at = greatest(a.asked_at, :at::timestamptz), decided_by = :by::text,
  note = :said::text
where a.holder_id = any(:holders::uuid[]) and a.state = 0 and a.due_at > :at
returning a.approval_id

-- name: delete_identifiers
-- They are free for anybody, as if nobody had ever held them.
delete from identifier i
where i.holder_id = any(:holders::uuid[])

-- name: update_profiles
update member_profile p
set profile = '{}', fields = '{}', identifiers = '[]', born = null
where p.holder_id = any(:holders::uuid[])

-- name: delete_answers
-- Stored answers show the person.
delete from idem i
where i.holder_id = any(:holders::uuid[])

-- name: update_accounts
-- Whoever is staff stays so, and is no member any more.
update staff_account a
set member_id = null
where a.member_id = any(:holders::uuid[])

-- name: update_activities
-- What they did stays as a fact; its attributes may hold what they wrote.
update activity a
set attributes = '{}'
where a.holder_id = any(:holders::uuid[]) and a.attributes <> '{}'

-- name: delete_occasions
-- Nothing is given to them any more.
delete from occasion_due o
where o.holder_id = any(:holders::uuid[])

-- name: delete_invitations
delete from household_invitation i
where i.member_id = any(:holders::uuid[])

-- name: update_applications
update club_application a
set words = '', note = null
where a.holder_id = any(:holders::uuid[])

-- name: update_answers
-- What they wrote to those whose application they decided as an owner.
update club_application a
set note = null
from club_step s
where s.by_member = any(:holders::uuid[]) and a.holder_id = s.holder_id and a.application_id = s.source

-- name: update_spans
-- What was written about them, and what they wrote to those whom they invited; so below.
update club_span s
set note = null
where (s.holder_id = any(:holders::uuid[]) or s.invited_by = any(:holders)) and s.note is not null

-- name: update_offers
update club_offer o
set note = null
where (o.holder_id = any(:holders::uuid[]) or o.inviter = any(:holders)) and o.note is not null

-- name: update_places
update club_waiting w
set note = null
where (w.holder_id = any(:holders::uuid[]) or w.inviter = any(:holders)) and w.note is not null

-- name: update_codes
-- Their codes let nobody in any more.
update club_code c
set note = null, voided_at = coalesce(c.voided_at, :at::timestamptz),
  voided_by = coalesce(c.voided_by, :said::text)
where c.inviter = any(:holders::uuid[])

-- name: update_steps
update club_step s
set note = null
where (s.holder_id = any(:holders::uuid[]) or s.by_member = any(:holders)) and s.note is not null

-- name: update_notes
-- Why something was done to them, also where the other side of it has it. Of the erasure itself it
-- stays: it is written by who erases, and says why.
update operation o
set note = :said::text
where o.kind <> 17 and o.op_id in (
  select i.op_id from operation i where i.holder_id = any(:holders::uuid[]))

-- name: update_requests
-- The reason that was given with what needed a second person; that of the operation is the same.
update approval a
set note = case when a.note is not null then :said::text end,
  body = convert_to(
    jsonb_set(convert_from(a.body, 'UTF8')::jsonb, '{reason}', to_jsonb(:said::text))::text, 'UTF8')
where a.holder_id = any(:holders::uuid[])

-- name: update_returns
-- Why a purchase was voided.
update purchase_return r
set note = :said::text
where r.holder_id = any(:holders::uuid[]) and r.note is not null

-- name: update_told
-- What was told with a reason that somebody had written: it is read from the outbox later too.
update outbox o
set body = convert_to(
  jsonb_set(convert_from(o.body, 'UTF8')::jsonb, '{data,reason}', to_jsonb(:said::text))::text, 'UTF8')
where o.holder_id = any(:holders::uuid[]) and o.type = any(:types::text[])

-- name: list_facts
-- By what was decided for them; the place names the table.
select 1 as place, p.holder_id, p.purchase_id as id, p.program_version, p.facts
from purchase p
where p.holder_id = any(:holders::uuid[])
union all
select 2, r.holder_id, r.redemption_id, r.program_version, r.facts
from redemption r
where r.holder_id = any(:holders)
union all
select 3, h.holder_id, h.hold_id, h.program_version, h.facts
from hold h
where h.holder_id = any(:holders)
union all
select 4, t.holder_id, t.op_id, t.program_version, t.facts
from trigger_run t
where t.holder_id = any(:holders)

-- name: update_purchase_facts
update purchase p
set facts = u.facts
from unnest(:holders::uuid[], :ids::uuid[], :facts::bytea[]) as u (holder_id, id, facts)
where p.purchase_id = u.id and p.holder_id = u.holder_id

-- name: update_redemption_facts
update redemption r
set facts = u.facts
from unnest(:holders::uuid[], :ids::uuid[], :facts::bytea[]) as u (holder_id, id, facts)
where r.holder_id = u.holder_id and r.redemption_id = u.id

-- name: update_hold_facts
update hold h
set facts = u.facts
from unnest(:holders::uuid[], :ids::uuid[], :facts::bytea[]) as u (holder_id, id, facts)
where h.holder_id = u.holder_id and h.hold_id = u.id

-- name: update_run_facts
update trigger_run t
set facts = u.facts
from unnest(:holders::uuid[], :ids::uuid[], :facts::bytea[]) as u (holder_id, id, facts)
where t.op_id = u.id and t.holder_id = u.holder_id

-- name: delete_consents
-- Nobody is there to be written to.
delete from consent c
where c.holder_id = any(:holders::uuid[])

-- name: update_endpoints
-- Over the whole table, which is small: the last answer that was no success may tell of anybody. Before
-- update_deliveries, since whoever writes down a run locks the endpoint first.
update endpoint
set last_answer = null
where last_answer is not null

-- name: update_deliveries
-- What receivers answered to events of theirs: it may tell of them. By the key, endpoint by endpoint.
update delivery d
set last_answer = null
from endpoint e
where d.endpoint_id = e.endpoint_id and d.holder_id = any(:holders::uuid[]) and d.last_answer is not null

-- name: list_rows
-- What the tables hold on a member that no other read shows, by section, in order of time. The
-- names of wallets, segments, badges and kinds are put in by the reader.
select s.section, s.at, s.row::text as row
from (
  select 'identifiers' as section, i.from_at as at, jsonb_build_object(
    'kind', i.kind, 'from', i.from_at, 'until', i.until_at) as row
  from identifier i
  where i.holder_id = :holder::uuid
  union all
  select 'consents', c.said_at, jsonb_build_object(
    'channel', c.channel, 'given', c.is_given, 'source', c.source, 'wording', c.wording,
    'said_at', c.said_at, 'recorded_at', c.recorded_at)
  from consent c
  where c.holder_id = :holder::uuid
  union all
  select 'operations', o.recorded_at, jsonb_build_object(
    'id', o.op_id, 'kind', o.kind, 'reason', o.note, 'code', o.code, 'store', o.store,
    'undoes', o.undoes, 'recorded_at', o.recorded_at)
  from operation o
  where o.holder_id = :holder::uuid
  union all
  select 'transfers', t.occurred_at, jsonb_build_object(
    'id', t.transfer_id, 'kind', t.kind, 'wallet', t.wallet, 'other', t.other_id,
    'amount', t.amount, 'occurred_at', t.occurred_at)
  from transfer t
  where t.holder_id = :holder::uuid
  union all
  select 'holds', h.created_at, jsonb_build_object(
    'id', h.hold_id, 'state', h.state, 'channel', h.channel, 'checkout', h.checkout,
    'store', h.store, 'created_at', h.created_at, 'due_at', h.due_at, 'closed_at', h.closed_at)
  from hold h
  where h.holder_id = :holder::uuid
  union all
  select 'returns', r.occurred_at, jsonb_build_object(
    'id', r.return_id, 'purchase_id', r.purchase_id, 'channel', r.channel,
    'external_id', r.external_id, 'store', r.store, 'total', r.total, 'note', r.note,
    'occurred_at', r.occurred_at, 'recorded_at', r.recorded_at)
  from purchase_return r
  where r.holder_id = :holder::uuid
  union all
  select 'coupon_uses', u.occurred_at, jsonb_build_object(
    'template', u.template, 'purchase_id', u.purchase_id, 'occurred_at', u.occurred_at,
    'given_back_at', u.given_back_at)
  from coupon_use u
  where u.holder_id = :holder::uuid
  union all
  select 'limits', l.occurred_at, jsonb_build_object(
    'rule', l.rule, 'purchase_id', l.purchase_id, 'occurred_at', l.occurred_at)
  from limit_use l
  where l.holder_id = :holder::uuid
  union all
  select 'approvals', a.asked_at, jsonb_build_object(
    'id', a.approval_id, 'state', a.state, 'asked', convert_from(a.body, 'UTF8')::jsonb,
    'store', a.store, 'note', a.note, 'asked_at', a.asked_at, 'decided_at', a.decided_at)
  from approval a
  where a.holder_id = :holder::uuid
  union all
  select 'households', m.from_at, jsonb_build_object(
    'household_id', m.household_id, 'role', m.role, 'from', m.from_at, 'until', m.until_at)
  from household_member m
  where m.holder_id = :holder::uuid
  union all
  select 'club_applications', c.asked_at, jsonb_build_object(
    'id', c.application_id, 'club', c.club, 'state', c.state, 'words', c.words, 'note', c.note,
    'asked_at', c.asked_at, 'decided_at', c.decided_at)
  from club_application c
  where c.holder_id = :holder::uuid
  union all
  select 'club_history', s.occurred_at, jsonb_build_object(
    'club', s.club, 'kind', s.kind, 'note', s.note, 'occurred_at', s.occurred_at)
  from club_step s
  where s.holder_id = :holder::uuid
  union all
  select 'segments', s.from_at, jsonb_build_object(
    'segment', s.segment, 'from', s.from_at, 'until', s.until_at)
  from segment_span s
  where s.holder_id = :holder::uuid and s.segment > 0
  union all
  select 'badges', b.given_at, jsonb_build_object(
    'badge', b.badge, 'rule', b.rule, 'given_at', b.given_at, 'taken_at', b.taken_at)
  from badge_given b
  where b.holder_id = :holder::uuid
  union all
  select 'moments', r.occurred_at, jsonb_build_object(
    'trigger', r.trigger, 'ref', r.ref, 'occurred_at', r.occurred_at)
  from trigger_run r
  where r.holder_id = :holder::uuid
  union all
  select 'staff_accounts', a.created_at, jsonb_build_object(
    'id', a.account_id, 'login', a.login, 'role', a.role, 'created_at', a.created_at)
  from staff_account a
  where a.member_id = :holder::uuid) s
order by s.section, s.at, s.row::text

-- A purchase as one would write it by hand for pgbench: the reads such a transaction needs, then one
-- statement per table, and the very rows the service writes, with bodies of the same size.
-- Variables: members; uses and moves (per mille of purchases that use a limit, or change a tier);
-- cart, facts, decision, outcome, categories, recorded, earned, moved (bodies).
\set member random(0, :members - 1)
\set cents random(100, 6000)
\set points :cents / 100
\set use random(1, 1000)
\set move random(1, 1000)
begin;
-- The index by holder stands for that by digest: pgbench has no keyed hash.
select i.holder_id as holder
from identifier i
where i.holder_id = ('01900000-0000-7000-8000-' || lpad(to_hex(:member::bigint), 12, '0'))::uuid
  and i.until_at is null
\gset
select h.version, clock_timestamp() as at, uuidv7() as purchase
from holder h
where h.holder_id = :holder::uuid
for no key update
\gset
select
  max(w.posted) filter (where w.wallet = 1) as points_posted,
  max(w.entry_seq) filter (where w.wallet = 1) as points_seq,
  max(w.posted) filter (where w.wallet = 2) as status_posted,
  max(w.entry_seq) filter (where w.wallet = 2) as status_seq
from wallet w
where w.holder_id = :holder::uuid
\gset
select
  (select p.profile from member_profile p where p.holder_id = :holder::uuid) as profile,
  (select s.tier from tier_step s
   where s.holder_id = :holder::uuid and s.ladder = 1 and s.until_at is null) as tier,
  (select coalesce(sum(e.amount - e.debt_change), 0) from entry e
   where e.holder_id = :holder::uuid and e.wallet = 2
     and e.occurred_at > :at::timestamptz - interval '12 months') as status,
  (select coalesce(sum(p.net), 0) from purchase p
   where p.holder_id = :holder::uuid and p.net > 0
     and p.occurred_at > :at::timestamptz - interval '30 days') as spend,
  (select count(*) from purchase p
   where p.holder_id = :holder::uuid and p.net > 0 and p.channel = 'app') as in_app,
  (select count(*) from limit_use l
   where l.holder_id = :holder::uuid and l.rule in ('big-month', 'first-in-app', 'birthday-month')) as uses_before
\gset
insert into purchase_key (channel, external_id, purchase_id, holder_id, fp, fp_version)
values ('pos', left(:purchase, 24), :purchase::uuid, :holder::uuid, sha256(:purchase::text::bytea), 1);
insert into purchase (
  holder_id, occurred_at, purchase_id, recorded_at, channel, external_id, store, program_version,
  engine, flags, net, quantity, by_category, cart, facts, decision, outcome, actor_kind, actor_id)
values (
  :holder::uuid, :at::timestamptz, :purchase::uuid, :at::timestamptz, 'pos', left(:purchase, 24),
  'waw-01', 1, 1, 0, :cents::bigint, 3000, :categories::jsonb, :cart::bytea, :facts::bytea,
  :decision::bytea, :outcome::bytea, 2, 'bench');
insert into entry (
  holder_id, wallet, seq, prev_seq, before, after, amount, reason, contra, op_id, op_line,
  actor_kind, actor_id, store_id, occurred_at, recorded_at)
values (
  :holder::uuid, 1, :points_seq::bigint + 1, nullif(:points_seq::bigint, 0), :points_posted::bigint,
  :points_posted::bigint + :points::bigint, :points::bigint, 1, 1, :purchase::uuid, 0, 2, 'bench', 'waw-01',
  :at::timestamptz, :at::timestamptz
), (
  :holder::uuid, 2, :status_seq::bigint + 1, nullif(:status_seq::bigint, 0), :status_posted::bigint,
  :status_posted::bigint + :points::bigint, :points::bigint, 1, 1, :purchase::uuid, 1, 2, 'bench', 'waw-01',
  :at::timestamptz, :at::timestamptz
);
insert into lot (
  holder_id, wallet, lot_no, granted, remaining, origin_holder_id, origin_op_id, earned_at,
  available_at, expires_at)
values (
  :holder::uuid, 1, :points_seq::bigint + 1, :points::bigint, :points::bigint, :holder::uuid,
  :purchase::uuid, :at::timestamptz, :at::timestamptz + interval '14 days',
  :at::timestamptz + interval '380 days'
), (
  :holder::uuid, 2, :status_seq::bigint + 1, :points::bigint, :points::bigint, :holder::uuid,
  :purchase::uuid, :at::timestamptz, :at::timestamptz, null
);
update wallet
set posted = posted + :points::bigint, entry_seq = entry_seq + 1,
  pending = pending + case wallet when 1 then :points::bigint else 0 end
where holder_id = :holder::uuid;
\if :use <= :uses
insert into limit_use (holder_id, rule, occurred_at, purchase_id)
values (:holder::uuid, 'first-in-app', :at::timestamptz, :purchase::uuid);
\endif
insert into outbox (holder_id, version, shard, event_id, type, body, occurred_at, recorded_at)
values (
  :holder::uuid, :version::bigint + 1, :member::bigint % 64, uuidv7(), 'regulars.purchase.recorded.v1',
  :recorded::bytea, :at::timestamptz, :at::timestamptz
), (
  :holder::uuid, :version::bigint + 2, :member::bigint % 64, uuidv7(), 'regulars.points.earned.v1',
  :earned::bytea, :at::timestamptz, :at::timestamptz
);
\set events 2
\if :move <= :moves
\set events 3
update tier_step
set until_at = :at::timestamptz
where holder_id = :holder::uuid and ladder = 1 and until_at is null;
insert into tier_step (holder_id, ladder, from_at, tier, valid_until, due_at, recorded_at)
values (
  :holder::uuid, 1, :at::timestamptz, 'silver', :at::timestamptz + interval '12 months',
  :at::timestamptz + interval '13 months', :at::timestamptz);
insert into outbox (holder_id, version, shard, event_id, type, body, occurred_at, recorded_at)
values (
  :holder::uuid, :version::bigint + 3, :member::bigint % 64, uuidv7(), 'regulars.tier.changed.v1',
  :moved::bytea, :at::timestamptz, :at::timestamptz);
\endif
update holder
set version = version + :events::bigint, settled_at = :at::timestamptz, recorded_at = :at::timestamptz,
  next_due = least(next_due, :at::timestamptz + interval '14 days')
where holder_id = :holder::uuid;
end;

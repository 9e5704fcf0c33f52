-- Rewards: what members have had for units, and what of it is held, granted, handed over, cancelled.

create table redemption (
  holder_id uuid not null, redemption_id uuid not null, state smallint not null,
  reward text collate "C" not null, program_version integer not null, facts bytea not null,
  wallet smallint not null, price bigint not null, stocked boolean not null, coupon_id uuid,
  asked_at timestamptz not null, held_until timestamptz, granted_at timestamptz,
  closed_at timestamptz, closed_op uuid, closed_store text collate "C",
  actor_kind smallint not null, actor_id text not null, store text collate "C",
  primary key (holder_id, redemption_id),
  constraint redemption_state check (state between 0 and 3),
  constraint redemption_price check (price > 0),
  constraint redemption_held check (state <> 0 or (held_until is not null and granted_at is null)),
  constraint redemption_granted check (state in (0, 3) or granted_at is not null),
  constraint redemption_closed check (
    (state in (2, 3)) = (closed_at is not null) and (closed_at is null) = (closed_op is null)))
  with (fillfactor = 90);
create index redemption_of_reward on redemption (holder_id, reward, asked_at);
create index redemption_by_id on redemption (redemption_id);

grant select, insert, update on redemption to regulars, regulars_jobs;

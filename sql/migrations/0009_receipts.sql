-- Receipts that staff look for, purchases that move to another member, and what tills gave beyond
-- what there was.
set local lock_timeout = '2s';

alter table purchase add column moved_by uuid, add column total bigint;
create index purchase_of_store on purchase (store, occurred_at, purchase_id);
alter table purchase_return add column moved_by uuid;

create table purchase_move (
  holder_id uuid not null, op_id uuid not null,
  purchase_id uuid not null, earned_by uuid not null,
  to_holder uuid not null, to_op uuid not null,
  primary key (holder_id, op_id),
  constraint purchase_move_other check (to_holder <> holder_id));
create index purchase_move_to on purchase_move (to_op);

create table purchase_overrun (
  holder_id uuid not null, purchase_id uuid not null, kind smallint not null, name text collate "C" not null,
  amount bigint not null,
  channel text collate "C" not null, store text collate "C", occurred_at timestamptz not null,
  primary key (holder_id, purchase_id, kind, name),
  constraint purchase_overrun_kind check (kind between 1 and 4),
  constraint purchase_overrun_amount check (amount > 0));
create index purchase_overrun_at on purchase_overrun (occurred_at, purchase_id);

grant select, insert on purchase_move to regulars, regulars_jobs;
grant select, insert, update on purchase_overrun to regulars, regulars_jobs;
grant delete on purchase_wallet to regulars, regulars_jobs;

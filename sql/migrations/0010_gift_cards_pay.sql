-- Gift cards pay for purchases: what each purchase took from a card, and what returns gave back.

create table gift_card_payment (
  holder_id uuid not null, purchase_id uuid not null, op_id uuid not null,
  value bigint not null, taken bigint not null, given_back bigint not null default 0,
  primary key (holder_id, purchase_id),
  constraint gift_card_payment_sums check (value > 0 and 0 <= given_back and given_back <= taken and taken <= value));
create index gift_card_payment_of_purchase on gift_card_payment (purchase_id);

grant select, insert, update on gift_card_payment to regulars, regulars_jobs;

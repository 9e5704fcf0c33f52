-- Why a purchase was voided, and at which device a return was recorded.

alter table purchase_return add column note text, add column device text collate "C";
alter table parked_return add column device text collate "C";

-- A secret that somebody else has set is changed before anything else is done with the account. Who
-- has signed in until now goes on: no till shall stand still for it.

alter table staff_account add column must_change_secret boolean not null default false;

-- Coupons that returns took back: so that they are given again, and units that were taken for used
-- ones too, when what is left deserves them after all.

alter table coupon add column taken_by uuid;
alter table coupon_use add column recovery uuid;

-- Wrong codes and PINs that were tried already, as keyed hashes: the same one again is no new guess.

alter table code_guess add column tried bytea[] not null default '{}';
alter table gift_card add column pins_tried bytea[] not null default '{}';

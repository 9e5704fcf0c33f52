-- Networks a key is good from, as CIDR. Text and not inet[]: only the service compares them, with the
-- address it takes a caller for, so the form that is read there is the one that is kept here.

alter table api_key add column networks text[] not null default '{}';

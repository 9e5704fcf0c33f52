-- Quotas of keys, and events of the clients that hold them.

alter table api_key add column rate_per_minute integer;
alter table api_key add constraint api_key_rate check (rate_per_minute > 0);

alter table api_client add column version bigint not null default 0;
grant update (version) on api_client to regulars, regulars_jobs;

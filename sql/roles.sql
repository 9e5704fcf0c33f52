-- Roles and database of Regulars, for psql as a superuser (or a role that may create roles and
-- databases); may be run again. The embedded server runs it at every start. On your own server:
--
--     psql -v database=regulars -f sql/roles.sql
--
-- and then give each role a password or certificate as your server demands it.

\set ON_ERROR_STOP on

-- Owns every table and runs migrations; the service never connects as it.
select 'create role regulars_owner login'
where not exists (select from pg_roles where rolname = 'regulars_owner') \gexec

-- The service. What it may do is granted at the end of the schema: it can neither change nor delete
-- a line of the ledger.
select 'create role regulars login'
where not exists (select from pg_roles where rolname = 'regulars') \gexec

-- Imports, verification and other long work: the same grants, longer time-outs.
select 'create role regulars_jobs login'
where not exists (select from pg_roles where rolname = 'regulars_jobs') \gexec

-- A request that waits longer than this is answered 503 and sent again by the caller. Statements are
-- set-based with arrays of any length: one generic plan serves all.
alter role regulars set lock_timeout = '1500ms';
alter role regulars set statement_timeout = '3s';
alter role regulars set idle_in_transaction_session_timeout = '5s';
alter role regulars set plan_cache_mode = 'force_generic_plan';
alter role regulars set jit = off;

alter role regulars_jobs set lock_timeout = '15s';
alter role regulars_jobs set statement_timeout = '1h';
alter role regulars_jobs set idle_in_transaction_session_timeout = '10min';
alter role regulars_jobs set plan_cache_mode = 'force_generic_plan';
alter role regulars_jobs set jit = off;

select format('create database %I owner regulars_owner template template0 encoding ''UTF8''', :'database')
where not exists (select from pg_database where datname = :'database') \gexec

revoke all on database :"database" from public;
grant connect on database :"database" to regulars, regulars_jobs;

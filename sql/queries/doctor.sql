-- name: get_server
-- The server, who we are on it, and its clock, to be compared with that of the process.
select
  current_setting('server_version_num')::int, current_setting('server_version'), current_user::text,
  clock_timestamp()

-- name: list_settings
-- What the server, and for time-outs the role, is set to.
select s.name, s.setting
from pg_settings s
where s.name = any(:names::text[])

-- name: list_roles
-- Who of ours there is, who may do everything or goes by the owner's rights, and how many connect.
select
  r.rolname::text, r.rolsuper or r.rolcreaterole or r.rolbypassrls or r.rolreplication,
  r.rolname <> :owner::text and pg_has_role(r.oid, o.oid, 'member'), r.rolconnlimit
from pg_roles r
left join pg_roles o on o.rolname = :owner::text
where r.rolname = any(:names::text[])

-- name: list_tables
-- All tables of ours, which are few: whose each is, and whether it is left out of autovacuum.
select c.relname::text, pg_get_userbyid(c.relowner)::text,
  coalesce(c.reloptions @> array['autovacuum_enabled=false'], false)
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
order by c.relname

-- name: list_grants
-- What each role may do with tables and columns; a grantee 0 is everybody. Catalogs as a whole table.
select c.relname::text, '' as column_name,
  case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee)::text end,
  lower(a.privilege_type)
from pg_class c
cross join lateral aclexplode(c.relacl) a
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
union all
select c.relname::text, t.attname::text,
  case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee)::text end,
  lower(a.privilege_type)
from pg_class c
join pg_attribute t on t.attrelid = c.oid and not t.attisdropped
cross join lateral aclexplode(t.attacl) a
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')

-- name: list_broken_walls
-- Indexes that were not built to their end, constraints that old rows may break. Catalogs.
select 'index', i.indexrelid::regclass::text
from pg_index i
join pg_class c on c.oid = i.indexrelid
where c.relnamespace = 'public'::regnamespace and not (i.indisvalid and i.indisready)
union all
select 'constraint', n.conrelid::regclass::text || '.' || n.conname
from pg_constraint n
where n.connamespace = 'public'::regnamespace and not n.convalidated
order by 1, 2

-- name: list_dead_rows
-- Tables in which many rows are dead and nobody has tidied up.
select s.relname::text, s.n_dead_tup, s.n_live_tup
from pg_stat_user_tables s
where s.n_dead_tup > :least::bigint and s.n_dead_tup > s.n_live_tup * :share::float8
order by s.n_dead_tup desc

-- name: find_oldest_transaction
-- Of those we are told of: our own role's, and all for pg_read_all_stats; besides, prepared ones.
-- By PostgreSQL's clock, which began them.
select f.who, extract(epoch from clock_timestamp() - f.since)::float8
from (
  select 'process ' || a.pid || ' of ' || a.usename as who, a.xact_start as since
  from pg_stat_activity a
  where a.xact_start is not null and a.pid <> pg_backend_pid() and a.datname = current_database()
  union all
  select 'prepared transaction ' || p.gid, p.prepared
  from pg_prepared_xacts p
  where p.database = current_database()) f
order by f.since
limit 1

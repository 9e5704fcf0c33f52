-- name: find_migration_table
-- A database without it was never migrated.
select to_regclass('migration') is not null

-- name: find_recovery
-- A replica, or a server that has not come up yet, takes no writes.
select pg_is_in_recovery()

-- name: lock_migrations
-- Two runs at once: the second is refused, comes again, and then finds nothing left to do. It waits in
-- no statement: whoever builds an index waits for all that are under way.
select number
from migration
where number = 0
for update nowait

-- name: update_timeouts
-- Of the current transaction: one migration.
select
  set_config('lock_timeout', :lock_timeout, true),
  set_config('statement_timeout', :statement_timeout, true)

-- name: find_index
-- Whether an index was built to its end; no row: it is not there.
select indisvalid
from pg_index
where indexrelid = to_regclass(:name)

-- name: list_migrations
-- Without the row 0, which is only waited for.
select number, purpose, sha256
from migration
where number > 0
order by number

-- name: insert_migration
-- The clock of the database, as for all that is recorded.
insert into migration (number, purpose, sha256, applied_at)
values (:number, :purpose, :sha256, clock_timestamp())

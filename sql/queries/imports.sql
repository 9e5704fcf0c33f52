-- name: find_run
-- How far a file was taken in; the digest of its content names it.
select r.kind, r.rows_done
from import_run r
where r.digest = :digest::bytea

-- name: mark_run
-- All rows before this one are in the database. Recorded by PostgreSQL's clock: no decision reads it.
insert into import_run (digest, kind, rows_done, recorded_at)
values (:digest::bytea, :kind::text, :rows_done::bigint, clock_timestamp())
on conflict (digest) do update
set rows_done = excluded.rows_done, recorded_at = excluded.recorded_at

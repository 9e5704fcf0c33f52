-- name: list_versions
-- Versions a process has not loaded yet.
select version, effective_from, published_at, actor_kind, actor_id, note, source, canonical, engine
from program_version
where version > :after::int
order by version

-- name: insert_version
-- The primary key refuses a second version of the same number: of two publishers one loses.
insert into program_version (
  version, effective_from, published_at, actor_kind, actor_id, note, source, canonical, engine)
values (
  :version::int, :effective_from::timestamptz, :published_at::timestamptz, :actor_kind::smallint,
  :actor_id::text, :note::text, :source::text, :canonical::bytea, :engine::smallint)

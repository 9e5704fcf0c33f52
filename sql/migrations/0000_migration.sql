-- What was applied. Run before each migration; the row 0 is what two runs at once wait for.

create table if not exists migration (
  number     smallint primary key,
  purpose    text not null,
  sha256     bytea not null,
  applied_at timestamptz not null
);

insert into migration (number, purpose, sha256, applied_at)
values (0, 'migration', '', clock_timestamp())
on conflict (number) do nothing;

grant select on migration to regulars, regulars_jobs;

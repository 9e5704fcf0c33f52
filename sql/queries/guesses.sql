-- name: list_guesses
-- What was failed lately, oldest first.
select g.subject, g.window_at, g.failures
from code_guess g
where g.subject = any(:subjects::bytea[]) and g.window_at > :since::timestamptz
order by g.window_at

-- name: insert_guesses
-- Counted in one statement, so that no failure is lost between workers.
insert into code_guess (subject, window_at, failures)
select u.subject, :window_at::timestamptz, :failures::integer
from unnest(:subjects::bytea[]) as u (subject)
order by u.subject
on conflict (subject, window_at) do update set failures = code_guess.failures + excluded.failures

-- name: insert_tried
-- What was tried within this window or the one before counts no second time. Two of the same at once
-- meet in the row: the second sees what the first has tried. So much is remembered as locks anybody.
insert into code_guess (subject, window_at, failures, tried)
select u.subject, :window_at::timestamptz, cardinality(n.tried), n.tried
from unnest(:subjects::bytea[]) as u (subject)
cross join lateral (
  select array(
    select t.digest
    from unnest(:tried::bytea[]) as t (digest)
    where not exists (
      select
      from code_guess b
      where b.subject = u.subject and b.window_at = :before::timestamptz
        and t.digest = any(b.tried))) as tried) as n
where cardinality(n.tried) > 0
order by u.subject
on conflict (subject, window_at) do update set
  failures = code_guess.failures + (
    select count(*)::integer
    from unnest(excluded.tried) as t (digest)
    where t.digest <> all(code_guess.tried)),
  tried = (code_guess.tried || array(
    select t.digest
    from unnest(excluded.tried) as t (digest)
    where t.digest <> all(code_guess.tried)))[1:100]
where not excluded.tried <@ code_guess.tried

-- name: insert_try
-- A try that is counted before it is judged. The window before is touched too, so that of many at
-- once each sees all that were counted before it, also where two windows meet.
insert into code_guess (subject, window_at, failures)
select :subject::bytea, u.window_at, u.failures
from unnest(:windows::timestamptz[], :failures::integer[]) as u (window_at, failures)
order by u.window_at
on conflict (subject, window_at) do update set failures = code_guess.failures + excluded.failures

-- name: update_try
-- A try that was right after all.
update code_guess
set failures = failures - 1
where subject = :subject::bytea and window_at = :window_at::timestamptz and failures > 0

-- name: delete_tries
-- Of a subject whose secret is another one now.
delete from code_guess
where subject = :subject::bytea

-- name: delete_guesses
-- What is forgotten, over the whole table: it holds failures of a week.
delete from code_guess
where window_at <= :before::timestamptz

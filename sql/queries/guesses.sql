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

-- name: delete_guesses
-- What is forgotten, over the whole table: it holds failures of a week.
delete from code_guess
where window_at <= :before::timestamptz

-- name: list_days
-- All closed days in their order, with the event that told each while it is kept; the days are the
-- whole table.
select d.day, d.number, d.acts, d.root, d.previous, d.head, d.closed_at, o.body
from audit_day d
left join outbox o on o.holder_id = :subject::uuid and o.version = d.number
order by d.day

-- name: list_late
-- Acts that are in no tree though their days are closed, or came before the first of them.
select a.act_id, a.day
from audit_head h
join audit_act a on a.day <= h.closed_to
left join audit_leaf l on l.act_id = a.act_id
where h.only_row = 1 and l.act_id is null
order by a.day, a.act_id

-- name: list_staff_acts
-- What was done to staff accounts since there is an audit, and is not in it; reads whole tables.
select s.act_id
from staff_act s
left join audit_act a on a.act_id = s.act_id
where s.recorded_at >= (select min(i.done_at) from audit_act i) and a.act_id is null
order by s.act_id

-- name: count_acts
-- How much there is; reads the whole table.
select count(*) as acts from audit_act a

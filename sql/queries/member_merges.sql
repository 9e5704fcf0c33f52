-- name: insert_merge
insert into member_merge (holder_id, op_id, old_id, merged_at, filled)
values (:holder::uuid, :op::uuid, :old::uuid, :at::timestamptz, :filled::text[])

-- name: find_merge
-- The merge by which a member is another one now.
select m.holder_id, m.op_id, m.old_id, m.merged_at, m.filled
from member_merge m
where m.old_id = :old::uuid and m.ended_by is null

-- name: list_merged_before
-- Who had been merged into a member when that one was merged itself, directly or not.
with recursive t as (
  select m.old_id
  from member_merge m
  where m.holder_id = :holder::uuid and m.ended_by is null
  union all
  select m.old_id
  from t
  join member_merge m on m.holder_id = t.old_id and m.ended_by is null)
select t.old_id
from t
order by t.old_id

-- name: update_merge_end
update member_merge
set ended_by = :op::uuid, ended_at = :at::timestamptz
where holder_id = :holder::uuid and op_id = :merge::uuid and ended_by is null

-- name: pass_members
-- Where members are found from now on, one step for each: chains are kept flat.
update holder h
set merged_into = u.merged_into
from unnest(:holders::uuid[], :into::uuid[]) as u (holder_id, merged_into)
where h.holder_id = u.holder_id

-- name: update_kin
-- All of a family know one another.
update holder h
set kin = array_remove(:family::uuid[], h.holder_id)
where h.holder_id = any(:family)

-- name: find_blocks
-- What stands in the way of a merge, and of its undoing: units set apart and what waits for somebody.
-- The holders are locked; what is due is posted.
select b.block
from (
  select 'open-hold' as block
  from hold h
  where h.holder_id = any(:holders::uuid[]) and h.state = 0 and h.channel <> '' and h.due_at > :now::timestamptz
  union all
  select 'held-redemption'
  from redemption r
  where r.holder_id = any(:holders) and r.state = 0 and r.held_until > :now
  union all
  select 'open-approval'
  from approval a
  where a.holder_id = any(:holders) and a.state = 0 and a.due_at > :now
  union all
  select 'two-households'
  from household_member m
  where m.holder_id = any(:holders) and m.until_at is null
  having count(distinct m.household_id) > 1) b
group by b.block
order by b.block

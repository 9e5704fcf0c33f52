-- name: list_words
-- The last words of members, and of those who were merged into them, on each channel; of two at one
-- instant it is the no. None was said later than it was written down, whatever the clock of its source
-- showed.
select distinct on (m.member_id, c.channel) m.member_id, c.channel, c.is_given, c.said_at, c.source, c.wording, c.recorded_at
from unnest(:members::uuid[]) as m (member_id)
cross join lateral (
  select m.member_id as holder_id
  union all
  select h.holder_id
  from holder h
  where h.merged_into = m.member_id) f
join consent c on c.holder_id = f.holder_id
order by m.member_id, c.channel, least(c.said_at, c.recorded_at) desc, c.is_given

-- name: list_history
-- Everything a member, or who was merged into it, has said, the last first.
select m.member_id, c.channel, c.is_given, c.said_at, c.source, c.wording, c.recorded_at
from unnest(:members::uuid[]) as m (member_id)
cross join lateral (
  select m.member_id as holder_id
  union all
  select h.holder_id
  from holder h
  where h.merged_into = m.member_id) f
join consent c on c.holder_id = f.holder_id
order by least(c.said_at, c.recorded_at) desc, c.channel, c.is_given
limit :rows::integer

-- name: count_words
-- How many were written down since then for a member.
select count(*)
from consent c
where c.holder_id = :holder::uuid and c.recorded_at > :since::timestamptz

-- name: insert_consents
-- The same word of the same instant once more is no other one.
insert into consent (
  holder_id, channel, said_at, is_given, source, wording, actor_kind, actor_id, client_id, recorded_at)
select :holder::uuid, u.channel, u.said_at, u.is_given, u.source, u.wording, :actor_kind::smallint, :actor::text,
  :client::uuid, :at::timestamptz
from unnest(:channels::text[], :said_at::timestamptz[], :given::boolean[], :sources::text[], :wordings::text[])
  as u (channel, said_at, is_given, source, wording)
on conflict (holder_id, channel, said_at, is_given) do nothing

-- name: insert_refusals
-- Whose no it was while two were one nobody knows: it holds for both when they are two again.
insert into consent (
  holder_id, channel, said_at, is_given, source, wording, actor_kind, actor_id, client_id, recorded_at)
select :back::uuid, c.channel, c.said_at, c.is_given, c.source, c.wording, c.actor_kind, c.actor_id, c.client_id, c.recorded_at
from consent c
where c.holder_id = :survivor::uuid and not c.is_given and c.recorded_at >= :since::timestamptz
on conflict (holder_id, channel, said_at, is_given) do nothing

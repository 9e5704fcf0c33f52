-- Drops from a stream what all its consumer groups have acknowledged; without a group, what lies before a place.
-- KEYS[1]: the stream. ARGV[1]: the first place kept if no group reads it. Answers how many events were dropped.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local groups = redis.call('XINFO', 'GROUPS', KEYS[1])
local first = nil
for _, group in ipairs(groups) do
  local name, place = nil, 0
  for i = 1, #group, 2 do
    if group[i] == 'name' then name = group[i + 1] end
    if group[i] == 'last-delivered-id' then place = tonumber(string.match(group[i + 1], '^%d+')) + 1 end
  end
  local pending = redis.call('XPENDING', KEYS[1], name)
  if pending[1] > 0 then place = tonumber(string.match(pending[2], '^%d+')) end
  if first == nil or place < first then first = place end
end
if first == nil then first = tonumber(ARGV[1]) end
return redis.call('XTRIM', KEYS[1], 'MINID', '=', string.format('%.0f-0', first))

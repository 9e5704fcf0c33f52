-- Adds events to a stream if its last one is the one expected, in order, and stops at the first error.
-- KEYS[1]: the stream. ARGV[1]: the place of its last event, 0 for none; then place, id, type and body of each event.
-- Answers {place of the last event there is now, its id or '', why not all were added or ''}.
local top, id = 0, ''
local info = redis.pcall('XINFO', 'STREAM', KEYS[1])
if info.err then
  -- Not there is empty; anything else (another kind of value has the key, say) is somebody's to look at.
  if redis.call('EXISTS', KEYS[1]) == 1 then return redis.error_reply(info.err) end
else
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then top = tonumber(string.match(info[i + 1], '^%d+')) end
  end
  local place = string.format('%.0f-0', top)
  local last = redis.call('XRANGE', KEYS[1], place, place)[1]
  if last then
    for i = 1, #last[2], 2 do
      if last[2][i] == 'id' then id = last[2][i + 1] end
    end
  end
end
if top ~= tonumber(ARGV[1]) then return {top, id, ''} end
for i = 2, #ARGV, 4 do
  local added = redis.pcall('XADD', KEYS[1], ARGV[i] .. '-0', 'id', ARGV[i + 1], 'type', ARGV[i + 2], 'event', ARGV[i + 3])
  if type(added) == 'table' and added.err then return {top, id, added.err} end
  top, id = tonumber(ARGV[i]), ARGV[i + 1]
end
return {top, id, ''}

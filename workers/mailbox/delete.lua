-- Deletes exactly these entries of one lane of a project's mailbox, once they are committed.
--
-- KEYS: bytes, ready, wake, then the lanes
-- ARGV: project, the lane's key, whether to give back the token of a mailbox that is left empty (1 or
--       0), then each entry's id and size in bytes
-- Returns how many entries are left in each lane.

local bytes_key, ready, wake = KEYS[1], KEYS[2], KEYS[3]
local project, lane, is_left, freed = ARGV[1], ARGV[2], ARGV[3] == '1', 0

for i = 4, #ARGV, 2 do
  if redis.call('XDEL', lane, ARGV[i]) == 1 then freed = freed + tonumber(ARGV[i + 1]) end
end

local left, oldest = {}, nil
for i = 4, #KEYS do
  left[#left + 1] = redis.call('XLEN', KEYS[i])
  local head = redis.call('XRANGE', KEYS[i], '-', '+', 'COUNT', 1)[1]
  local came = head and tonumber(string.match(head[1], '^(%d+)'))
  if came and (not oldest or came < oldest) then oldest = came end
end

if oldest then
  redis.call('DECRBY', bytes_key, freed)
  redis.call('ZADD', ready, string.format('%d', oldest), project)
else
  -- Whatever the counter was, an empty mailbox holds nothing.
  redis.call('DEL', bytes_key)
  redis.call('ZREM', ready, project)
  if is_left then redis.call('DEL', wake) end
end
return left

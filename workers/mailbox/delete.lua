-- Deletes exactly these entries of one lane of a project's mailbox, once they are committed.
--
-- KEYS: bytes, ready, then the lanes    ARGV: project, the lane's key, then each entry's id and
-- size in bytes
-- Returns how many entries are left in each lane.

local bytes_key, ready = KEYS[1], KEYS[2]
local project, lane, freed = ARGV[1], ARGV[2], 0

for i = 3, #ARGV, 2 do
  if redis.call('XDEL', lane, ARGV[i]) == 1 then freed = freed + tonumber(ARGV[i + 1]) end
end

local left, oldest = {}, nil
for i = 3, #KEYS do
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
end
return left

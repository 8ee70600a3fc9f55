-- Deletes exactly these entries of one project's mailbox, once they are committed.
--
-- KEYS: mailbox, bytes, ready    ARGV: project, then each entry's id and size in bytes
-- Returns how many entries are left.

local mailbox, bytes_key, ready = KEYS[1], KEYS[2], KEYS[3]
local project, freed = ARGV[1], 0

for i = 2, #ARGV, 2 do
  if redis.call('XDEL', mailbox, ARGV[i]) == 1 then freed = freed + tonumber(ARGV[i + 1]) end
end

local head = redis.call('XRANGE', mailbox, '-', '+', 'COUNT', 1)[1]
if head then
  redis.call('DECRBY', bytes_key, freed)
  redis.call('ZADD', ready, string.match(head[1], '^(%d+)'), project)
else
  -- Whatever the counter was, an empty mailbox holds nothing.
  redis.call('DEL', bytes_key)
  redis.call('ZREM', ready, project)
end
return redis.call('XLEN', mailbox)

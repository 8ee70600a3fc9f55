-- Takes entries into one lane of a project's mailbox, in order: all that acceptance means, in one
-- step.
--
-- KEYS: the lane, the other lane, bytes, wake, ready, bells, then the idempotency hints in use
-- ARGV: project, max entries, max bytes (both of the lanes together), hint seconds, wake
--       milliseconds, then for each entry: nonce, fingerprint, its hint's place in KEYS (0: none),
--       envelope
-- Returns {wake taken (1 or 0), entries in the lane, in the other lane, answers}; an answer is the
-- new entry's id, or the hint that was found ("id nonce fingerprint"), or "" where the mailbox is
-- full.
--
-- Redis checks its memory limit at the first write, so the script does all of it or nothing.

local lane, other_lane, bytes_key = KEYS[1], KEYS[2], KEYS[3]
local wake, ready, bells = KEYS[4], KEYS[5], KEYS[6]
local project, max_entries, max_bytes = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local hint_s, wake_ms = ARGV[4], ARGV[5]

local depth, others = redis.call('XLEN', lane), redis.call('XLEN', other_lane)
local held = tonumber(redis.call('GET', bytes_key) or '0')
local added, oldest = 0, nil
local answers = {}

local function take(nonce, fingerprint, hint, envelope)
  local seen = hint and redis.call('GET', hint)
  if seen then return seen end
  if depth + others >= max_entries or held + added + #envelope > max_bytes then return '' end
  local id = redis.call('XADD', lane, '*', 'e', envelope)
  depth, added = depth + 1, added + #envelope
  oldest = oldest or string.match(id, '^(%d+)')
  if hint then redis.call('SET', hint, id .. ' ' .. nonce .. ' ' .. fingerprint, 'EX', hint_s) end
  return id
end

for i = 6, #ARGV, 4 do
  answers[#answers + 1] = take(ARGV[i], ARGV[i + 1], KEYS[tonumber(ARGV[i + 2])], ARGV[i + 3])
end

if added == 0 then return {0, depth, others, answers} end
redis.call('INCRBY', bytes_key, added)
redis.call('ZADD', ready, 'NX', oldest, project)
if redis.call('SET', wake, '1', 'NX', 'PX', wake_ms) then
  redis.call('XADD', bells, 'MAXLEN', '1', '*', 'p', project)
  return {1, depth, others, answers}
end
return {0, depth, others, answers}

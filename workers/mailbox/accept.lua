-- Takes entries into one lane of a project's mailbox, in order: all that acceptance means, in one
-- step.
--
-- KEYS: the lane, the other lane, bytes, wake, ready, bells, RQ's queues, its queue, the job, then
--       the idempotency hints in use
-- ARGV: project, max entries, max bytes (both of the lanes together), hint seconds, wake
--       milliseconds; the id and the fields of the job that is queued if nobody is awake; interval
--       and most debt in microseconds of the project's, a visitor's and an address's token bucket;
--       the number of buckets, then their keys; then for each entry: nonce, fingerprint, its
--       hint's place in KEYS (0: none), its three buckets' places among their keys (0: none),
--       envelope
-- Returns {entries in the lane, in the other lane, answers, debts, failures, unqueued}.
-- An answer is the new entry's id, or the hint that was found ("id nonce fingerprint"), or "" where
-- the mailbox is full, or "limited", which of its three buckets is empty for longest, and for how
-- many microseconds. A debt is a bucket's, -1 where it was not looked at. Failures are those of the
-- buckets, unqueued is 1 where the job could not be queued: they stop nobody.
--
-- Redis checks its memory limit at the first write, so the script does all of it or nothing; the
-- buckets are written last.

local lane, other_lane, bytes_key = KEYS[1], KEYS[2], KEYS[3]
local wake, ready, bells = KEYS[4], KEYS[5], KEYS[6]
local queues, queue, job_key = KEYS[7], KEYS[8], KEYS[9]
local project, max_entries, max_bytes = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local hint_s, wake_ms = ARGV[4], ARGV[5]
local job_id, job = ARGV[6], ARGV[7]
local intervals = {tonumber(ARGV[8]), tonumber(ARGV[10]), tonumber(ARGV[12])}
local mosts = {tonumber(ARGV[9]), tonumber(ARGV[11]), tonumber(ARGV[13])}
local buckets = tonumber(ARGV[14])

local depth, others = redis.call('XLEN', lane), redis.call('XLEN', other_lane)
local held = tonumber(redis.call('GET', bytes_key) or '0')
local added, oldest = 0, nil
local answers = {}

local clock = redis.call('TIME')
local now_us = clock[1] * 1000000 + clock[2]
local debts, spent, failures = {}, {}, 0

-- GCRA: a bucket is stored as the time at which it is full again, and the interval that counted
-- then: under another limit as many operations are still owed. What cannot be read or has another
-- type counts as a full bucket. (The keys are no KEYS, for these fail the whole script if the user
-- may not touch one.)
local function debt_of(place, kind)
  if debts[place] then return debts[place] end
  local stored, debt = redis.pcall('GET', ARGV[14 + place]), 0
  local full_at, interval = string.match(type(stored) == 'string' and stored or '', '^(%S+) (%S+)$')
  full_at, interval = tonumber(full_at), tonumber(interval)
  if full_at and interval then
    debt = (full_at - now_us) * (intervals[kind] / interval)
    debt = math.max(0, math.min(debt, mosts[kind]))
    -- From now on it shrinks as the new limit says, also if this entry is refused.
    if math.abs(interval - intervals[kind]) > interval / 1000 then spent[place] = kind end
  elseif stored then
    failures = failures + 1
  end
  debts[place] = debt
  return debt
end

-- Counts an entry in its buckets, or in none of them: then it returns which one is empty, of
-- several the one that is so for longest.
local function count(at)
  local empty, longest_us = nil, 0
  for kind = 1, 3 do
    local place = tonumber(ARGV[at + kind])
    if place > 0 then
      local over_us = debt_of(place, kind) + intervals[kind] - mosts[kind]
      -- Sums of fractions: a thousandth of an operation is nothing.
      if over_us > math.max(longest_us, intervals[kind] / 1000) then
        empty, longest_us = kind, over_us
      end
    end
  end
  if empty then return 'limited ' .. empty .. ' ' .. string.format('%.0f', longest_us) end
  for kind = 1, 3 do
    local place = tonumber(ARGV[at + kind])
    if place > 0 then
      debts[place] = debts[place] + intervals[kind]
      spent[place] = kind
    end
  end
  return nil
end

local function take(at, nonce, fingerprint, hint, envelope)
  local seen = hint and redis.call('GET', hint)
  local is_full = depth + others >= max_entries or held + added + #envelope > max_bytes
  if is_full and not seen then return '' end
  local limited = count(at)
  if limited then return limited end
  if seen then return seen end
  local id = redis.call('XADD', lane, '*', 'e', envelope)
  depth, added = depth + 1, added + #envelope
  oldest = oldest or string.match(id, '^(%d+)')
  if hint then redis.call('SET', hint, id .. ' ' .. nonce .. ' ' .. fingerprint, 'EX', hint_s) end
  return id
end

for i = 15 + buckets, #ARGV, 7 do
  local hint = KEYS[tonumber(ARGV[i + 2])]
  answers[#answers + 1] = take(i + 2, ARGV[i], ARGV[i + 1], hint, ARGV[i + 6])
end

-- What RQ is told is a hint: if it cannot be, the sweeper wakes a drain.
local function queue_job()
  local fields = {}
  for name, value in pairs(cjson.decode(job)) do
    fields[#fields + 1] = name
    fields[#fields + 1] = value
  end
  for _, told in ipairs({
    redis.pcall('SADD', queues, queue),
    redis.pcall('HSET', job_key, unpack(fields)),
    redis.pcall('RPUSH', queue, job_id),
  }) do
    if type(told) == 'table' then return 1 end
  end
  return 0
end

local unqueued = 0
if added > 0 then
  redis.call('INCRBY', bytes_key, added)
  redis.call('ZADD', ready, 'NX', oldest, project)
  if redis.call('SET', wake, 'queued', 'NX', 'PX', wake_ms) then
    redis.call('XADD', bells, 'MAXLEN', '1', '*', 'p', project)
    unqueued = queue_job()
  end
end

local left = {}
for place = 1, buckets do
  local debt = debts[place]
  left[place] = debt or -1
  if spent[place] then
    local told = string.format('%.2f %.6g', now_us + debt, intervals[spent[place]])
    local life_ms = string.format('%.0f', math.ceil(debt / 1000) + 1)
    told = redis.pcall('SET', ARGV[14 + place], told, 'PX', life_ms)
    if told.err then failures = failures + 1 end
  end
end
return {depth, others, answers, left, failures, unqueued}

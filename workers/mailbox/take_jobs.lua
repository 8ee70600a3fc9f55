-- Takes jobs out of the queue, and their data with them, and holds the tokens of their projects: of a
-- job that another worker has just taken the data are that one's to read.
--
-- KEYS: the queue, then each job's data, then each job's project's token
-- ARGV: milliseconds for which a token is held, then each job's id
-- Returns for each job 1, or 0 where another worker was quicker.

local queue, jobs, taken = KEYS[1], #ARGV - 1, {}
for place = 1, jobs do
  taken[place] = redis.call('LREM', queue, 1, ARGV[1 + place])
  if taken[place] == 1 then
    redis.call('DEL', KEYS[1 + place])
    redis.pcall('SET', KEYS[1 + jobs + place], 'running', 'PX', ARGV[1])
  end
end
return taken

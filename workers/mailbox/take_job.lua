-- Takes a job out of the queue, and its data with it: of one that another worker has just taken the
-- data are that one's to read.
--
-- KEYS: the queue, the job's data    ARGV: the job's id
-- Returns 1, or 0 where another worker was quicker.

if redis.call('LREM', KEYS[1], 1, ARGV[1]) == 0 then return 0 end
redis.call('DEL', KEYS[2])
return 1

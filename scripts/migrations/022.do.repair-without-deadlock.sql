-- Both wait for rows under the user's lock, for which whoever has such a row may wait: they give up before Postgres looks for deadlocks, and are
-- tried again.
ALTER FUNCTION move_own(text, integer, integer, integer) SET lock_timeout = '250ms';
ALTER FUNCTION move_yield(text, integer, integer, integer) SET lock_timeout = '250ms';

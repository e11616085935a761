-- What the executors keep beside the runs themselves.

-- Commands that run without asking: those of the seed and those somebody agreed to.
CREATE TABLE known_command (command TEXT PRIMARY KEY, origin TEXT NOT NULL /* seed, consent */);

-- Logs of runs that have no file: all of a store in memory, and those that came with the seed.
CREATE TABLE run_log (task INTEGER PRIMARY KEY, body BLOB NOT NULL);

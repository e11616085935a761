-- Tables of the executors.

-- Commands that need no consent: those of the seed, and those the user agreed to.
CREATE TABLE known_command (command TEXT PRIMARY KEY, origin TEXT NOT NULL /* seed, consent */);

-- Logs without a file: all of a store in memory, and those of the seed.
CREATE TABLE run_log (task INTEGER PRIMARY KEY, body BLOB NOT NULL);

CREATE TABLE task (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, task_name TEXT NOT NULL UNIQUE, environment INTEGER NOT NULL,
  service TEXT NOT NULL, command TEXT, kind TEXT NOT NULL /* COMMAND, IMAGE, ADHOC */, image TEXT, payload TEXT /* JSON of IMAGE arguments */,
  status TEXT NOT NULL, created TEXT NOT NULL, started TEXT, completed TEXT, remote_id TEXT, source_user TEXT, source_type TEXT,
  deploy_token_injection INTEGER NOT NULL DEFAULT 0, project_key_injection INTEGER NOT NULL DEFAULT 0, admin_only_view INTEGER NOT NULL DEFAULT 0,
  definition INTEGER, cancel_requested INTEGER NOT NULL DEFAULT 0, executing INTEGER NOT NULL DEFAULT 0 /* 1: handed to an executor */);
CREATE TABLE event (id INTEGER PRIMARY KEY AUTOINCREMENT, environment INTEGER NOT NULL, task INTEGER NOT NULL, at TEXT NOT NULL);

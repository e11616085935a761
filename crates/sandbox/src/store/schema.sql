-- Users and groups.
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE user (
  id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, first_name TEXT, last_name TEXT, created TEXT NOT NULL,
  platform_role TEXT /* owner, viewer */);
CREATE TABLE user_group (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE membership (
  member TEXT NOT NULL REFERENCES user, user_group TEXT NOT NULL REFERENCES user_group, role TEXT NOT NULL,
  PRIMARY KEY (member, user_group));

-- Clusters, projects, environments and services.
CREATE TABLE openshift (id INTEGER PRIMARY KEY, name TEXT NOT NULL, ssh_host TEXT, ssh_port TEXT, created TEXT NOT NULL);
CREATE TABLE project (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, git_url TEXT, branches TEXT, pullrequests TEXT,
  production_environment TEXT, openshift INTEGER, created TEXT NOT NULL,
  restrictions TEXT NOT NULL DEFAULT '' /* words, with blanks between them */);
CREATE TABLE project_group (
  project INTEGER NOT NULL REFERENCES project, user_group TEXT NOT NULL REFERENCES user_group,
  PRIMARY KEY (project, user_group));
CREATE TABLE environment (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, project INTEGER NOT NULL, deploy_type TEXT NOT NULL,
  deploy_base_ref TEXT, deploy_head_ref TEXT, deploy_title TEXT, environment_type TEXT NOT NULL, openshift INTEGER,
  namespace TEXT, route TEXT, routes TEXT, created TEXT NOT NULL, updated TEXT NOT NULL,
  deleted TEXT NOT NULL DEFAULT '0000-00-00 00:00:00');
CREATE TABLE service (
  id INTEGER PRIMARY KEY AUTOINCREMENT, environment INTEGER NOT NULL, name TEXT NOT NULL, type TEXT, replicas INTEGER,
  created TEXT NOT NULL, updated TEXT);
CREATE TABLE container (id INTEGER PRIMARY KEY AUTOINCREMENT, service INTEGER NOT NULL, name TEXT NOT NULL);

-- Definitions. The tables check nothing, so that the resolvers decide which of the server's errors is returned.
CREATE TABLE definition (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, description TEXT NOT NULL, image TEXT, service TEXT,
  type TEXT NOT NULL, environment INTEGER, project INTEGER, group_name TEXT, permission TEXT, command TEXT,
  confirmation_text TEXT, deploy_token_injection INTEGER NOT NULL, project_key_injection INTEGER NOT NULL,
  admin_only_view INTEGER NOT NULL, system_wide INTEGER NOT NULL, created TEXT NOT NULL,
  deleted TEXT NOT NULL DEFAULT '0000-00-00 00:00:00');
CREATE TABLE argument (
  id INTEGER PRIMARY KEY AUTOINCREMENT, definition INTEGER NOT NULL, name TEXT NOT NULL, display_name TEXT, type TEXT,
  default_value TEXT, optional INTEGER NOT NULL DEFAULT 0);

-- Runs.
CREATE TABLE task (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, task_name TEXT NOT NULL UNIQUE, environment INTEGER NOT NULL,
  service TEXT NOT NULL, command TEXT, kind TEXT NOT NULL /* COMMAND, IMAGE, ADHOC */, image TEXT,
  payload TEXT /* JSON of IMAGE arguments */, status TEXT NOT NULL, created TEXT NOT NULL, started TEXT, completed TEXT,
  remote_id TEXT, source_user TEXT, source_type TEXT, deploy_token_injection INTEGER NOT NULL DEFAULT 0,
  project_key_injection INTEGER NOT NULL DEFAULT 0, admin_only_view INTEGER NOT NULL DEFAULT 0, definition INTEGER,
  cancel_requested INTEGER NOT NULL DEFAULT 0, executing INTEGER NOT NULL DEFAULT 0 /* 1: handed to an executor */);
CREATE TABLE event (
  id INTEGER PRIMARY KEY AUTOINCREMENT, environment INTEGER NOT NULL, task INTEGER NOT NULL, at TEXT NOT NULL,
  status TEXT, started TEXT, completed TEXT, remote_id TEXT);
-- An event stores the run's state at its time, because it may be read later.
CREATE TRIGGER event_row AFTER INSERT ON event BEGIN
  UPDATE event SET (status, started, completed, remote_id) =
    (SELECT status, started, completed, remote_id FROM task WHERE task.id = NEW.task) WHERE id = NEW.id;
END;
CREATE TABLE file (
  id INTEGER PRIMARY KEY AUTOINCREMENT, task INTEGER NOT NULL, filename TEXT NOT NULL, body BLOB NOT NULL,
  created TEXT NOT NULL);
CREATE INDEX task_environment ON task (environment);
CREATE INDEX event_environment ON event (environment, id);

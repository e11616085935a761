-- Services.
INSERT INTO service (environment, name, type, created, updated)
SELECT id, column2, column3, datetime('now'), datetime('now') FROM environment, (VALUES
  (1, 'cli', 'cli-persistent'),
  (2, 'node', 'node'),
  (3, 'nginx', 'nginx-php-persistent'),
  (4, 'mariadb', 'mariadb-dbaas'))
ORDER BY id, column1;

-- Tasks: scope, name, description, service, permission, confirmation, command.
INSERT INTO definition (image, type, deploy_token_injection, project_key_injection, admin_only_view, system_wide,
  created, environment, project, group_name, name, description, service, permission, confirmation_text, command)
SELECT '', 'COMMAND', 0, 0, 0, 0, datetime('now'),
  iif(column1 = 'production', 101, NULL), iif(column1 = 'project', 42, NULL),
  iif(column1 = 'group', 'lagoon-demo-group', NULL), column2, column3, column4, column5, column6, column7
FROM (VALUES
('project', 'Run yarn audit', 'Look for known vulnerabilities in the project''s packages', 'node', 'DEVELOPER', NULL,
'yarn audit'),
('project', 'Try arguments', 'Print the values of its arguments, one of each type',
'cli', 'GUEST', NULL,
'i=0
while [ "$i" -lt "$TIMES" ]; do
  i=$((i + 1))
  printf ''%s: %s (from %s to %s)\n'' "$i" "$TEXT" "$FROM" "${TO:-nowhere}"
done'),
('project', 'Clear caches', 'Pretend to clear all caches, after confirmation', 'cli', 'DEVELOPER',
'Pages are slow until the caches are warm again. Clear them?',
'echo ''Clearing caches''
sleep 1
echo ''All caches cleared'''),
('project', 'Count slowly', 'Print a line per second for ten seconds, to follow or cancel',
'cli', 'GUEST', NULL,
'i=1
while [ "$i" -le 10 ]; do
  echo "$i of 10"
  sleep 1
  i=$((i + 1))
done'),
('project', 'Print many lines', 'Print 500 lines, to see a long log', 'cli', 'GUEST', NULL,
'i=1
while [ "$i" -le 500 ]; do
  echo "line $i of 500"
  i=$((i + 1))
done'),
('project', 'Fail on purpose', 'Fail with exit status 1, to see a failed run', 'cli', 'GUEST', NULL,
'echo ''Looking for the database''
echo ''ERROR: no database here'' >&2
exit 1'),
('production', 'Check disk space', 'Show the disk usage (defined on production only)', 'cli', 'MAINTAINER', NULL,
'df -h .'),
('group', 'Say hello', 'Print a greeting (defined for all projects of the group)', 'cli', 'GUEST', NULL,
'echo ''Hello from the sandbox'''),
('project', 'Rebuild index', 'Pretend to index pages for two minutes, to watch or cancel', 'cli', 'GUEST', NULL,
'i=0
while [ "$i" -lt 120 ]; do
  i=$((i + 1))
  echo "indexed $((i * 25)) of 3000 pages"
  sleep 1
done'),
('project', 'Export database', 'Attach a file with a pretended database dump to the run', 'cli', 'GUEST', NULL,
'file="$LAGOON_PROJECT-$LAGOON_ENVIRONMENT.sql"
echo "-- No database is in the sandbox." > "$file"
attach-to-run "$file"'));

INSERT INTO argument (definition, name, type, display_name, default_value, optional)
SELECT id, column1, column2, column3, column4, column5 FROM definition, (VALUES
  ('TEXT', 'STRING', 'Text to print', NULL, 0),
  ('TIMES', 'NUMERIC', 'Repetitions', '3', 0),
  ('FROM', 'ENVIRONMENT_SOURCE_NAME', 'Any environment', NULL, 0),
  ('TO', 'ENVIRONMENT_SOURCE_NAME_EXCLUDE_SELF', 'Any other environment', NULL, 1))
WHERE name = 'Try arguments';

INSERT INTO known_command (command, origin) SELECT command, 'seed' FROM definition;

-- Services, as in the recorded exchanges.
INSERT INTO service (environment, name, type, created, updated)
SELECT id, column2, column3, datetime('now'), datetime('now') FROM environment, (VALUES
  (1, 'cli', 'cli-persistent'),
  (2, 'nginx', 'nginx-php-persistent'),
  (3, 'mariadb', 'mariadb-dbaas'))
ORDER BY id, column1;

INSERT INTO container (service, name)
SELECT id, column3 FROM service JOIN (VALUES
  ('cli', 1, 'cli'), ('node', 1, 'node'), ('nginx', 1, 'nginx'), ('nginx', 2, 'php'), ('mariadb', 1, 'mariadb'))
ON name = column1 ORDER BY id, column2;

-- The ids are those of Lagoon's own examples.
INSERT INTO project (id, name, git_url, branches, pullrequests, production_environment, openshift, created)
VALUES (42, 'lagoon-demo', 'ssh://git@example.com/lagoon-demo.git', 'true', 'true', 'main', 2001, datetime('now'));
INSERT INTO project_group (project, user_group) SELECT 42, id FROM user_group;
INSERT INTO environment (id, name, project, deploy_type, deploy_base_ref, environment_type, openshift, namespace,
  created, updated)
SELECT column1, column2, 42, column4, column2, column3, 2001, 'lagoon-demo-' || column2, datetime('now'), datetime('now')
FROM (VALUES
  (101, 'main', 'production', 'branch'),
  (102, 'develop', 'development', 'branch'),
  (103, 'pr-12', 'development', 'pullrequest'));

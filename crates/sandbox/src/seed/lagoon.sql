-- A cluster, and users, each with a role in the group or on the platform.
INSERT INTO openshift (id, name, created) VALUES (2001, 'local-k8s', datetime('now'));
INSERT INTO user_group (id, name) VALUES ('3f8d1c1e-5a3f-4a6c-9c0b-6d6f6f2f0a42', 'lagoon-demo-group');
INSERT INTO user (id, first_name, email, platform_role, created)
SELECT column1, column2, column2 || '@example.com', column3, datetime('now') FROM (VALUES
  ('5b3a3b0e-3c7e-4a94-8d5c-9e1c4c0f7a11', 'guest', NULL),
  ('f5873774-e1ed-4123-8712-4dc073ef0362', 'reporter', NULL),
  ('4591c6cf-00cb-4a32-8d9b-b3e1c1623f2b', 'developer', NULL),
  ('c2f7f0a4-6f0a-4d0b-9f53-2b6b1a5d8e34', 'maintainer', NULL),
  ('0647e1f0-12da-454f-88f8-3da4a73eceee', 'owner', NULL),
  ('819721d8-f394-4608-89dd-8fc352fcd4cc', 'outsider', NULL),
  ('8ab0f3cb-e068-4b20-8c8b-3bbf2ddf7977', 'platformviewer', 'viewer'),
  ('d4e6b8a2-71c3-4f59-a0de-5c9b3e7f1d86', 'platformowner', 'owner'));
INSERT INTO membership (member, user_group, role)
SELECT user.id, user_group.id, first_name FROM user, user_group
WHERE first_name IN ('guest', 'reporter', 'developer', 'maintainer', 'owner');

//! The server's data at each step of the recording, as SQL for the sandbox's store.
//!
//! The recording is one long session, parts of which are missing here. So each step gets a sandbox
//! of its own, filled with the results of the steps before it.

/// Definitions: the step that made it, then the columns.
///
/// Columns: id, name, description, image, service, type, environment, project, group, permission,
/// command, confirmation text, deploy token, project key, admin only, system-wide.
const DEFINITIONS: &[(u32, &str)] = &[
    (
        24,
        "1, 'env-task', 'd', '', 'cli', 'COMMAND', 101, NULL, NULL, 'GUEST', 'echo hello', NULL, 0, 0, 0, 0",
    ),
    (
        25,
        "2, 'proj-task', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'DEVELOPER', 'echo hello', NULL, 0, 0, 0, 0",
    ),
    (
        26,
        "3, 'group-task', 'd', '', 'cli', 'COMMAND', NULL, NULL, 'lagoon-demo-group', 'MAINTAINER', 'echo hello', NULL, 0, 0, 0, 0",
    ),
    (
        27,
        "4, 'sys-task', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'echo hello', NULL, 0, 0, 0, 1",
    ),
    (
        28,
        "5, 'img-task', 'img', 'amazeeio/custom:latest', NULL, 'IMAGE', 101, NULL, NULL, 'GUEST', NULL, NULL, 0, 0, 0, 0",
    ),
    (
        30,
        "6, 'args-task', 'd', '', 'cli', 'COMMAND', 101, NULL, NULL, 'GUEST', 'echo \"$STR $NUM $SRC $OTHER\"', NULL, 0, 0, 0, 0",
    ),
    (
        31,
        "7, 'bad-default', 'd', '', 'cli', 'COMMAND', 101, NULL, NULL, 'GUEST', 'echo hello', NULL, 0, 0, 0, 0",
    ),
    (
        33,
        "8, 'bad-default-proj', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'GUEST', 'echo hello', NULL, 0, 0, 0, 0",
    ),
    (
        34,
        "9, 'arg-no-type', 'd', '', 'cli', 'COMMAND', 101, NULL, NULL, 'GUEST', 'echo hello', NULL, 0, 0, 0, 0",
    ),
    (
        35,
        "10, 'arg-no-name', 'd', '', 'cli', 'COMMAND', 101, NULL, NULL, 'GUEST', 'echo hello', NULL, 0, 0, 0, 0",
    ),
    (
        37,
        "12, 'arg-weird-name', 'd', '', 'cli', 'COMMAND', 101, NULL, NULL, 'GUEST', 'echo hello', NULL, 0, 0, 0, 0",
    ),
    (
        38,
        "13, 'arg-empty-default', 'd', '', 'cli', 'COMMAND', 101, NULL, NULL, 'GUEST', 'echo hello', NULL, 0, 0, 0, 0",
    ),
    (
        39,
        "14, 'confirm-task', 'd', '', 'cli', 'COMMAND', 101, NULL, NULL, 'GUEST', 'echo hello', 'Really?', 0, 0, 0, 0",
    ),
    (
        40,
        "15, 'admin-task', 'd', '', 'cli', 'COMMAND', 101, NULL, NULL, 'GUEST', 'echo hello', NULL, 1, 1, 1, 0",
    ),
    (
        61,
        "16, 'b4', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'echo hello', NULL, 0, 0, 0, 0",
    ),
    (
        66,
        "17, 'b8', 'd', '', 'nosuch', 'COMMAND', 101, NULL, NULL, 'GUEST', 'echo hello', NULL, 0, 0, 0, 0",
    ),
    (
        67,
        "18, 'b9', 'd', '', NULL, 'COMMAND', 101, NULL, NULL, 'GUEST', 'echo hello', NULL, 0, 0, 0, 0",
    ),
    (
        69,
        "19, 'b11', 'd', '', 'cli', 'COMMAND', 101, NULL, NULL, 'GUEST', 'echo hello', NULL, 0, 0, 0, 0",
    ),
    (
        70,
        "20, '', 'd', '', 'cli', 'COMMAND', 101, NULL, NULL, 'GUEST', 'echo hello', NULL, 0, 0, 0, 0",
    ),
    (
        75,
        "21, 'b15', 'd', '', 'cli', 'COMMAND', NULL, 999999, NULL, 'GUEST', 'echo hello', NULL, 0, 0, 0, 0",
    ),
    (
        81,
        "22, 'c2', '', '', 'cli', 'COMMAND', 101, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        83,
        "23, 'tâche', 'd', '', 'cli', 'COMMAND', 101, NULL, NULL, 'GUEST', 'é', NULL, 0, 0, 0, 0",
    ),
    (
        86,
        "24, 'shadow', 'd', '', 'cli', 'COMMAND', 101, NULL, NULL, 'GUEST', 'ENV', NULL, 0, 0, 0, 0",
    ),
    (
        87,
        "25, 'shadow', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'GUEST', 'PROJ', NULL, 0, 0, 0, 0",
    ),
    (
        88,
        "26, 'shadow', 'd', '', 'cli', 'COMMAND', NULL, NULL, 'lagoon-demo-group', 'GUEST', 'GROUP', NULL, 0, 0, 0, 0",
    ),
    (
        89,
        "27, 'shadow', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'SYSTEM', NULL, 0, 0, 0, 1",
    ),
    (
        90,
        "28, 'shadow2', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'GUEST', 'PROJ', NULL, 0, 0, 0, 0",
    ),
    (
        91,
        "29, 'shadow2', 'd', '', 'cli', 'COMMAND', NULL, NULL, 'lagoon-demo-group', 'GUEST', 'GROUP', NULL, 0, 0, 0, 0",
    ),
    (
        92,
        "30, 'Case', 'd', '', 'cli', 'COMMAND', 101, NULL, NULL, 'GUEST', 'ENV', NULL, 0, 0, 0, 0",
    ),
    (
        93,
        "31, 'case', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'GUEST', 'PROJ', NULL, 0, 0, 0, 0",
    ),
    (
        94,
        "32, 'shadow4', 'd', '', 'cli', 'COMMAND', 101, NULL, NULL, 'MAINTAINER', 'ENV', NULL, 0, 0, 0, 0",
    ),
    (
        95,
        "33, 'shadow4', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'GUEST', 'PROJ', NULL, 0, 0, 0, 0",
    ),
    (
        202,
        "34, 'upd-img', 'changed', 'a/b:1', 'cli', 'IMAGE', 101, NULL, NULL, 'GUEST', NULL, NULL, 0, 0, 0, 0",
    ),
    (
        241,
        "35, 'upd-img', 'other', 'a/b:9', NULL, 'IMAGE', 101, NULL, NULL, 'GUEST', NULL, NULL, 0, 0, 0, 0",
    ),
    (
        456,
        "36, 'role-GUEST', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        456,
        "37, 'role-DEVELOPER', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'DEVELOPER', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        456,
        "38, 'role-MAINTAINER', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'MAINTAINER', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        456,
        "39, 'role-adminview', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'GUEST', 'x', NULL, 0, 0, 1, 0",
    ),
    (
        456,
        "40, 'role-sys', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 1",
    ),
    (
        456,
        "41, 'role-grp', 'd', '', 'cli', 'COMMAND', NULL, NULL, 'lagoon-demo-group', 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        457,
        "42, 'del-guest', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        457,
        "44, 'delsys-guest', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 1",
    ),
    (
        458,
        "45, 'del-reporter', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        458,
        "47, 'delsys-reporter', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 1",
    ),
    (
        536,
        "48, 'del-developer', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        536,
        "50, 'delsys-developer', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 1",
    ),
    (
        590,
        "52, 'x-maintainer-d', 'd', '', 'cli', 'COMMAND', 102, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        590,
        "53, 'x-maintainer-p', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        590,
        "54, 'x-maintainer-g', 'd', '', 'cli', 'COMMAND', NULL, NULL, 'lagoon-demo-group', 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        590,
        "55, 'x-maintainer-k', 'd', '', 'cli', 'COMMAND', 102, NULL, NULL, 'GUEST', 'x', NULL, 0, 1, 0, 0",
    ),
    (
        590,
        "58, 'delsys-maintainer', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 1",
    ),
    (
        630,
        "60, 'x-owner-d', 'd', '', 'cli', 'COMMAND', 102, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        630,
        "61, 'x-owner-p', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        630,
        "62, 'x-owner-g', 'd', '', 'cli', 'COMMAND', NULL, NULL, 'lagoon-demo-group', 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        630,
        "63, 'x-owner-k', 'd', '', 'cli', 'COMMAND', 102, NULL, NULL, 'GUEST', 'x', NULL, 0, 1, 0, 0",
    ),
    (
        630,
        "66, 'delsys-owner', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 1",
    ),
    (
        670,
        "67, 'del-outsider', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        670,
        "69, 'delsys-outsider', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 1",
    ),
    (
        670,
        "70, 'del-platformviewer', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        670,
        "72, 'delsys-platformviewer', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 1",
    ),
    (
        740,
        "74, 'x-platformowner-d', 'd', '', 'cli', 'COMMAND', 102, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        740,
        "75, 'x-platformowner-p', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        740,
        "76, 'x-platformowner-g', 'd', '', 'cli', 'COMMAND', NULL, NULL, 'lagoon-demo-group', 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        740,
        "77, 'x-platformowner-i', 'd', 'a/b', NULL, 'IMAGE', 102, NULL, NULL, 'GUEST', NULL, NULL, 0, 0, 0, 0",
    ),
    (
        740,
        "78, 'x-platformowner-t', 'd', '', 'cli', 'COMMAND', 102, NULL, NULL, 'GUEST', 'x', NULL, 1, 0, 0, 0",
    ),
    (
        740,
        "79, 'x-platformowner-k', 'd', '', 'cli', 'COMMAND', 102, NULL, NULL, 'GUEST', 'x', NULL, 0, 1, 0, 0",
    ),
    (
        740,
        "80, 'x-platformowner-a', 'd', '', 'cli', 'COMMAND', 102, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 1, 0",
    ),
    (
        772,
        "84, 'x-guest-s', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 1",
    ),
    (
        773,
        "85, 'x-reporter-s', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 1",
    ),
    (
        774,
        "86, 'x-developer-s', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 1",
    ),
    (
        775,
        "87, 'x-maintainer-s', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 1",
    ),
    (
        776,
        "88, 'x-owner-s', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 1",
    ),
    (
        777,
        "89, 'x-outsider-s', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 1",
    ),
    (
        778,
        "90, 'x-platformviewer-s', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 1",
    ),
    (
        779,
        "91, 'x-platformowner-s', 'd', '', 'cli', 'COMMAND', NULL, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 1",
    ),
    (
        796,
        "94, 'for-deleted', 'd', '', 'cli', 'COMMAND', NULL, 42, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        800,
        "95, 'dupA', 'd', '', 'cli', 'COMMAND', 102, NULL, NULL, 'GUEST', 'A', NULL, 0, 0, 0, 0",
    ),
    (
        800,
        "96, 'dupB', 'd', '', 'cli', 'COMMAND', 102, NULL, NULL, 'GUEST', 'B', NULL, 0, 0, 0, 0",
    ),
    (
        802,
        "97, 'racy', 'd', '', 'cli', 'COMMAND', 102, NULL, NULL, 'GUEST', 'x', NULL, 0, 0, 0, 0",
    ),
    (
        803,
        "98, 'nullperm', 'd', '', 'cli', 'COMMAND', 102, NULL, NULL, NULL, 'x', NULL, 0, 0, 0, 0",
    ),
];

/// Arguments: the step that made it, then id, definition, name, display name, type, default, optional.
const ARGUMENTS: &[(u32, &str)] = &[
    (30, "1, 6, 'STR', 'A string', 'STRING', 'dflt', 1"),
    (30, "2, 6, 'NUM', 'A number', 'NUMERIC', NULL, 0"),
    (30, "3, 6, 'SRC', NULL, 'ENVIRONMENT_SOURCE_NAME', NULL, 0"),
    (
        30,
        "4, 6, 'OTHER', NULL, 'ENVIRONMENT_SOURCE_NAME_EXCLUDE_SELF', 'develop', 0",
    ),
    (34, "5, 9, 'X', NULL, NULL, NULL, 0"),
    (37, "8, 12, 'not a var; rm -rf', NULL, 'STRING', NULL, 0"),
    (38, "9, 13, 'X', NULL, 'NUMERIC', '', 1"),
    (202, "10, 34, 'A', NULL, 'STRING', NULL, 0"),
    (796, "95, 94, 'E', NULL, 'ENVIRONMENT_SOURCE_NAME', NULL, 0"),
    (
        796,
        "96, 94, 'O', NULL, 'ENVIRONMENT_SOURCE_NAME_EXCLUDE_SELF', NULL, 0",
    ),
];

/// Runs: the step that made it, then id, name, task name, environment, service, command, kind, status,
/// created, source user.
const RUNS: &[(u32, &str)] = &[
    (
        156,
        "1, 'env-task', 'lagoon-task-cxxs3x', 101, 'cli', 'echo hello', 'COMMAND', 'new', '2026-11-22 07:13:02', 'recorder'",
    ),
    (
        160,
        "5, 'img-task', 'lagoon-task-otdaml', 101, 'cli', 'amazeeio/custom:latest', 'IMAGE', 'new', '2026-11-22 07:13:02', NULL",
    ),
    (
        161,
        "6, 'args-task', 'lagoon-task-3qzxg', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:13:02', 'recorder'",
    ),
    (
        162,
        "7, 'args-task', 'lagoon-task-o3l59', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:13:03', 'recorder'",
    ),
    (
        163,
        "8, 'args-task', 'lagoon-task-soaedl', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:13:03', 'recorder'",
    ),
    (
        164,
        "9, 'args-task', 'lagoon-task-pj65kq', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:13:03', 'recorder'",
    ),
    (
        168,
        "10, 'args-task', 'lagoon-task-fve2qo', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:13:03', 'recorder'",
    ),
    (
        172,
        "11, 'args-task', 'lagoon-task-l2x4qf', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:13:04', 'recorder'",
    ),
    (
        173,
        "12, 'args-task', 'lagoon-task-laizq', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:13:04', 'recorder'",
    ),
    (
        175,
        "13, 'args-task', 'lagoon-task-68k1o7', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:13:04', 'recorder'",
    ),
    (
        178,
        "14, 'args-task', 'lagoon-task-z24ts', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:13:04', 'recorder'",
    ),
    (
        179,
        "15, 'args-task', 'lagoon-task-h2ezhc', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:13:05', 'recorder'",
    ),
    (
        181,
        "16, 'args-task', 'lagoon-task-eryud', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:13:05', 'recorder'",
    ),
    (
        182,
        "17, 'args-task', 'lagoon-task-dbjur4', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:13:05', 'recorder'",
    ),
    (
        183,
        "18, 'img-task', 'lagoon-task-bq3k1b', 101, 'cli', 'x', 'IMAGE', 'new', '2026-11-22 07:13:05', NULL",
    ),
    (
        194,
        "20, 'b8', 'lagoon-task-8smveo', 101, 'nosuch', 'x', 'COMMAND', 'new', '2026-11-22 07:13:05', 'recorder'",
    ),
    (
        196,
        "21, 'confirm-task', 'lagoon-task-9k3j3a', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:13:06', 'recorder'",
    ),
    (
        197,
        "22, 'admin-task', 'lagoon-task-3mz4ua', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:13:06', 'recorder'",
    ),
    (
        200,
        "23, 'env-task', 'lagoon-task-0qt26h', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:13:06', 'recorder'",
    ),
    (
        201,
        "24, 'img-task', 'lagoon-task-ygul1', 101, 'cli', 'x', 'IMAGE', 'new', '2026-11-22 07:13:06', NULL",
    ),
    (
        243,
        "25, 'adhoc', 'lagoon-task-22i0jl', 101, 'cli', 'drush status', 'ADHOC', 'new', '2026-11-22 07:14:56', 'recorder'",
    ),
    (
        244,
        "26, 'adhoc2', 'lagoon-task-xa5m74', 101, 'cli', 'echo 1', 'ADHOC', 'new', '2026-11-22 07:14:56', 'recorder'",
    ),
    (
        245,
        "27, 'adhoc3', 'lagoon-task-12hdib', 101, 'cli', 'echo 1', 'ADHOC', 'new', '2026-11-22 07:14:56', 'recorder'",
    ),
    (
        248,
        "28, 'x', 'lagoon-task-govfmf', 101, 'zzz', 'echo 1', 'ADHOC', 'new', '2026-11-22 07:14:56', 'recorder'",
    ),
    (
        252,
        "29, 'x', 'lagoon-task-5j3i6l', 101, 'cli', 'e', 'ADHOC', 'running', '2026-01-02 03:04:05', 'recorder'",
    ),
    (
        255,
        "30, 'x', 'lagoon-task-ejd9hog', 101, 'cli', 'e', 'ADHOC', 'new', '2026-11-22 07:14:56', 'me@x'",
    ),
    (
        256,
        "7777, 'x', 'lagoon-task-tonf5b', 101, 'cli', 'e', 'ADHOC', 'new', '2026-11-22 07:14:56', 'recorder'",
    ),
    (
        537,
        "7808, 'role-GUEST', 'lagoon-task-a7808', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:21:08', 'developer@example.com'",
    ),
    (
        538,
        "7809, 'role-DEVELOPER', 'lagoon-task-a7809', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:21:09', 'developer@example.com'",
    ),
    (
        550,
        "7815, 'r', 'lagoon-task-a7815', 101, 'cli', 'x', 'ADHOC', 'new', '2026-11-22 07:21:05', 'recorder'",
    ),
    (
        550,
        "7816, 'r', 'lagoon-task-a7816', 102, 'cli', 'x', 'ADHOC', 'new', '2026-11-22 07:21:15', 'recorder'",
    ),
    (
        815,
        "7869, 's3', 'lagoon-task-a7869', 101, 'cli', 'x', 'ADHOC', 'new', '2026-11-22 07:30:01', 'recorder'",
    ),
    (
        815,
        "7870, 's3', 'lagoon-task-a7870', 101, 'cli', 'x', 'ADHOC', 'new', '2026-11-22 07:30:02', 'recorder'",
    ),
    (
        826,
        "7889, 'env-task', 'lagoon-task-a7889', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:30:03', 'recorder'",
    ),
    (
        829,
        "7890, 'env-task', 'lagoon-task-a7890', 101, 'cli', 'x', 'COMMAND', 'new', '2026-11-22 07:30:04', 'recorder'",
    ),
    (
        829,
        "7891, 's3', 'lagoon-task-a7891', 101, 'cli', 'x', 'ADHOC', 'new', '2026-11-22 07:30:05', 'recorder'",
    ),
];

/// Permanent changes from a step on.
const LASTING: &[(u32, &str)] = &[
    (101, "DELETE FROM definition WHERE id = 9; DELETE FROM argument WHERE definition = 9"),
    (102, "DELETE FROM definition WHERE id = 10"),
    (208, "UPDATE definition SET description = 'new desc' WHERE id = 6"),
    (236, "DELETE FROM definition WHERE id = 34; DELETE FROM argument WHERE definition = 34"),
    (240, "DELETE FROM definition WHERE id = 16"),
    (278, "UPDATE task SET status = 'succeeded' WHERE id = 26"),
    (281, "UPDATE task SET status = 'complete' WHERE id = 25"),
    (567, "DELETE FROM task WHERE id = 7815"),
    (571, "DELETE FROM task WHERE id = 7816"),
    (790, "INSERT INTO environment (id, name, project, deploy_type, environment_type, openshift, namespace, created, updated)
           VALUES (104, 'gone', 42, 'branch', 'development', 2001, 'lagoon-demo-gone', '2026-11-22 07:23:00', '2026-11-22 07:23:00')"),
    (791, "UPDATE environment SET deleted = '2026-11-22 07:23:39' WHERE id = 104"),
    (801, "UPDATE definition SET name = 'dupA' WHERE id = 96"),
    (812, "INSERT INTO environment (id, name, project, deploy_type, environment_type, openshift, namespace, created, updated)
           VALUES (105, 'gone', 42, 'branch', 'development', 2001, 'lagoon-demo-gone', '2026-11-22 07:24:00', '2026-11-22 07:24:00')"),
];

/// Data of a single step: the steps between it and the last known one are missing.
const PASSING: &[(u32, &str)] = &[
    (205, "UPDATE definition SET image = '' WHERE id = 34"),
    (211, "DELETE FROM argument WHERE definition = 6"),
    (212, "DELETE FROM argument WHERE definition = 6"),
    (222, "UPDATE definition SET permission = 'GUEST' WHERE id = 1"),
    (232, "UPDATE definition SET confirmation_text = '' WHERE id = 1"),
    (233, "UPDATE definition SET confirmation_text = '', service = 'nginx' WHERE id = 1"),
    (268, "UPDATE task SET status = 'pending' WHERE id = 25"),
    (269, "UPDATE task SET status = 'running', started = '2026-11-22 08:00:00',
           remote_id = '0ba18cc1-03e7-4dd6-b6e9-95c1ff54103a' WHERE id = 25"),
    (306, "DELETE FROM task WHERE id = 26"),
    (562, "INSERT INTO definition (id, name, description, service, type, group_name, permission, command,
             deploy_token_injection, project_key_injection, admin_only_view, system_wide, created)
           VALUES (49, 'del-grp', 'd', 'cli', 'COMMAND', 'lagoon-demo-group', 'GUEST', 'x', 0, 0, 0, 0,
             '2026-11-22 07:21:00')"),
    (804, "DELETE FROM definition WHERE id = 96"),
    (830, "UPDATE task SET remote_id = 'r' WHERE id = 7891"),
    (832, "UPDATE task SET remote_id = 'r' WHERE id = 7891; INSERT INTO run_log VALUES (7891, X'')"),
    (833, "UPDATE task SET remote_id = 'r' WHERE id = 7891; INSERT INTO run_log VALUES (7891, CAST('fallback location\n' AS BLOB))"),
    (838, "UPDATE task SET remote_id = 'r' WHERE id = 7891; INSERT INTO run_log VALUES (7891, CAST('fallback location\n' AS BLOB))"),
    // Another server: a fresh one, with a task for the whole project.
    (850, "DELETE FROM definition; DELETE FROM task;
           INSERT INTO definition (id, name, description, service, type, project, permission, command,
             deploy_token_injection, project_key_injection, admin_only_view, system_wide, created)
           VALUES (1, 'e2e', 'd', 'cli', 'COMMAND', 42, 'GUEST', 'x', 0, 0, 0, 0, '2026-11-22 08:00:00')"),
];

/// Steps with nothing listening where logs and files are kept.
pub(super) const WITHOUT_STORAGE: &[u32] = &[269, 304];

/// All statements that make the world of a step.
pub(super) fn before(step: u32) -> String {
    let mut statements = Vec::new();
    let made = |rows: &[(u32, &'static str)]| -> Vec<&'static str> {
        let made = rows.iter().filter(|(born, _)| *born < step);
        made.map(|(_, row)| *row).collect()
    };
    for row in made(DEFINITIONS) {
        statements.push(format!(
            "INSERT INTO definition (id, name, description, image, service, type, environment, project,
               group_name, permission, command, confirmation_text, deploy_token_injection,
               project_key_injection, admin_only_view, system_wide, created)
             VALUES ({row}, '2026-11-22 07:11:09')"
        ));
    }
    for row in made(ARGUMENTS) {
        statements.push(format!(
            "INSERT INTO argument (id, definition, name, display_name, type, default_value, optional)
             VALUES ({row})"
        ));
    }
    for row in made(RUNS) {
        statements.push(format!(
            "INSERT INTO task (id, name, task_name, environment, service, command, kind, status,
               created, source_user, source_type) VALUES ({row}, 'api')"
        ));
    }
    statements.extend(made(LASTING).into_iter().map(str::to_owned));
    let passing = PASSING.iter().filter(|(at, _)| *at == step);
    statements.extend(passing.map(|(_, change)| (*change).to_owned()));
    statements.join(";\n")
}

#!/bin/sh
# Executes the command of a run. Arguments: the run's name, the command, variables as NAME=VALUE.
folder=${TMPDIR:-/tmp}/$1
command=$2
shift 2
for variable; do
    export "${variable?}"
done
export TASK_FILES="$folder/files" PATH="$folder/bin:$PATH"
# This shell's own messages about the end of the command do not belong to the log.
exec 2>/dev/null
if command -v setsid >/dev/null; then
    # shellcheck disable=SC2016 # The other shell expands it.
    setsid sh -c 'echo $$ >"$0/group"; exec sh -c "$1" 2>&1' "$folder" "$command" </dev/null
    status=$?
    # As in a pod, the command's children end with it.
    kill -KILL "-$(cat "$folder/group")"
else
    # Container engines make the process of an exec the leader of a group.
    echo $$ >"$folder/group"
    sh -c "$command" 2>&1 </dev/null
    status=$?
fi
echo "$status" >"$folder/status"
exit "$status"

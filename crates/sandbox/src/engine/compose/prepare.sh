#!/bin/sh
# Creates the folder of a run in its container. Arguments: the run's name, the text of attach-to-run.
folder=${TMPDIR:-/tmp}/$1
umask 077
mkdir "$folder" "$folder/bin" "$folder/files" || exit 1
printf '%s' "$2" >"$folder/bin/attach-to-run"
chmod 700 "$folder/bin/attach-to-run"

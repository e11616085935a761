#!/bin/sh
# A stand-in for the upload of files to the run in the sandbox of `tasks`. Lagoon's own tasks send the
# mutation `uploadFilesForTask` with curl, but the sandbox's API may have ended before the run does.
if [ "$#" -eq 0 ]; then
    echo 'usage: attach-to-run FILE...' >&2
    exit 1
fi
for file; do
    cp -- "$file" "$TASK_FILES/" || exit 1
    echo "[sandbox] ${file##*/} is attached to run $TASK_DATA_ID."
done

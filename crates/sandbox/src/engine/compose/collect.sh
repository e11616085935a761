#!/bin/sh
# Prints the exit status and the files of a run, each after its size and name, and removes its folder.
# Argument: the run's name.
folder=${TMPDIR:-/tmp}/$1
cd "$folder/files" || exit 1
echo "status $(cat "$folder/status" 2>/dev/null)"
for file in * .[!.]*; do
    if [ -f "$file" ]; then
        echo "file $(($(wc -c <"$file"))) $file"
        cat "$file"
    fi
done
cd / && rm -rf "$folder"

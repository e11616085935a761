#!/bin/sh
# Sends a signal to all processes of a run. Arguments: the run's name, the signal.
kill "-$2" "-$(cat "${TMPDIR:-/tmp}/$1/group")"

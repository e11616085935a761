#!/bin/sh
# A stand-in for yarn in the sandbox of `tasks`, which checks and installs nothing.
case "${1:-}" in
audit)
    echo 'yarn audit v1.22.22'
    echo '[sandbox] This is a stand-in for yarn; no package was checked.'
    echo '0 vulnerabilities found - Packages audited: 0'
    echo 'Done in 0.00s.'
    ;;
-v | --version)
    echo '1.22.22'
    ;;
*)
    echo "[sandbox] This stand-in for yarn supports only 'audit' and '--version'." >&2
    exit 1
    ;;
esac

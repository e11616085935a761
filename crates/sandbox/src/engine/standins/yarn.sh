#!/bin/sh
# Stands in for yarn in the sandbox of `tasks`: looks at nothing, installs nothing.
case "${1:-}" in
audit)
    echo 'yarn audit v1.22.22'
    echo '[sandbox] A stand-in for yarn answers: no package was looked at.'
    echo '0 vulnerabilities found - Packages audited: 0'
    echo 'Done in 0.00s.'
    ;;
-v | --version)
    echo '1.22.22'
    ;;
*)
    echo "[sandbox] The stand-in for yarn knows 'audit' and '--version' only." >&2
    exit 1
    ;;
esac

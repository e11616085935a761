#!/bin/sh
# Stands in for drush in the sandbox of `tasks`: there is no Drupal here.
case "${1:-}" in
status | st)
    echo '[sandbox] A stand-in for drush answers: there is no Drupal here.'
    echo 'Drupal version   : none'
    echo 'Database         : Connected'
    echo 'Drupal bootstrap : Successful'
    ;;
cr | cache:rebuild | cache-rebuild)
    echo '[sandbox] A stand-in for drush answers: there is no Drupal here.'
    echo '[success] Cache rebuild complete.'
    ;;
--version | version)
    echo 'Drush Commandline Tool 13.0.0'
    ;;
*)
    echo "[sandbox] The stand-in for drush knows 'status', 'cr' and '--version' only." >&2
    exit 1
    ;;
esac

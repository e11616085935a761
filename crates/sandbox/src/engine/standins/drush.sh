#!/bin/sh
# A stand-in for drush in the sandbox of `tasks`, which has no Drupal.
case "${1:-}" in
status | st)
    echo '[sandbox] This is a stand-in for drush; the sandbox has no Drupal.'
    echo 'Drupal version   : none'
    echo 'Database         : Connected'
    echo 'Drupal bootstrap : Successful'
    ;;
cr | cache:rebuild | cache-rebuild)
    echo '[sandbox] This is a stand-in for drush; the sandbox has no Drupal.'
    echo '[success] Cache rebuild complete.'
    ;;
--version | version)
    echo 'Drush Commandline Tool 13.0.0'
    ;;
*)
    echo "[sandbox] This stand-in for drush supports only 'status', 'cr' and '--version'." >&2
    exit 1
    ;;
esac

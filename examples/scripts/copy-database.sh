set -e
echo "copying the database of ${SOURCE}"
drush sql-sync "@lagoon.${SOURCE}" @self --yes
if [ "${SANITIZE}" = yes ]; then
  drush sql-sanitize --yes
fi
drush cache:rebuild

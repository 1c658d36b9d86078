#!/usr/bin/env bash
# Makes a cluster of PostgreSQL in a folder, for DAViCal and one user: davical.sh FOLDER USERNAME PASSWORD. The programs of
# PostgreSQL are in FOLDER/bin then; its socket is in FOLDER.
set -euo pipefail
folder="$1" username="$2" password="$3"
newest=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
ln -s "$newest" "$folder/bin"
# PostgreSQL does not run as root.
as_owner=()
if [ "$(id -u)" = 0 ]; then
  chown postgres "$folder"
  as_owner=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi
cd "$folder"
# The owner of the cluster is called as DAViCal's script expects it, whoever runs it.
export HOME="$folder" PGHOST="$folder" PGUSER=postgres
"${as_owner[@]}" bin/initdb -D data -U postgres -A trust --no-sync --locale=C.UTF-8 --no-instructions >/dev/null
{
  echo "unix_socket_directories = '$folder'"
  echo "listen_addresses = ''"
  echo "fsync = off"
} | "${as_owner[@]}" tee -a data/postgresql.conf >/dev/null
"${as_owner[@]}" bin/pg_ctl -D data -l log -w start >/dev/null
trap '"${as_owner[@]}" bin/pg_ctl -D data -m fast -w stop >/dev/null' EXIT
"${as_owner[@]}" /usr/share/davical/dba/create-database.sh davical admin >/dev/null
psql -q -v ON_ERROR_STOP=1 -v username="$username" -v password="**$password" davical <<'SQL'
INSERT INTO usr (user_no, active, email_ok, updated, username, password, fullname, email)
  VALUES (1001, true, now(), now(), :'username', :'password', 'Alice', 'alice@example.org');
INSERT INTO principal (type_id, user_no, displayname, default_privileges)
  VALUES (1, 1001, 'Alice', privilege_to_bits('DAV::all'));
SQL

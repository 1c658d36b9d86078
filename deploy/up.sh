#!/bin/sh
# From a clone to a running service over TLS. Run it again after each change of deploy/.env or of the clone.
#   DOMAIN=calendar.example.org WALDUR_API_URL=https://waldur.example.org WALDUR_API_TOKEN=... deploy/up.sh
#   DOMAIN=localhost deploy/up.sh       to try it: a sample Waldur inside, a certificate that only this machine's Caddy vouches for
# Settings stay in deploy/.env, which its owner alone can read; what is missing is asked for at a terminal. COMPOSE names
# another program than docker compose or podman-compose.
set -eu
cd "$(dirname "$0")"

fail() {
  printf 'up.sh: %s\n' "$@" >&2
  exit 1
}

# Prints the value of a setting in .env, without its quotes.
value() {
  sed -n "s/^$1=//p" .env | tail -n 1 | sed "s/^\(['\"]\)\(.*\)\1\$/\2/"
}

# Puts a setting into .env, in place of what it was.
put() {
  { grep -v "^$1=" .env && printf '%s=%s\n' "$1" "$2"; } >.env.new
  mv .env.new .env
}

# Asks for a setting that is missing.
need() {
  [ -z "$(value "$1")" ] || return 0
  [ -t 0 ] || fail "$1 is missing: $2." "Put it into deploy/.env, or in front of the command: $1=... deploy/up.sh"
  printf '%s: ' "$2" >&2
  read -r answer
  [ -n "$answer" ] || fail "$1 is missing."
  put "$1" "$answer"
}

# Makes a secret that is missing.
make() {
  [ -n "$(value "$1")" ] || put "$1" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
}

if [ -z "${COMPOSE-}" ]; then
  if docker compose version >/dev/null 2>&1 && docker info >/dev/null 2>&1; then
    COMPOSE="docker compose"
  elif podman-compose version >/dev/null 2>&1; then
    COMPOSE=podman-compose
  else
    fail "neither docker compose nor podman-compose runs here. Install one; with docker, its daemon must run, and you be allowed to ask it."
  fi
fi
command -v curl >/dev/null || fail "curl is missing; install it."

umask 077
[ -e .env ] || cp compose.env .env
chmod 600 .env
# Compose prefers these to .env; they are the same from here on.
for name in DOMAIN CALDAV_DOMAIN HTTP_PORT HTTPS_PORT SUBNET COMPOSE_PROFILES WALDUR_API_URL WALDUR_API_TOKEN; do
  eval "given=\${$name-}"
  [ -z "$given" ] || put "$name" "$given"
done
need DOMAIN "name at which subscribers reach the service, such as calendar.example.org"
domain=$(value DOMAIN)
case $domain in
*[!A-Za-z0-9.-]*) fail "DOMAIN is a name alone, such as calendar.example.org, without https:// and without a port: $domain" ;;
esac
if [ "$domain" != localhost ] || [ -n "$(value WALDUR_API_URL)$(value WALDUR_API_TOKEN)" ]; then
  need WALDUR_API_URL "address of your Waldur, such as https://waldur.example.org"
  need WALDUR_API_TOKEN "token of an owner or manager of the provider there"
fi
make ADMIN_TOKEN
# podman-compose does not look for it in .env.
COMPOSE_PROFILES=$(value COMPOSE_PROFILES)
export COMPOSE_PROFILES
case ",$COMPOSE_PROFILES," in
*,postgres,*) make POSTGRES_PASSWORD ;;
*)
  [ -z "$(value POSTGRES_PASSWORD)" ] ||
    fail "POSTGRES_PASSWORD is set, but COMPOSE_PROFILES does not name postgres. Set both or neither in deploy/.env."
  ;;
esac
case ",$COMPOSE_PROFILES," in
*,radicale,*)
  # Its container reads them as another user.
  touch radicale/users
  chmod -R a+rX radicale
  ;;
esac
umask 022

# COMPOSE may be several words.
compose() {
  # shellcheck disable=SC2086
  $COMPOSE --file compose.yaml "$@"
}

# Tries a command for three minutes, or TRIES times; what it said last is in `said`.
wait_for() {
  tries=0
  until said=$("$@" 2>&1); do
    tries=$((tries + 1))
    [ "$tries" -lt "${TRIES:-90}" ] || return 1
    sleep 2
  done
}

compose build || fail "the image could not be built: the lines above say why. What runs already was left as it is."
case ",$COMPOSE_PROFILES," in
*,postgres,*)
  # The podman of Debian 12 does not wait until it is healthy.
  if ! compose up --detach database || ! wait_for compose exec -T database pg_isready --host=127.0.0.1; then
    compose logs --tail 20 database >&2 || true
    fail "the database does not start: the lines above say why."
  fi
  ;;
esac
if ! compose run --rm -T calendar check >/dev/null; then
  case $(value WALDUR_API_URL) in
  *://localhost* | *://127.*) set -- "In a container that address is the container itself: give one that other machines could ask." ;;
  esac
  fail "the settings do not work: the lines above say why. Mend them in deploy/.env, and run this again. What runs already was left as it is." "$@"
fi
compose up --detach --remove-orphans || fail "not everything started: the lines above say why." \
  "A port that is taken: stop what has it, or set HTTP_PORT and HTTPS_PORT in deploy/.env. A network that overlaps: set SUBNET there."
# A proxy that ran already has the file that it was started with.
compose exec -T proxy caddy reload --config /etc/caddy/compose.Caddyfile --adapter caddyfile >/dev/null 2>&1 || true

port=$(value HTTPS_PORT)
port=${port:-443}
address=https://$domain
[ "$port" = 443 ] || address=$address:$port
# Through the published port, under the name, and with its certificate, where a public authority gives it.
set -- --silent --show-error --fail --output /dev/null --max-time 10 --noproxy '*' --resolve "$domain:$port:127.0.0.1" "$address/readyz"
[ "$domain" != localhost ] || set -- --insecure "$@"
if ! wait_for curl "$@"; then
  compose logs --tail 20 calendar proxy >&2 || true
  fail "$address does not answer: $said" \
    "Everything has been started, and Caddy goes on trying. For its certificate $domain must lead to this machine, with ports 80 and 443 open to the internet."
fi

cat <<END
$address is up.
  Pages:      $address/sign-in with your own token of Waldur$([ -n "$(value WALDUR_API_URL)" ] || echo ", here sample-provider-owner")
  Calendars:  $COMPOSE --file deploy/compose.yaml exec calendar node dist/cli.js feeds list
  Check:      $COMPOSE --file deploy/compose.yaml exec calendar node dist/cli.js check
  Log:        $COMPOSE --file deploy/compose.yaml logs --follow calendar
Keep a copy of deploy/.env, and of the data: docs/storage.md.
END

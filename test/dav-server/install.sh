#!/usr/bin/env bash
# The newest CalDAV servers of PyPI that the contract suite was written against, pinned, in a virtual environment outside
# the tree. Prints its folder; does nothing when they are there.
set -euo pipefail
folder="${CALDAV_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/waldur-calendar/caldav-servers}"
pins=(radicale==3.9.0 xandikos==0.4.10)
if [ "$(cat "$folder/pins" 2>/dev/null || true)" != "${pins[*]}" ]; then
  rm -rf "$folder"
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check "${pins[@]}"
  echo "${pins[*]}" >"$folder/pins"
fi
echo "$folder"

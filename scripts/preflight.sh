#!/usr/bin/env bash
# Says in one sentence what this machine lacks, before a tool says it in many.
#
#   scripts/preflight.sh go | npm | race | disk …
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

fail() {
  printf 'haochaping: %s\n' "$1" >&2
  exit 1
}

# older_than A B: version A comes before version B.
older_than() {
  [[ "$1" != "$2" && "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" == "$1" ]]
}

need_go() {
  local wanted have
  wanted="$(sed -n 's/^go //p' "$root/go.mod")"
  command -v go >/dev/null ||
    fail "Go is missing: install Go $wanted or newer from go.dev, put its bin folder on the PATH, and run make again."
  have="$(GOTOOLCHAIN=local go env GOVERSION | sed 's/^go//; s/[^0-9.].*//')"
  if older_than "$have" "$wanted" && [[ "$(go env GOTOOLCHAIN)" == local ]]; then
    fail "Go $have is too old: install Go $wanted or newer and run make again."
  fi
}

need_npm() {
  local have
  command -v node >/dev/null ||
    fail "Node.js is missing: install Node.js 20 or newer (it brings npm) and run make again."
  have="$(node --version | sed 's/^v//')"
  ! older_than "$have" 20 ||
    fail "Node.js $have is too old: install Node.js 20 or newer and run make again."
  command -v npm >/dev/null ||
    fail "npm is missing: install it (on Debian: apt-get install npm) and run make again."
}

# The race detector is C code: the tests need a C compiler, the product none.
need_race() {
  local compiler
  compiler="$(go env CC)"
  command -v "${compiler%% *}" >/dev/null && return
  if [[ "$(id -u)" == 0 ]] && command -v apt-get >/dev/null; then
    "$root/scripts/apt-install.sh" gcc libc6-dev
    return
  fi
  fail "the race detector needs a C compiler: install one (on Debian: apt-get install gcc libc6-dev) and run make again."
}

# disk_has FOLDER MIB WHAT-FOR
disk_has() {
  local folder="$1" free
  while [[ ! -d "$folder" ]]; do folder="$(dirname "$folder")"; done
  free="$(df -Pk "$folder" | awk 'NR == 2 { print int($4 / 1024) }')"
  ((free >= $2)) ||
    fail "the disk under $folder is nearly full: $3 needs $2 MiB there and $free MiB are free; make room and run make again."
}

need_disk() {
  if [[ -f "$root/node_modules/.installed" ]]; then
    disk_has "$root" 300 "the build"
  else
    disk_has "$root" 1500 "unpacking the npm packages"
    disk_has "$(npm config get cache 2>/dev/null)" 500 "npm's cache"
  fi
  if command -v go >/dev/null; then
    disk_has "$(go env GOCACHE)" 1000 "Go's build cache"
    disk_has "$(go env GOMODCACHE)" 500 "Go's module cache"
  fi
}

for need in "$@"; do
  case "$need" in
    go | npm | race | disk) "need_$need" ;;
    *) fail "preflight.sh knows no check named $need." ;;
  esac
done

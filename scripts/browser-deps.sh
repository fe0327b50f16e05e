#!/usr/bin/env bash
# Makes sure that the browser tests have a Chromium and a font with Chinese
# characters: installs Debian's when they are missing and it may, else says in
# one sentence what is missing.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
missing=()

if [[ -n "${HAOCHAPING_CHROMIUM:-}" ]]; then
  [[ -x "$HAOCHAPING_CHROMIUM" ]] || {
    printf 'haochaping: HAOCHAPING_CHROMIUM names %s, which is no program.\n' "$HAOCHAPING_CHROMIUM" >&2
    exit 1
  }
elif ! command -v chromium >/dev/null; then
  missing+=(chromium)
fi

# The pages bring their own font; this one is for what is drawn before it has
# arrived, and for a system page of the browser.
if [[ "$(uname -s)" == Linux ]] && ! { command -v fc-list >/dev/null && fc-list :lang=zh file | grep -q .; }; then
  missing+=(fontconfig fonts-wqy-microhei)
fi

((${#missing[@]} == 0)) && exit 0

if [[ "$(id -u)" == 0 ]] && command -v apt-get >/dev/null; then
  exec "$root/scripts/apt-install.sh" "${missing[@]}"
fi
printf 'haochaping: the browser tests lack %s: install that (on Debian, as root: apt-get install %s), or run "make check", which is everything but the browser tests.\n' \
  "${missing[*]}" "${missing[*]}" >&2
exit 1

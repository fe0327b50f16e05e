#!/usr/bin/env bash
# Installs Debian packages without a question. Root only; the callers check.
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq </dev/null
apt-get install -y -qq --no-install-recommends "$@" </dev/null

#!/bin/sh
# npm test: sets itself up on a fresh machine, then checks and tests everything.
set -eu
belljar_root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$belljar_root"
. scripts/bootstrap.sh
belljar_bootstrap all
belljar_system_parts
exec "$belljar_node" --disable-warning=ExperimentalWarning scripts/test.ts "$@"

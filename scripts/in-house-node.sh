#!/bin/sh
# Runs a TypeScript program of this project with the project's own Node.
set -eu
belljar_root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$belljar_root/scripts/bootstrap.sh"
belljar_bootstrap all
exec "$belljar_node" --disable-warning=ExperimentalWarning "$@"

#!/bin/sh
# npm test: sets itself up on a fresh machine, then checks and tests everything.
set -eu
belljar_root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$belljar_root"
. scripts/bootstrap.sh
belljar_bootstrap all
belljar_system_parts

# Python's own tests are run behind glass; most distributions keep them in a package of their own.
belljar_python_tests() {
  for library in /usr/lib/python3.* /usr/local/lib/python3.* "${PYENV_ROOT:-${HOME:-/}/.pyenv}"/versions/3.*/lib/python3.*; do
    if [ -f "$library/test/test_threading.py" ]; then return 0; fi
  done
  if [ -n "${BELLJAR_NO_INSTALL:-}" ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then return 0; fi
  version=$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])') || return 0
  belljar_say "installing Python's own tests with apt-get: libpython$version-testsuite"
  belljar_apt install "libpython$version-testsuite" ||
    { belljar_apt update && belljar_apt install "libpython$version-testsuite"; } ||
    belljar_say 'apt-get could not install them'
}
belljar_python_tests
exec "$belljar_node" --disable-warning=ExperimentalWarning scripts/test.ts "$@"

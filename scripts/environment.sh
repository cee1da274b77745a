# Sourced by ./run and ./test: makes the environment in .venv when it is missing or no longer fits the lock files.
# Silent when there is nothing to do. Works from any current directory; needs nothing but bash and python3.
set -o pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
venv=$top/.venv
began=$venv/.set-up-began   # there while a set-up runs: one that did not end is started over
log=$venv/set-up.log
source "$top/scripts/program.sh"

# set_up run|test native|any: packages of requirements.lock, or those for development too; and the program of the
# present sources, compiled where that works or in any form.
set_up() {
  _is_ready "$@" && return 0
  # Two at once would spoil each other's work; where there is no flock, the user does not start two.
  exec 9<"$top/pyproject.toml"
  if command -v flock >/dev/null && ! flock --nonblock 9; then
    _say "waiting for another set-up of this folder to end"
    flock 9
    _is_ready "$@" && { exec 9<&-; return 0; }
  fi
  _environment_fits "$1" || _make_environment "$1"
  _program_fits "$2" || _install_program "$2" "$1"
  exec 9<&-
}

_say() { echo "mailwake: $*" >&2; }
_fail() { _say "$1"; shift; for line in "$@"; do echo "  $line" >&2; done; exit 3; }

# The state that the environment must be in: lock file, project file and place (a virtual environment cannot be moved).
_wanted() {
  local lock=requirements.lock
  [[ $1 == test ]] && lock=requirements-dev.lock
  { echo "$top"; cat "$top/$lock" "$top/pyproject.toml"; } | cksum
}

_is_ready() { _environment_fits "$1" && _program_fits "$2"; }

_environment_fits() {
  [[ ! -e $began && -x $venv/bin/python && -f $venv/.set-up-$1 && $(<"$venv/.set-up-$1") == "$(_wanted "$1")" ]]
}

_make_environment() {
  local lock=requirements.lock what="packages" started=$SECONDS
  [[ $1 == test ]] && lock=requirements-dev.lock what="packages and development tools"
  _say "setting up in $venv (once; $(grep -c '^[a-z]' "$top/$lock") $what)"
  [[ -e $began ]] && { _say "an earlier set-up did not end: starting over"; rm -rf "$venv"; }
  _environment_works || rm -rf "$venv"
  if [[ ! -e $venv/bin/python ]]; then
    _find_python
    mkdir -p "$venv" || _fail "$venv cannot be made" "Is the folder writable?"
    : >"$began"
    "$python" -m venv "$venv" >"$log" 2>&1 || _broken "a virtual environment could not be made"
  fi
  : >"$began"
  _pip --requirement "$top/$lock" || _broken "packages could not be installed"
  _wanted "$1" >"$venv/.set-up-$1"
  [[ $1 == test ]] && _wanted run >"$venv/.set-up-run"   # the development lock holds the other
  rm -f "$began"
  _say "set up in $((SECONDS - started)) s"
}

_environment_works() {
  "$venv/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# Sets `python`: $PYTHON, python3 or a versioned one that is new enough; installs Debian's python3-venv when it may.
_find_python() {
  local candidate
  python=
  for candidate in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      python=$candidate
      break
    fi
  done
  [[ $python ]] || _fail "no Python 3.11 or newer was found" "Debian, Ubuntu: apt-get install python3 python3-venv" \
    "or name one: PYTHON=/path/to/python3 $0"
  "$python" -c 'import ensurepip, venv' 2>/dev/null && return 0
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    _say "installing python3-venv with apt-get"
    { apt-get install -y --no-install-recommends python3-venv ||
      { apt-get update && apt-get install -y --no-install-recommends python3-venv; }; } >/dev/null 2>&1 || true
  fi
  "$python" -c 'import ensurepip, venv' 2>/dev/null || _fail "Python's module venv is missing" \
    "Debian, Ubuntu: apt-get install python3-venv    (as root)" "then run the same command again"
}

# pip, with one line for each package that it fetches; everything else goes to the log.
_pip() {
  "$venv/bin/python" -m pip install --disable-pip-version-check --no-input --progress-bar off "$@" </dev/null 2>&1 |
    _tell
}

_tell() {
  local line name
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$log"
    if [[ $line == Collecting* ]]; then
      name=${line#Collecting }
      echo "  ${name%% *}" >&2
    elif [[ $line == "Installing collected packages: "*,* ]]; then
      echo "  installing them" >&2
    fi
  done
}

_broken() {
  _say "$1; the end of $log:"
  tail -n 15 "$log" | sed 's/^/  /' >&2
  _fail "the set-up did not end well" "Is the network there, and is the disk not full? Run the same command again to try anew."
}

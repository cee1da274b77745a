# Sourced by scripts/environment.sh: puts the program itself into .venv, in one of two forms.
#
#   native   a wheel with the hot modules compiled (hatch_build.py): what users run, and as fast as it gets
#   plain    in place, plain Python: does the same, only slower; at hand at once after each change of a source
#
# MAILWAKE_NATIVE=0 asks for plain; =1 makes it an error when compiling does not work.

program=$venv/.program   # which form is there, the state of the project file, and the state that it was made from

# The state of everything that the compiled program is made from. Takes some hundredths of a second.
_sources() {
  (cd "$top" && find mailwake \( -name __pycache__ -o -name cases \) -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 cksum &&
    cksum hatch_build.py pyproject.toml requirements*.lock) | cksum | tr ' ' -
}

_project() { cksum <"$top/pyproject.toml" | tr ' ' -; }

# With what compiling was tried in vain: it is tried again when sources change or a compiler is installed.
_circumstances() { { _sources; type -P ${CC:+"$CC"} cc gcc clang || true; } | cksum | tr ' ' -; }

# _program_fits native|any: whether the installed program is that of the present sources.
_program_fits() {
  local form= project= made=
  [[ -x $venv/bin/mailwake && -f $program ]] && read -r form project made <"$program" || return 1
  [[ $project == "$(_project)" ]] || return 1
  case $form-${MAILWAKE_NATIVE:-} in
    native-0) return 1 ;;
    native-*) [[ $made == "$(_sources)" ]] ;;
    plain-0) return 0 ;;
    plain-1) [[ $1 == any ]] ;;
    plain-*) [[ $1 == any || $made == "$(_circumstances)" ]] ;;
    *) return 1 ;;
  esac
}

# _install_program native|any KIND: compiled if that is wanted and works, else in place.
_install_program() {
  local why_not=chosen
  rm -f "$program"
  if [[ $1 == native && ${MAILWAKE_NATIVE:-} != 0 ]]; then
    why_not=
    _compile "$2" && return 0
    [[ ${MAILWAKE_NATIVE:-} != 1 ]] || _fail "compiling did not work: $why_not" \
      "Without MAILWAKE_NATIVE=1 the program is installed as plain Python then."
    _say "not compiled, so slower, but otherwise the same: $why_not"
  fi
  _pip --no-deps --no-build-isolation --force-reinstall --editable "$top" || _broken "the program could not be installed"
  [[ $why_not == chosen ]] || why_not=$(_circumstances)
  echo "plain $(_project) $why_not" >"$program"
}

# Sets `why_not` when it does not work.
_compile() {
  local started=$SECONDS sources
  why_not=$("$venv/bin/python" "$top/hatch_build.py" obstacle 2>>"$log") || why_not="see $log"
  [[ ! $why_not ]] || return 1
  _say "compiling the hot parts (about a minute, once) ..."
  sources=$(_sources)
  if [[ $1 == run ]] && ! _pip --requirement "$top/requirements-native.lock"; then
    why_not="the packages that compile could not be installed, see $log"
  elif ! MAILWAKE_NATIVE=1 _pip --no-deps --no-build-isolation --force-reinstall "$top"; then
    why_not="the compiler failed, see $log"
  else
    echo "native $(_project) $sources" >"$program"
    _say "compiled in $((SECONDS - started)) s"
    return 0
  fi
  return 1
}

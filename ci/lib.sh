# shellcheck shell=bash disable=SC2034
# Sourced by the scripts of this folder: they run from any folder, stop at the first failure, and say little.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
root=$PWD
jobs=${WSRIG_JOBS:-$(nproc)}

say() { printf '%s: %s\n' "$(basename -- "$0")" "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# quietly COMMAND…: its output is shown only when it fails.
quietly() {
  local log
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then
    rm -f -- "$log"
  else
    local code=$?
    cat -- "$log" >&2
    rm -f -- "$log"
    say "failed: $*"
    return "$code"
  fi
}

# configure PRESET [ARGUMENT…]: with the compiler cache, when there is one.
configure() {
  local launcher=()
  if has ccache; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
  quietly cmake --preset "$1" "${launcher[@]}" "${@:2}"
}

# build FOLDER [TARGET…]
build() {
  local targets=()
  if (($# > 1)); then targets=(--target "${@:2}"); fi
  quietly cmake --build "$1" -j "$jobs" "${targets[@]}" -- --quiet
}

#!/bin/sh
# geoflow-hook 1
# Written by `geoflow hooks install`, which writes it anew; what is changed here is lost.
# The hook that was here before stands beside it (.geoflow-kept) and is called first.
# `geoflow hooks uninstall` puts it back. GEOFLOW_SKIP=1 skips geoflow alone, git's own --no-verify all of it.

case $0 in
*.geoflow-kept) exit 0 ;; # called as its own predecessor
*/*) kept=${0%/*}/@HOOK@.geoflow-kept ;;
*) kept=./@HOOK@.geoflow-kept ;;
esac
root=./@ROOT@

# A hook manager that calls this one, and is kept itself, does its own work.
runs_kept() {
    [ -x "$kept" ] && [ ! -d "$kept" ] || return 1
    [ -z "${PRE_COMMIT_RUNNING_LEGACY}${PREK_RUNNING_LEGACY}" ] || [ @MANAGED@ = no ]
}

# Whatever is wrong with geoflow itself stops nobody.
is_quiet=no
give_up() {
    [ $is_quiet = no ] || return 0
    printf 'geoflow: %s; nothing was checked\n' "$1" >&2
    printf '  fix: install geoflow and type `geoflow hooks install`, or remove %s\n' "$0" >&2
}

is_wanted() {
    case ${GEOFLOW_SKIP:-0} in 0) ;; *) return 1 ;; esac
    [ -d "${root}openspec" ] || return 1
    [ -x @PROGRAM@ ] || command -v geoflow >/dev/null 2>&1 || { give_up "it is not where it was"; return 1; }
}

run() {
    if [ -x @PROGRAM@ ]; then
        @COMMAND@ "$@"
    else
        geoflow "$@"
    fi
}

# Runs a check in silence where all is well; 1 where its answer is no.
check() {
    said=$(cd "$root" && run "$@" 2>&1 </dev/null)
    status=$?
    [ $status -ne 0 ] || return 0
    if [ $status -eq 1 ] && ! run --version >/dev/null 2>&1; then
        give_up "it does not start"
        return 0
    fi
    printf '%s\n' "$said" >&2
    [ $status -ne 1 ] || return 1
    printf 'geoflow: nothing was checked\n' >&2
}

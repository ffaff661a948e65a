
status=0
if runs_kept; then
    "$kept" "$@"
    status=$?
fi
# Of a geoflow that is gone a commit has heard from pre-commit.
case ${0##*/}:${1:-} in
post-commit: | post-rewrite:amend) [ ! -x "${kept%/*}/pre-commit" ] || is_quiet=yes ;;
esac
if is_wanted; then
    (cd "$root" && run monitor record --hook </dev/null)
fi
exit $status


if runs_kept; then
    "$kept" "$@" || exit
fi
is_wanted || exit 0

# Most commits touch no spec, and need nothing but this one look at the index.
GIT_LITERAL_PATHSPECS=1 git diff --cached --quiet --no-ext-diff -- "${root}openspec" 2>/dev/null && exit 0

# Git names the index of this very commit from where it is now.
case ${GIT_INDEX_FILE:-} in
'' | /* | [A-Za-z]:*) ;;
*) GIT_INDEX_FILE=$PWD/$GIT_INDEX_FILE && export GIT_INDEX_FILE ;;
esac
check validate --staged && exit 0
printf 'geoflow: what is staged is not valid; GEOFLOW_SKIP=1 or --no-verify commits it all the same\n' >&2
exit 1

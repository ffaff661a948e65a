
# Both read what is pushed, so it is read once and given on as it came.
refs=$(
    cat
    echo .
)
refs=${refs%.}
if runs_kept; then
    printf '%s' "$refs" | "$kept" "$@" || exit
fi
is_wanted || exit 0

# The thresholds are about the commit that is checked out; a push of anything else is not looked at.
head=$(git rev-parse --verify --quiet HEAD) || exit 0
case $refs in
*" $head "*) ;;
*) exit 0 ;;
esac
check monitor check && exit 0
printf 'geoflow: a threshold is broken; GEOFLOW_SKIP=1 or --no-verify pushes all the same\n' >&2
exit 1

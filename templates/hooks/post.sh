
status=0
if runs_kept; then
    "$kept" "$@"
    status=$?
fi
if is_wanted; then
    (cd "$root" && run monitor record --hook </dev/null)
fi
exit $status

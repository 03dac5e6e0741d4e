#!/bin/sh
# Runs a test project, or a part of it, for a lane.
# usage: managed.sh LANE PROJECT [FILTER...]
set -u
. tests/lanes/count.sh
lane=$1 project=$2
shift 2
program=$(find "tests/$project/bin/Release/net10.0" -maxdepth 2 -name "$project.dll" | head -n 1)
timeout -k 10 "${USERNVME_LANE_LIMIT:-600}" dotnet "$program" "$@" \
    --results-directory artifacts/lanes --report-trx --report-trx-filename "$lane-$project.trx" --progress off --no-ansi
code=$?
results_of "$lane" "artifacts/lanes/$lane-$project.trx"
exit $code

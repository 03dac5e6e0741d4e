#!/bin/sh
# Runs a part of UserNvme.Tests as a lane.
# usage: managed.sh LANE FILTER...
set -u
. tests/lanes/count.sh
lane=$1
shift
timeout -k 10 "${USERNVME_LANE_LIMIT:-600}" dotnet tests/UserNvme.Tests/bin/Release/net10.0/UserNvme.Tests.dll "$@" \
    --results-directory artifacts/lanes --report-trx --report-trx-filename "$lane.trx" --progress off --no-ansi
code=$?
results_of "$lane" "artifacts/lanes/$lane.trx"
exit $code

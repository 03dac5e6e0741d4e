#!/bin/sh
# The driver and the tool on the emulated controller, and the emulated controller itself; then the suite of every device on one in the process.
. tests/lanes/emulated.namespaces
set --
for namespace in $emulated; do set -- "$@" --filter-namespace "$namespace" --filter-namespace "$namespace.*"; done
tests/lanes/managed.sh emulated UserNvme.Tests "$@"
code=$?
USERNVME_TOOL=$(pwd)/src/UserNvme.Cli/bin/Release/net10.0/UserNvme.Cli
export USERNVME_TOOL
tests/lanes/managed.sh emulated UserNvme.DeviceTests && exit $code

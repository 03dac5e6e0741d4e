#!/bin/sh
# The driver and the tool on the emulated controller, and the emulated controller itself; then the suite of every device on one in the process.
. tests/lanes/emulated.namespaces
set --
for namespace in $emulated; do set -- "$@" --filter-namespace "$namespace" --filter-namespace "$namespace.*"; done
tests/lanes/managed.sh emulated UserNvme.Tests "$@"
code=$?
USERNVME_TOOL=$(pwd)/src/UserNvme.Cli/bin/Release/net10.0/UserNvme.Cli
export USERNVME_TOOL
tests/lanes/managed.sh emulated UserNvme.DeviceTests || code=1
# The same with doorbells in memory, as the controllers of virtual machines have them.
USERNVME_TEST_DEVICE="emulated:?size=64M&file=$PWD/artifacts/shadow.disk&shadow-doorbells=on" tests/lanes/managed.sh emulated UserNvme.DeviceTests || code=1
rm -f artifacts/shadow.disk
exit $code

#!/bin/sh
# Runs in the guest: the suite of every device on the controller DATA512, which the kernel gives away for it.
# usage: suite.sh DOTNET FOLDER-OF-THE-SUITE ARGUMENT...
set -eu
for kernel in /sys/class/nvme/*; do
    if grep -q DATA512 "$kernel/serial"; then USERNVME_TEST_DEVICE=$(cat "$kernel/address"); fi
done
export USERNVME_TEST_DEVICE USERNVME_TEST_DESTROY_DATA=yes
"$USERNVME_TOOL" bind "$USERNVME_TEST_DEVICE"
dotnet=$1 suite=$2
shift 2
"$dotnet" "$suite/UserNvme.DeviceTests.dll" "$@"

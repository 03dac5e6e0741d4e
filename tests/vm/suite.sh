#!/bin/sh
# Runs in the guest: the suite of every device on the controller DATA512, which the kernel gives away for it.
# usage: suite.sh DOTNET FOLDER-OF-THE-SUITE
set -eu
for kernel in /sys/class/nvme/*; do
    if grep -q DATA512 "$kernel/serial"; then USERNVME_TEST_DEVICE=$(cat "$kernel/address"); fi
done
export USERNVME_TEST_DEVICE USERNVME_TEST_DESTROY_DATA=yes
"$USERNVME_TOOL" bind "$USERNVME_TEST_DEVICE"
"$1" "$2/UserNvme.DeviceTests.dll" --results-directory /run/result --report-trx --report-trx-filename device.trx --progress off --no-ansi

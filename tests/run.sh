#!/bin/sh
# Builds everything and runs every test: installs what is missing, then one lane after the other, then the sum.
# usage: tests/run.sh [LANE...]     lanes: unit emulated vfio-user guest aot (default: all)
# Results and logs stay in artifacts/. USERNVME_QEMU_ACCEL=kvm makes the guest lane fast where KVM runs (default tcg).
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lanes/count.sh
DOTNET_ROOT=$(dirname "$(readlink -f "$(command -v dotnet)")")
export DOTNET_ROOT DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1
lanes=${*:-unit emulated vfio-user guest aot}
rm -rf artifacts/lanes
mkdir -p artifacts/lanes

tests/install.sh || exit 1
dotnet build UserNvme.sln -c Release -v q -nologo || { echo "the build failed"; exit 1; }

for lane in $lanes; do
    started=$(date +%s)
    "tests/lanes/$lane.sh" < /dev/null || cannot_run "$lane"
    echo "lane $lane took $(($(date +%s) - started)) s"
done

echo
for lane in $lanes; do echo "lane $lane: $(sum_of "$lane")"; done
# shellcheck disable=SC2086
total=$(sum_of $lanes)
echo "$total"
case $total in *" 0 failed,"*) exit 0 ;; *) exit 1 ;; esac

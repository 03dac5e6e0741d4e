#!/bin/sh
# The driver on a real VFIO device: boots a QEMU guest and runs UserNvme.VmTests, the suite of every device and the published tool in it (see
# tests/vm).
# Each boot counts as one test of its own: it came back in time, no access was stopped by the IOMMU, and QEMU's device saw no misuse.
set -eu
. tests/lanes/count.sh
root=$(pwd)
cache=$root/artifacts/vm
mkdir -p "$cache"
tests/vm/kernel.sh "$cache"
tests/vm/initramfs.sh "$cache"
dotnet publish tests/UserNvme.VmTests -c Release -v q -nologo -o artifacts/vm/tests
dotnet publish tests/UserNvme.DeviceTests -c Release -v q -nologo -o artifacts/vm/device-tests
dotnet publish src/UserNvme.Cli -c Release -v q -nologo -o artifacts/cli
dotnet publish samples/UserNvme.Worker -c Release -v q -nologo -o artifacts/worker
dotnet=$(readlink -f "$(command -v dotnet)")

# Without KVM, vector instructions are slower than plain ones: OpenSSL's SHA-256 runs at twice the speed without them.
hashing=
[ "${USERNVME_QEMU_ACCEL:-tcg}" != tcg ] || hashing="export OPENSSL_ia32cap=0"

# When the memory map changes, as at each bind and reset, QEMU 7.2 flushes the TLB of one virtual CPU on the thread of another (tcg_commit in its
# softmmu/physmem.c; later versions leave it to the CPU itself). So it crashes once in a great many boots. What ran then is neither passed nor
# failed: it runs again, once.
in_guest() { # FOLDER OPTIONS COMMAND
    # shellcheck disable=SC2086
    tests/vm/boot.sh $2 "$cache" "$1" "$3" && status=0 || status=$?
    [ "$status" = 139 ] || return "$status"
    echo "lane guest: QEMU crashed in $(basename "$1"), which is done once more"
    rm -rf "$1-crashed"
    mv "$1" "$1-crashed"
    # shellcheck disable=SC2086
    tests/vm/boot.sh $2 "$cache" "$1" "$3"
}

boot() { # NAME BITS COMMAND: one boot with an IOMMU of this address width (none: without an IOMMU); the command leaves NAME.trx
    name=$1 bits=$2 command=$3 folder=$cache/boot-$1 options="-t 1500 -a $2"
    [ "$bits" != none ] || options="-t 1500 -n"
    if in_guest "$folder" "$options" "
        $hashing
        export HOME=/tmp DOTNET_NOLOGO=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1 USERNVME_TOOL=$root/artifacts/cli/usernvme USERNVME_ADDRESS_BITS=$bits USERNVME_WORKER=$root/artifacts/worker/UserNvme.Worker.dll
        $command --results-directory /run/result --report-trx --report-trx-filename $name.trx --progress off --no-ansi --output Detailed"; then
        result guest passed "boot $name"
    else
        result guest failed "boot $name"
    fi
    cat "$folder/result/output" || true
    results_of guest "$folder/result/$name.trx"
}

tests="cd $root/artifacts/vm/tests && $dotnet UserNvme.VmTests.dll"
boot iommu-39 39 "$tests --filter-not-namespace UserNvme.VmTests.NoIommu"
boot device 39 "$root/tests/vm/suite.sh $dotnet $root/artifacts/vm/device-tests"
boot iommu-48 48 "$tests --filter-namespace UserNvme.VmTests.Data --filter-namespace UserNvme.VmTests.Crash --filter-not-class UserNvme.VmTests.Data.RandomSizesTests"
boot iommu-none none "$tests --filter-namespace UserNvme.VmTests.NoIommu"

# The judge must be able to fail: a guest that reads one byte of a 32-bit register is to be refused.
misuse='cd /sys/bus/pci/devices/0000:01:00.0 && echo 0000:01:00.0 > driver/unbind && echo 1 > enable &&
    busybox devmem $(($(head -n 1 resource | cut -d" " -f1) + 0x1c)) 8'
if in_guest "$cache/boot-misuse" "" "$misuse" > "$cache/boot-misuse.log" 2>&1 || ! grep -q toosmall "$cache/boot-misuse/misuse"; then
    result guest failed "a misuse of the device is noticed"
else
    result guest passed "a misuse of the device is noticed"
fi

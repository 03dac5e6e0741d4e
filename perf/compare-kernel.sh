#!/bin/sh
# Compares UserNvme with the kernel's own driver on the same device in the same boot of a QEMU guest: fio with io_uring by interrupt and polled,
# fio's t/io_uring, and other userspace drivers where they are given; in turn, round after round. Prints medians and ratios.
# usage: perf/compare-kernel.sh [OPTIONS]
#   -r ROUNDS (default 5)   -t SECONDS of a run (default 3)   -q "1 32 128"   -o "512 4096"   -w "randread randwrite"
#   -u PATH   fio's t/io_uring (reads only)     -v PATH   libvfn's examples/perf (512-byte reads only)     -s PATH   spdk_nvme_perf,
#             built with --target-arch=x86-64-v2 where the emulation has no later instructions
#   -a 39|48  the address width of the guest's IOMMU (default 48: SPDK needs it)
# The device is QEMU's, over a block device that moves no data; everything runs in software emulation unless USERNVME_QEMU_ACCEL=kvm is set,
# so that the figures compare drivers and say nothing of a real machine. The guest keeps time by the TSC, as real machines do: its first choice
# would be the HPET, whose every reading leaves the virtual machine, and the drivers differ in how they read the time. Needs what tests/run.sh needs, and fio.
set -eu
rounds=5 seconds=3 depths="1 32 128" sizes="512 4096" patterns="randread randwrite" uring=- libvfn=- spdk=- bits=48
while getopts r:t:q:o:w:u:v:s:a: option; do
    case $option in
        r) rounds=$OPTARG ;; t) seconds=$OPTARG ;; q) depths=$OPTARG ;; o) sizes=$OPTARG ;; w) patterns=$OPTARG ;;
        u) uring=$(readlink -f "$OPTARG") ;; v) libvfn=$(readlink -f "$OPTARG") ;; s) spdk=$(readlink -f "$OPTARG") ;; a) bits=$OPTARG ;;
        *) sed -n '2,14s/^# //p' "$0" >&2; exit 2 ;;
    esac
done
cd "$(dirname "$0")/.."
root=$(pwd)
fio=$(command -v fio) || { echo "compare-kernel: fio is missing: apt-get install fio" >&2; exit 2; }
tests/install.sh
cache=$root/artifacts/vm
mkdir -p "$cache"
tests/vm/kernel.sh "$cache"
tests/vm/initramfs.sh "$cache"
dotnet publish src/UserNvme.Cli -c Release -v q -nologo -o artifacts/compare
folder=$cache/boot-compare
tests/vm/boot.sh -a "$bits" -t 5400 -k "tsc=reliable clocksource=tsc" -d "$root/perf/guest/devices.sh" "$cache" "$folder" \
    "exec $root/perf/guest/compare.sh $root/artifacts/compare/usernvme $rounds $seconds '$sizes' '$patterns' '$depths' $fio $uring $libvfn $spdk" ||
    { cat "$folder/result/output" >&2; exit 1; }
results=$folder/result/output

echo "thousand IOPS, median of $rounds (lowest-highest); the ratio is UserNvme's median to the other's"
echo
echo "| bytes | pattern | QD | driver | kIOPS | ratio |"
echo "|---|---|---|---|---|---|"
median() { # DRIVER SIZE PATTERN DEPTH
    awk -v d="$1" -v s="$2" -v p="$3" -v q="$4" '$1 == d && $2 == s && $3 == p && $4 == q && $5 ~ /^[0-9.e+]+$/ { print $5 }' "$results" | sort -n |
        awk '{ v[NR] = $1 } END { if (NR) printf "%.1f %.1f %.1f", (NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2) / 1e3, v[1] / 1e3, v[NR] / 1e3 }'
}
for size in $sizes; do for pattern in $patterns; do for depth in $depths; do
    us=$(median usernvme "$size" "$pattern" "$depth")
    for driver in usernvme fio_interrupts fio_polled t_io_uring libvfn spdk; do
        them=$(median "$driver" "$size" "$pattern" "$depth")
        [ -n "$them" ] || continue
        # shellcheck disable=SC2086
        set -- $them
        echo "| $size | $pattern | $depth | $driver | $1 ($2-$3) | $(awk "BEGIN { printf \"%.2f\", ${us%% *} / $1 }") |"
    done
done; done; done

#!/bin/sh
# Runs usernvme perf and SPDK's spdk_nvme_perf on the same vfio-user target, in turn, and prints the median of each and the ratio.
# usage: perf/compare-spdk.sh [OPTIONS] SPDK
#   SPDK        the folder of an SPDK that was built with --with-vfio-user
#   -T TARGET   spdk-null (default), spdk-malloc: bdevs of SPDK's nvmf_tgt; emulated-null, emulated-memory: `usernvme emulate`
#   -r ROUNDS   runs of each driver per case (default 5)        -t SECONDS  of one run (default 2)
#   -q "1 8 32 128"  queue depths    -o "512 4096"  bytes of a transfer    -w "randread randwrite"  patterns
# The target runs on core 0, the driver on core 1. Needs root, hugepages (1024 of 2 MB) and the .NET 10 SDK.
# Both drivers record the latency of each transfer. TOOL=PATH takes a built usernvme instead of publishing it.
set -eu
target=spdk-null rounds=5 seconds=2 depths="1 8 32 128" sizes="512 4096" patterns="randread randwrite"
while getopts T:r:t:q:o:w: option; do
    case $option in
        T) target=$OPTARG ;; r) rounds=$OPTARG ;; t) seconds=$OPTARG ;;
        q) depths=$OPTARG ;; o) sizes=$OPTARG ;; w) patterns=$OPTARG ;;
        *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ $# = 1 ] || { sed -n '2,9s/^# //p' "$0" >&2; exit 2; }
spdk=$(cd "$1" && pwd)
for program in nvmf_tgt spdk_nvme_perf; do
    [ -x "$spdk/build/bin/$program" ] || { echo "compare-spdk: $spdk/build/bin/$program is missing: build SPDK with --with-vfio-user" >&2; exit 2; }
done
cd "$(dirname "$0")/.."
if [ -z "${TOOL:-}" ]; then
    dotnet publish src/UserNvme.Cli -c Release -v q -nologo -o artifacts/compare
    TOOL=artifacts/compare/usernvme
fi

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; wait; rm -rf "$work"' EXIT
mkdir "$work/cntrl.d"
folder=$work/cntrl.d

bdev() { # METHOD NAME BLOCKS
    cat << END
{ "method": "$1", "params": { "name": "$2", "block_size": 512, "num_blocks": $3 } }
END
}
spdk_target() { # BDEV
    cat > "$work/target.json" << END
{ "subsystems": [
  { "subsystem": "bdev", "config": [ $1 ] },
  { "subsystem": "nvmf", "config": [
    { "method": "nvmf_create_transport", "params": { "trtype": "VFIOUSER" } },
    { "method": "nvmf_create_subsystem", "params": { "nqn": "nqn.2019-07.io.spdk:cnode1", "allow_any_host": true, "serial_number": "COMPARE" } },
    { "method": "nvmf_subsystem_add_ns", "params": { "nqn": "nqn.2019-07.io.spdk:cnode1", "namespace": { "bdev_name": "Disk" } } },
    { "method": "nvmf_subsystem_add_listener", "params": { "nqn": "nqn.2019-07.io.spdk:cnode1",
      "listen_address": { "trtype": "VFIOUSER", "traddr": "$folder", "trsvcid": "0" } } } ] } ] }
END
    "$spdk/build/bin/nvmf_tgt" -m 0x1 -s 768 -r "$work/rpc" -c "$work/target.json" > "$work/server" 2>&1 &
}
case $target in
    spdk-null) spdk_target "$(bdev bdev_null_create Disk 2097152)" ;;
    spdk-malloc) spdk_target "$(bdev bdev_malloc_create Disk 1048576)" ;;
    emulated-null) taskset -c 0 "$TOOL" emulate --socket "$folder/cntrl" --size 1G --backing null > "$work/server" 2>&1 & ;;
    emulated-memory) taskset -c 0 "$TOOL" emulate --socket "$folder/cntrl" --size 512M > "$work/server" 2>&1 & ;;
    *) echo "compare-spdk: there is no target '$target'" >&2; exit 2 ;;
esac
server=$!
for _ in $(seq 100); do [ -S "$folder/cntrl" ] && break; sleep 0.1; done
[ -S "$folder/cntrl" ] || { echo "compare-spdk: the target did not start:" >&2; cat "$work/server" >&2; exit 1; }
sleep 1

# What a run printed, down to transfers per second: both print a line "Total : IOPS MiB/s average min max". SPDK's exits with 0 when it failed.
iops() {
    figure=$(awk '/^Total/ { for (i = 2; i <= NF; i++) if ($i ~ /^[0-9.]+$/) { print $i; exit } }' "$work/run")
    [ -n "$figure" ] || { cat "$work/run" >&2; return 1; }
    echo "$figure"
}
ours() { # DEPTH SIZE PATTERN
    "$TOOL" perf "vfio-user:$folder" -q "$1" -o "$2" -w "$3" -t "$seconds" -c 0x2 --destroy-data > "$work/run" 2>&1 || true
    iops
}
theirs() { # -g: its memory in one file, which is what it tells the target of.
    "$spdk/build/bin/spdk_nvme_perf" -g -c 0x2 -q "$1" -o "$2" -w "$3" -t "$seconds" \
        -r "trtype:VFIOUSER traddr:$folder subnqn:nqn.2019-07.io.spdk:cnode1" > "$work/run" 2>&1 || true
    iops
}
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { printf "%.2f (%.2f-%.2f)", (NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2) / 1e6, v[1] / 1e6, v[NR] / 1e6 }'; }

echo "target $target, $rounds alternating runs of $seconds s each; million IOPS, median (lowest-highest)"
echo
echo "| bytes | pattern | QD | usernvme | spdk_nvme_perf | ratio |"
echo "|---|---|---|---|---|---|"
for size in $sizes; do
    for pattern in $patterns; do
        for depth in $depths; do
            : > "$work/ours"; : > "$work/theirs"
            for _ in $(seq "$rounds"); do
                ours "$depth" "$size" "$pattern" >> "$work/ours"
                theirs "$depth" "$size" "$pattern" >> "$work/theirs"
            done
            a=$(median "$work/ours") b=$(median "$work/theirs")
            echo "| $size | $pattern | $depth | $a | $b | $(awk "BEGIN { printf \"%.2f\", ${a%% *} / ${b%% *} }") |"
        done
    done
done

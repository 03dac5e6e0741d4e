#!/bin/sh
# Runs in the guest: each driver in turn on the same device, round after round; one line "driver bytes pattern depth IOPS" per run.
# usage: compare.sh TOOL ROUNDS SECONDS "SIZES" "PATTERNS" "DEPTHS" FIO [T_IO_URING|-] [LIBVFN_PERF|-] [SPDK_PERF|-]
set -u
tool=$1 rounds=$2 seconds=$3 sizes=$4 patterns=$5 depths=$6 fio=$7 uring=$8 libvfn=$9
shift 9
spdk=$1
device=0000:01:00.0
export DOTNET_ROOT HOME=/tmp

kernel_has() { # POLL_QUEUES
    "$tool" unbind "$device" > /dev/null 2>&1
    echo "$device" > /sys/bus/pci/drivers/nvme/unbind 2> /dev/null
    echo "$1" > /sys/module/nvme/parameters/poll_queues
    echo "$device" > /sys/bus/pci/drivers/nvme/bind
    for _ in $(seq 100); do [ -b /dev/nvme0n1 ] && break; sleep 0.1; done
    echo none > /sys/block/nvme0n1/queue/scheduler
    echo 0 > /sys/block/nvme0n1/queue/iostats
    [ "$1" = 0 ] || echo 1 > /sys/block/nvme0n1/queue/io_poll 2> /dev/null
}
userspace_has() { "$tool" bind "$device" > /dev/null || exit 1; }
cases() { # FUNCTION
    for size in $sizes; do for pattern in $patterns; do for depth in $depths; do
        echo "$1 $size $pattern $depth $("$1" "$size" "$pattern" "$depth" 2>> /run/result/errors)"
    done; done; done
}

run_fio() { # SIZE PATTERN DEPTH OPTION...
    size=$1 pattern=$2 depth=$3
    shift 3
    "$fio" --name=x --filename=/dev/nvme0n1 --direct=1 --ioengine=io_uring --bs="$size" --rw="$pattern" --iodepth="$depth" \
        --time_based --runtime="$seconds" --cpus_allowed=1 --norandommap --randrepeat=0 --output-format=terse --terse-version=3 "$@" |
        awk -F';' '{ print $8 + $49 }'
}
fio_interrupts() { run_fio "$@"; }
fio_polled() { run_fio "$@" --hipri=1; }
t_io_uring() { # The tool reads only, and prints a line a second; the first second is its warm-up.
    [ "$2" = randread ] || { echo -; return; }
    batch=$(($3 < 32 ? $3 : 32))
    taskset -c 1 "$uring" -d"$3" -s"$batch" -c"$batch" -b"$1" -p1 -B1 -F1 -n1 -R1 -r$((seconds + 1)) /dev/nvme0n1 |
        awk -F'[=,]' '/^IOPS=/ && n++ { v = $2 + 0; if ($2 ~ /K/) v *= 1e3; if ($2 ~ /M/) v *= 1e6; sum += v } END { if (n > 1) print sum / (n - 1) }'
}
usernvme() {
    "$tool" perf "$device" -c 0x2 -o "$1" -w "$2" -q "$3" -t "$seconds" --destroy-data |
        awk '/^Total/ { for (i = 2; i <= NF; i++) if ($i ~ /^[0-9.]+$/) { print $i; exit } }'
}
libvfn() { # Its example reads single blocks.
    [ "$1 $2" = "512 randread" ] || { echo -; return; }
    taskset -c 1 "$libvfn" -d "$device" -N 1 -t "$seconds" -w 1 -p randread -q "$3" | awk '$1 == "iops" { getline; print $1 }'
}
spdk() { # It finds hugepages by a mounted hugetlbfs, and leaves its files there.
    mountpoint -q /dev/hugepages || { mkdir -p /dev/hugepages && mount -t hugetlbfs none /dev/hugepages; }
    "$spdk" -c 0x2 -o "$1" -w "$2" -q "$3" -t "$seconds" -r "trtype:PCIe traddr:$device" |
        awk '/^Total/ { for (i = 2; i <= NF; i++) if ($i ~ /^[0-9.]+$/) { print $i; exit } }'
    rm -f /dev/hugepages/*
}

for _ in $(seq "$rounds"); do
    kernel_has 0
    cases fio_interrupts
    kernel_has 1
    cases fio_polled
    [ "$uring" = - ] || cases t_io_uring
    userspace_has
    cases usernvme
    [ "$libvfn" = - ] || cases libvfn
    [ "$spdk" = - ] || cases spdk
done

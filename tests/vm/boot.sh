#!/bin/sh
# Boots the guest once, runs one command in it and judges the boot.
# usage: boot.sh [-a ADDRESS_BITS | -n] [-t SECONDS] [-d DEVICES] [-k ARGUMENTS] CACHE FOLDER COMMAND
#   -a 39|48   address width of the IOMMU (default 39)      -n   no IOMMU at all
#   -t         how long the guest may take until it is killed (default 600)
#   -d         the script that adds the guest's devices (default devices.sh beside this one)
#   -k         more arguments for the guest's kernel
# FOLDER keeps everything of this boot: console (kernel and init), output and status of the command, dmesg, QEMU's trace, and
# whatever the command leaves in /run/result. Exit code 0 means: the guest came back, the command succeeded,
# the driver did nothing that QEMU's device calls undefined, and the IOMMU stopped no access. Exit code 139 means: QEMU ended by a
# segmentation fault, so this boot says nothing of the guest. Any other: the boot failed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bits=39 iommu=yes limit=600 devices=$here/devices.sh more=
while getopts a:nt:d:k: option; do
    case $option in
        a) bits=$OPTARG ;;
        n) iommu=no ;;
        t) limit=$OPTARG ;;
        d) devices=$OPTARG ;;
        k) more=$OPTARG ;;
        *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
cache=$1 folder=$2 command=$3

rm -rf "$folder"
mkdir -p "$folder/result"
echo "$command" > "$folder/result/command"

accel=${USERNVME_QEMU_ACCEL:-tcg}
machine=q35
case $accel in
    tcg) accel=tcg,thread=multi ;;
    # The IOMMU remaps interrupts only when the kernel leaves the I/O APIC to QEMU.
    kvm) machine=q35,kernel-irqchip=split ;;
esac
set -- -accel "$accel" -machine "$machine" -cpu max -m 3G -smp 2 -nodefaults -display none -no-reboot
append="console=ttyS0 quiet panic=-1 mitigations=off hugepages=256 $more"
if [ $iommu = yes ]; then
    set -- "$@" -device "intel-iommu,caching-mode=on,intremap=on,aw-bits=$bits"
    append="$append intel_iommu=on iommu=pt"
fi
. "$devices"

started=$(date +%s)
timeout --foreground -k 5 "$limit" qemu-system-x86_64 "$@" \
    -kernel "$cache/kernel/vmlinuz" -initrd "$cache/initramfs.gz" -append "$append" \
    -serial "file:$folder/console" \
    -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
    -virtfs "local,path=$folder/result,mount_tag=result,security_model=none" \
    -D "$folder/trace" -d guest_errors -trace 'pci_nvme_ub_*' -msg timestamp=on \
    < /dev/null > "$folder/qemu" 2>&1 && qemu=0 || qemu=$?
rm -f "$folder"/*.disk
echo "guest: $(basename "$folder") took $(($(date +%s) - started)) s"

bad=0
complain() { echo "guest: $(basename "$folder"): $*" >&2; bad=1; }
if [ "$qemu" = 139 ]; then
    complain "QEMU ended by a segmentation fault, the last of the command's output is:"
    tail -n 5 "$folder/result/output" >&2 || true
    exit 139
elif [ ! -f "$folder/result/status" ]; then
    complain "did not come back within $limit s or died (QEMU's exit code $qemu); its console ends with:"
    tail -n 30 "$folder/console" "$folder/qemu" >&2
    tail -n 30 "$folder/result/output" >&2 || true
elif [ "$(cat "$folder/result/status")" != 0 ]; then
    complain "the command failed with exit code $(cat "$folder/result/status"), see $folder/result/output"
fi
# The guest's kernel reports what its IOMMU stopped, and QEMU, which is that IOMMU, reports it too.
if grep -hE 'DMAR:.*(handling fault|fault reason|\[DMA (Read|Write)|\[INTR-REMAP)|vtd_.*(fail|error|invalid)' "$folder/console" "$folder/result/dmesg" "$folder/qemu" 2> /dev/null | sort -u > "$folder/faults"; [ -s "$folder/faults" ]; then
    complain "the IOMMU stopped accesses:"
    head -n 10 "$folder/faults" >&2
fi
if grep 'pci_nvme_ub_' "$folder/trace" > "$folder/misuse"; then
    complain "QEMU's NVMe device was misused $(wc -l < "$folder/misuse") times:"
    head -n 10 "$folder/misuse" >&2
fi
exit $bad

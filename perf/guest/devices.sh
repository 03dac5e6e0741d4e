# Read by tests/vm/boot.sh: the guest's one NVMe controller for measurements, over a block device that moves no data.
set -- "$@" -device pcie-root-port,id=port1,chassis=1,slot=1,bus=pcie.0 \
    -blockdev driver=null-co,node-name=nothing,size=4294967296 \
    -device nvme,id=nothing,serial=NOTHING,bus=port1,drive=nothing

# Read by boot.sh: adds the guest's NVMe controllers to QEMU's arguments ("$@"). The tests find them by serial number.
#   DATA512     one namespace of 3 GiB, blocks of 512 bytes
#   DATA4096    one namespace of 1 GiB, blocks of 4096 bytes
#   MANY        several namespaces: 1 ordinary, 2 with metadata and protection information, 3 zoned, 4 detached, 5 with metadata only
#   TWIN0/TWIN1 two functions of one slot without access control between them: one IOMMU group
#   SHARED      a physical function of SR-IOV, which can make one virtual function; no namespace
disk() { # NAME SIZE
    truncate -s "$2" "$folder/$1.disk"
    echo "file=$folder/$1.disk,if=none,id=$1,format=raw,cache=unsafe"
}
port() { # NAME NUMBER: each controller in a slot of its own has an IOMMU group of its own
    echo "pcie-root-port,id=$1,chassis=$2,slot=$2,bus=pcie.0"
}

set -- "$@" -device "$(port port1 1)" -drive "$(disk data512 3G)" \
    -device nvme,id=data512,serial=DATA512,bus=port1,drive=data512
set -- "$@" -device "$(port port2 2)" -drive "$(disk data4096 1G)" \
    -device nvme,id=ctl4096,serial=DATA4096,bus=port2 \
    -device nvme-ns,bus=ctl4096,nsid=1,drive=data4096,logical_block_size=4096,physical_block_size=4096
set -- "$@" -device "$(port port3 3)" -drive "$(disk plain 64M)" -drive "$(disk protected 64M)" \
    -drive "$(disk zoned 64M)" -drive "$(disk detached 64M)" -drive "$(disk metadata 64M)" \
    -device nvme-subsys,id=house -device nvme,id=many,serial=MANY,bus=port3,subsys=house,mdts=5 \
    -device nvme-ns,bus=many,nsid=1,drive=plain \
    -device nvme-ns,bus=many,nsid=2,drive=protected,ms=8,pi=1 \
    -device nvme-ns,bus=many,nsid=3,drive=zoned,zoned=on,zoned.zone_size=4M,zoned.zone_capacity=4M \
    -device nvme-ns,bus=many,nsid=4,drive=detached,detached=on \
    -device nvme-ns,bus=many,nsid=5,drive=metadata,ms=8
set -- "$@" -device "$(port port4 4)" -drive "$(disk twin0 64M)" -drive "$(disk twin1 64M)" \
    -device nvme,id=twin0,serial=TWIN0,bus=port4,addr=0.0,multifunction=on,drive=twin0 \
    -device nvme,id=twin1,serial=TWIN1,bus=port4,addr=0.1,drive=twin1
set -- "$@" -device "$(port port5 5)" -device nvme-subsys,id=flat \
    -device nvme,id=shared,serial=SHARED,bus=port5,subsys=flat,max_ioqpairs=4,msix_qsize=5,sriov_max_vfs=1,sriov_vq_flexible=2,sriov_vi_flexible=1

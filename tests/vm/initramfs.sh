#!/bin/sh
# Builds the guest's initramfs: busybox, the init beside this file, and the modules it loads with all that they depend on.
# usage: initramfs.sh CACHE     leaves CACHE/initramfs.gz
set -eu
cache=$1
here=$(cd "$(dirname "$0")" && pwd)
kernel=$cache/kernel
version=$(cat "$kernel/version")
modules=$kernel/lib/modules/$version
# What the init loads, then what the kernel asks for by itself: checksums of ext4 and of protected namespaces.
wanted="virtio_pci 9pnet_virtio 9p overlay vfio_iommu_type1 vfio-pci nvme ext4"
helpers="crc32c_generic crct10dif_generic crct10dif_common crc64_rocksoft_generic"

root=$(mktemp -d "$cache/initramfs.XXXXXX")
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/bin" "$root/sbin" "$root/lib/modules/$version" "$root/proc" "$root/sys" "$root/dev" "$root/root"
cp "$(command -v busybox)" "$root/bin/busybox"
ln -s ../bin/busybox "$root/sbin/modprobe"
cp "$here/init" "$root/init"
chmod +x "$root/init"
echo "$wanted" > "$root/modules"

# Follows modules.dep from the wanted modules down; a name that is built into the kernel needs no file.
for name in $wanted $helpers; do
    pattern=$(echo "$name" | sed 's/[-_]/[-_]/g')
    if ! grep -q "/$pattern\.ko:" "$modules/modules.dep"; then
        case " $helpers " in *" $name "*) continue ;; esac
        grep -q "/$pattern\.ko$" "$modules/modules.builtin" || { echo "initramfs: kernel $version has no $name" >&2; exit 1; }
        continue
    fi
    awk -v pattern="/$pattern\\\\.ko:" '
        { file = $1; sub(/:$/, "", file); deps[file] = $0; sub(/^[^:]*:/, "", deps[file]) }
        $0 ~ pattern { todo[++n] = file }
        END { for (i = 1; i <= n; i++) { print todo[i]; m = split(deps[todo[i]], d, " "); for (j = 1; j <= m; j++) if (!(d[j] in seen)) { seen[d[j]]; todo[++n] = d[j] } } }
    ' "$modules/modules.dep"
done | sort -u | while read -r file; do
    mkdir -p "$root/lib/modules/$version/$(dirname "$file")"
    cp "$modules/$file" "$root/lib/modules/$version/$file"
done
cp "$modules/modules.builtin" "$modules/modules.order" "$root/lib/modules/$version/"
busybox depmod -b "$root" "$version"

(cd "$root" && find . | cpio --quiet -o -H newc | gzip -1) > "$cache/initramfs.gz.new"
mv "$cache/initramfs.gz.new" "$cache/initramfs.gz"

#!/bin/sh
# Fetches a distribution kernel for the guest into a cache folder, without installing it.
# usage: kernel.sh CACHE     leaves CACHE/kernel/{vmlinuz,version,lib/modules/VERSION}
# USERNVME_GUEST_KERNEL names a kernel package (linux-image-6.12-amd64, ...); the default is the distribution's newest.
set -eu
cache=$1
package=${USERNVME_GUEST_KERNEL:-linux-image-amd64}
kernel=$cache/kernel-$package

if [ ! -f "$kernel/version" ]; then
    rm -rf "$kernel" "$kernel.new"
    mkdir -p "$kernel.new/deb"
    # The plain flavour: Debian's cloud flavour has no 9p, through which the guest sees the host's files.
    # A meta package depends on the real one; a package list from before the last security update names a file that is gone.
    resolve() { apt-cache depends "$package" | awk '/Depends: linux-image-/ { print $2; exit }'; }
    fetch() { (cd "$kernel.new/deb" && apt-get -q -o APT::Sandbox::User=root download "$1" >&2); }
    real=$(resolve)
    fetch "${real:-$package}" || { "$(dirname "$0")/../install.sh" --update; real=$(resolve); fetch "${real:-$package}"; }
    dpkg-deb -x "$kernel.new"/deb/*.deb "$kernel.new"
    mv "$kernel.new"/boot/vmlinuz-* "$kernel.new/vmlinuz"
    # Newer distributions compress modules; busybox loads plain ones.
    find "$kernel.new/lib/modules" -name '*.ko.xz' -exec unxz {} +
    version=$(ls "$kernel.new/lib/modules")
    busybox depmod -b "$kernel.new" "$version"
    rm -rf "$kernel.new/deb" "$kernel.new/boot" "$kernel.new/usr/share"
    echo "$version" > "$kernel.new/version"
    mv "$kernel.new" "$kernel"
fi
ln -sfn "kernel-$package" "$cache/kernel"

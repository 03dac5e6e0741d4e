#!/bin/sh
# Installs what the tests need and the machine lacks (Debian and its relatives). Does nothing where everything is there.
# usage: install.sh [--update]    --update only refreshes the list of packages
set -eu

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" >&2; }
if [ "${1:-}" = --update ]; then apt update; exit; fi

missing=""
need() { # PACKAGE TEST...
    package=$1; shift
    "$@" > /dev/null 2>&1 || missing="$missing $package"
}
static_busybox() { command -v busybox && ! ldd "$(command -v busybox)"; }

need qemu-system-x86 command -v qemu-system-x86_64
need busybox-static static_busybox
need nvme-cli command -v nvme
need cpio command -v cpio
need gcc command -v gcc
need libc6-dev test -f /usr/include/stdio.h
need linux-libc-dev test -f /usr/include/linux/vfio.h
need libnvme-dev test -f /usr/include/libnvme.h
need zlib1g-dev test -f /usr/include/zlib.h
need e2fsprogs command -v mkfs.ext4
need xz-utils command -v unxz

command -v dotnet > /dev/null || { echo "install: the .NET 10 SDK is missing, see https://dot.net" >&2; exit 1; }
if [ -n "$missing" ]; then
    echo "install:$missing"
    # shellcheck disable=SC2086
    apt install -y --no-install-recommends $missing || { apt update; apt install -y --no-install-recommends $missing; }
fi

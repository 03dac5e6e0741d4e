#!/bin/sh
# Makes Golden/every-field: structures in which every field has a value of its own, and what nvme-cli prints for them.
# usage: every-field.sh   (needs gcc, python3 and nvme-cli 2.3)
set -e
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../every-field
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -shared -fPIC -o "$work/answer.so" "$here/answer_identify.c" -ldl

python3 - "$out" <<'PY'
import random, sys
r = random.Random(2023)
out = sys.argv[1]
def some(n):
    return bytearray(r.randrange(1, 256) for _ in range(n))

c = some(4096)
c[4:24] = b'S-0123456789 "\\/<&> '
c[24:64] = b"Every Field Set To Something, Model 1+1'".ljust(40)
c[64:72] = b'FW 9.8.7'
c[263] = 31
c[768:1024] = b'nqn.2014-08.org.nvmexpress:uuid:every-field'.ljust(256, b'\0')
open(f'{out}/id-ctrl.bin', 'wb').write(c)

c[263] = 2
c[768:1024] = bytes(256)
open(f'{out}/id-ctrl-without-nqn.bin', 'wb').write(c)

n = some(4096)
n[24] |= 0x10
n[25], n[26], n[82] = 63, 0x25, 0
for i in range(64):
    n[128 + 4 * i + 2] = r.choice([9, 12, 0, 16, 31])
    n[128 + 4 * i + 3] = r.randrange(4)
open(f'{out}/id-ns-9.bin', 'wb').write(n)

n = some(4096)
n[24] &= ~0x10
n[25], n[26], n[82] = 15, 0x21, 3
open(f'{out}/id-ns-10.bin', 'wb').write(n)

# Longer than the logs, since nvme asks for Identify Controller first where it prints the error log. Cut below.
for name in ('smart', 'error', 'fw'):
    open(f'{out}/{name}.bin', 'wb').write(some(4096))
PY

show() {
    for format in json normal; do
        case $format in json) end=json ;; *) end=txt ;; esac
        NVME_ADMIN_DATA=$out/$1.bin LD_PRELOAD=$work/answer.so nvme $2 -o $format > "$out/$1.$end"
    done
}
show id-ctrl "id-ctrl /dev/null"
show id-ctrl-without-nqn "id-ctrl /dev/null"
show id-ns-9 "id-ns /dev/null -n 9"
show id-ns-10 "id-ns /dev/null -n 10"

for log in smart error fw; do
    NVME_ADMIN_DATA=$out/$log.bin LD_PRELOAD=$work/answer.so nvme $log-log /dev/null $([ $log = error ] && echo -e 1) -o json > "$out/$log.json"
done
truncate -s 512 "$out/smart.bin" "$out/fw.bin"
truncate -s 64 "$out/error.bin"

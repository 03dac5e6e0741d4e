#!/bin/sh
# Driver and emulated controller as two processes: the suite of every device over a socket, then what a peer that dies or misbehaves does to
# the other. The program on both sides is the published one.
set -u
. tests/lanes/count.sh
. tests/lanes/emulated.namespaces
dotnet publish src/UserNvme.Cli -c Release -v q -nologo -o artifacts/cli || exit 1
USERNVME_TOOL=$(pwd)/artifacts/cli/usernvme
export USERNVME_TOOL USERNVME_TEST_DESTROY_DATA=yes
folder=$(mktemp -d)
trap 'kill "$server" 2> /dev/null; rm -rf "$folder"' EXIT

"$USERNVME_TOOL" emulate --socket "$folder/cntrl" --size 64M --block-size 4096 > artifacts/lanes/server.output 2> artifacts/lanes/server.error &
server=$!
for _ in $(seq 100); do [ -S "$folder/cntrl" ] || sleep 0.1; done
USERNVME_TEST_DEVICE="vfio-user:$folder" tests/lanes/managed.sh vfio-user UserNvme.DeviceTests
code=$?

stop() { kill -TERM "$server" && wait "$server" && [ ! -e "$folder/cntrl" ]; }
# It ends with a warning for what a client did wrong; a test of the namespace below makes one.
no_misuse() { cat artifacts/lanes/server.error; [ ! -s artifacts/lanes/server.error ]; }
check vfio-user "the server of the suite ends in order" stop
check vfio-user "no client of the suite did anything wrong with the controller" no_misuse

set --
for namespace in $processes; do set -- "$@" --filter-namespace "$namespace" --filter-namespace "$namespace.*"; done
tests/lanes/managed.sh vfio-user UserNvme.Tests "$@" || code=$?
# How many connections, kills and messages it took, and what the processes had open before and after.
grep -o '<StdOut>[^<]*' artifacts/lanes/vfio-user-*.trx | sed 's/.*<StdOut>//; s/&gt;/>/g'
exit $code

#!/bin/sh
# Everything that needs no controller: all tests of UserNvme.Tests that no other lane has.
. tests/lanes/emulated.namespaces
set --
for namespace in $emulated $processes; do set -- "$@" --filter-not-namespace "$namespace" --filter-not-namespace "$namespace.*"; done
exec tests/lanes/managed.sh unit UserNvme.Tests "$@"

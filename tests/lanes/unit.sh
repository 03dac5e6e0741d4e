#!/bin/sh
# Everything that needs no controller: all tests that the lane "emulated" does not have.
. tests/lanes/emulated.namespaces
set --
for namespace in $emulated; do set -- "$@" --filter-not-namespace "$namespace" --filter-not-namespace "$namespace.*"; done
exec tests/lanes/managed.sh unit "$@"

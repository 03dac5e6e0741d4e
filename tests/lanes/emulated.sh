#!/bin/sh
# The driver and the tool on the emulated controller, and the emulated controller itself.
. tests/lanes/emulated.namespaces
set --
for namespace in $emulated; do set -- "$@" --filter-namespace "$namespace" --filter-namespace "$namespace.*"; done
exec tests/lanes/managed.sh emulated "$@"

#!/bin/sh
# Everything that needs no controller at all: the tests outside the namespace UserNvme.Tests.Emulated.
exec "$(dirname "$0")/managed.sh" unit --filter-not-namespace 'UserNvme.Tests.Emulated' --filter-not-namespace 'UserNvme.Tests.Emulated.*'

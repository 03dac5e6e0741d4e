#!/bin/sh
# The driver on the emulated controller: the tests in the namespace UserNvme.Tests.Emulated and below.
exec "$(dirname "$0")/managed.sh" emulated --filter-namespace 'UserNvme.Tests.Emulated' --filter-namespace 'UserNvme.Tests.Emulated.*'

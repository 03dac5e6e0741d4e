#!/bin/sh
# Builds the tool and measures the driver on an emulated controller for a few seconds. Needs the .NET 10 SDK and nothing else.
# usage: perf/run.sh [PERF OPTIONS...]    for example: perf/run.sh -q 128 -o 8192 -w randwrite -t 10
set -eu
cd "$(dirname "$0")/.."
DOTNET_ROOT=$(dirname "$(readlink -f "$(command -v dotnet)")")
export DOTNET_ROOT DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# Compiled by the JIT, which needs no C compiler and linker; a publish without this switch is native code.
dotnet publish src/UserNvme.Cli -c Release -p:PublishAot=false -v q -nologo -o artifacts/perf
[ $# -gt 0 ] || set -- -q 32 -o 4096 -w randread -t 5
exec artifacts/perf/usernvme perf emulated: "$@"

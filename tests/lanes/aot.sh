#!/bin/sh
# The tool as native code and as a dotnet tool: published without a warning, alone in its folder, and it runs.
set -u
. tests/lanes/count.sh
rm -rf artifacts/aot artifacts/pack artifacts/tool
mkdir -p artifacts/aot

publish() {
    dotnet publish src/UserNvme.Cli -c Release -v q -nologo -o artifacts/aot > artifacts/lanes/publish.log 2>&1
    code=$?
    cat artifacts/lanes/publish.log
    # IL2xxx and IL3xxx are the warnings of trimming and AOT; with warnings as errors either shows here.
    [ $code = 0 ] && ! grep -E '(warning|error) ' artifacts/lanes/publish.log
}
alone() { ls artifacts/aot; [ "$(ls artifacts/aot)" = usernvme ]; }
native() { head -c 4 artifacts/aot/usernvme | grep -q ELF && ! ldd artifacts/aot/usernvme | grep -i -E 'coreclr|not found'; }
pack() {
    dotnet pack src/UserNvme.Cli -c Release -v q -nologo -o artifacts/pack &&
        dotnet tool install UserNvme.Cli --source artifacts/pack --tool-path artifacts/tool
}
tool=artifacts/aot/usernvme

check aot "publish without a warning" publish
check aot "the folder holds only the program" alone
check aot "the program is native code" native
check aot "usernvme --help" $tool --help
check aot "pack and install as a dotnet tool" pack
check aot "the dotnet tool runs" artifacts/tool/usernvme --help

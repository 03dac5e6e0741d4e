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
identify() {
    $tool id-ctrl emulated: --output-format json > artifacts/aot.json
    cat artifacts/aot.json
    [ "$(head -c 1 artifacts/aot.json)" = '{' ] && grep -q '"subnqn" *:' artifacts/aot.json
}
write_and_read() {
    disk="emulated:?size=16M&file=$PWD/artifacts/aot.disk"
    rm -f artifacts/aot.disk
    head -c 3000320 /dev/urandom > artifacts/aot.data
    $tool write "$disk" -n 1 -s 3 -c 5859 -d artifacts/aot.data && $tool read "$disk" -n 1 -s 3 -c 5859 -d artifacts/aot.copy &&
        cmp artifacts/aot.data artifacts/aot.copy
}
perf() { $tool perf emulated: -q 8 -o 4096 -w randrw -M 50 -t 1 | tee artifacts/aot.perf && grep -q '^Total' artifacts/aot.perf; }
one_sentence() {
    $tool id-ctrl 'emulated:?size=nonsense' > artifacts/aot.out 2> artifacts/aot.err
    code=$?
    cat artifacts/aot.err
    [ $code = 10 ] && [ ! -s artifacts/aot.out ] && [ "$(wc -l < artifacts/aot.err)" = 1 ]
}
pack() {
    dotnet pack src/UserNvme.Cli -c Release -v q -nologo -o artifacts/pack &&
        dotnet tool install UserNvme.Cli --source artifacts/pack --tool-path artifacts/tool
}
tool=artifacts/aot/usernvme

check aot "publish without a warning" publish
check aot "the folder holds only the program" alone
check aot "the program is native code" native
check aot "id-ctrl prints JSON and nothing else" identify
check aot "what write wrote, read reads" write_and_read
check aot "perf prints its table" perf
check aot "a bad address is answered with one sentence" one_sentence
check aot "pack and install as a dotnet tool" pack
check aot "the dotnet tool identifies a controller" artifacts/tool/usernvme id-ctrl emulated:
rm -f artifacts/aot.*

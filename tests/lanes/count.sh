# Read by the lanes: how results are counted. A lane's results are the lines "passed|failed|skipped NAME" in artifacts/lanes/LANE.
result() { echo "$2 $3" >> "artifacts/lanes/$1"; } # LANE OUTCOME NAME

# Takes over every test of a report in TRX; a report that is missing or empty is a failure.
results_of() { # LANE TRX
    if ! grep -q '<UnitTestResult ' "$2" 2> /dev/null; then
        echo "lane $1: no results in $2"
        result "$1" failed "$2"
        return
    fi
    sed 's/<UnitTestResult /\n&/g' "$2" | sed -n '/^<UnitTestResult /{
        s/.* testName="\([^"]*\)".* outcome="\([^"]*\)".*/\2 \1/
        t known
        s/.* outcome="\([^"]*\)".* testName="\([^"]*\)".*/\1 \2/
        :known
        s/^Passed/passed/; t take
        s/^NotExecuted/skipped/; t take
        s/^[^ ]*/failed/
        :take
        p
    }' >> "artifacts/lanes/$1"
}

# Runs one check of a lane and counts it; its output is shown when it fails.
check() { # LANE NAME COMMAND...
    lane=$1 name=$2
    shift 2
    if "$@" > artifacts/lanes/check.log 2>&1; then
        result "$lane" passed "$name"
    else
        echo "lane $lane: $name: failed:"
        tail -n 50 artifacts/lanes/check.log
        result "$lane" failed "$name"
    fi
}

# A lane whose script failed without a failed test, or that has no results, is a failure of its own.
cannot_run() { # LANE
    grep -qs '^failed ' "artifacts/lanes/$1" || { echo "lane $1 could not run"; result "$1" failed "the lane itself"; }
}

sum_of() { # LANE...
    for lane in "$@"; do
        if [ -s "artifacts/lanes/$lane" ]; then cat "artifacts/lanes/$lane"; else echo "failed $lane"; fi
    done | awk '{ n[$1]++ } END { printf "%d passed, %d failed, %d skipped\n", n["passed"], n["failed"], n["skipped"] }'
}

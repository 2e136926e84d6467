#!/bin/bash
# A compiled scenario takes the flags of `k6 run` and answers with its exit codes: binary_test.sh DATA_DRIVEN CUSTOM_CLIENT
set -u
data_driven=$PWD/$1
custom_client=$PWD/$2
work=$(mktemp -d "$TEST_TMPDIR/binary.XXXXXX")
export BASE_URL=http://127.0.0.1:1
unset XML_OUTPUT_FILE TEST_UNDECLARED_OUTPUTS_DIR TEST_TOTAL_SHARDS TEST_SHARD_INDEX TEST_SHARD_STATUS_FILE TEST_TIMEOUT

cases=0
failures=0
expect() {
    local code=$1 pattern=$2
    shift 2
    cases=$((cases + 1))
    "$@" > "$work/output" 2>&1 < /dev/null
    local got=$?
    if [[ $got != "$code" ]] || { [[ -n $pattern ]] && ! grep -qE -- "$pattern" "$work/output"; }; then
        failures=$((failures + 1))
        echo "FAILED: exit code $got, expected $code and /$pattern/: $*"
        sed 's/^/    /' "$work/output"
    fi
}

expect 0 '--out TYPE' "$custom_client" --help
expect 0 '--address HOST:PORT' "$custom_client" --help
expect 0 '--execution-segment' "$custom_client" --help
cases=$((cases + 1))
if grep -q -- '--compatibility-mode' "$work/output"; then failures=$((failures + 1)); echo "FAILED: a flag about scripts"; fi
expect 255 'nope' "$custom_client" --nope
expect 255 'unexpected argument' "$custom_client" script.js
expect 255 'missing unit' "$custom_client" -d 10
expect 0 'iterations\.+: 6 ' "$custom_client"
expect 0 'iterations\.+: 5 ' "$custom_client" --quiet -u 2 -i 5
expect 0 '"executor": "per-vu-iterations"' "$custom_client" --plan
expect 0 'pricing_req_duration' "$custom_client" --address 127.0.0.1:0 --out "csv=$work/samples.csv" --summary-export "$work/summary.json" --tag team=a
expect 0 'pricing_reqs,.*team=a' cat "$work/samples.csv"
expect 0 '"pricing_req_failed"' cat "$work/summary.json"
# Half of it.
expect 0 'iterations\.+: 3 ' "$custom_client" --execution-segment 1/2:1 --no-thresholds
# Nobody listens: the thresholds are crossed; without them nothing is.
expect 99 "thresholds on metrics '.*checks.*' have been crossed" "$data_driven"
expect 0 'Request Failed' "$data_driven" --no-thresholds
# As a test of Bazel.
expect 0 'iterations\.+: 1 ' "$custom_client" --bazel-test
expect 110 'the smoke test failed: 1 iterations threw an exception' "$data_driven" --bazel-test
expect 104 'the plan takes up to 10m30s, but Bazel ends this test after 1m0s' env TEST_TIMEOUT=60 "$custom_client" --bazel-test --full
expect 0 'iterations\.+: 3 ' env TEST_TIMEOUT=900 TEST_TOTAL_SHARDS=2 TEST_SHARD_INDEX=1 "TEST_SHARD_STATUS_FILE=$work/shards" "$custom_client" --bazel-test --full
expect 0 '' test -f "$work/shards"
# One scenario: the second shard of a smoke has nothing to do.
expect 0 '' env TEST_TOTAL_SHARDS=2 TEST_SHARD_INDEX=1 "$custom_client" --bazel-test
expect 0 '<testsuite.*' env "XML_OUTPUT_FILE=$work/test.xml" bash -c "$custom_client --bazel-test && cat $work/test.xml"

echo "$cases cases, $failures failed"
[[ $failures == 0 ]]

#!/bin/bash
# The same test written as a script and as C++ must compile to the same plan, and to the plan kept here:
# plan_test.sh K6 GOLDEN SCRIPT SCENARIO_BINARY
#
# To change a golden file on purpose: bazel run //tools/k6 -- run --plan SCRIPT > tests/golden/NAME.json
set -eu
k6=$1 golden=$2 script=$3 scenario=$4
"$k6" run --plan "$script" > "$TEST_TMPDIR/script.json"
"$scenario" --plan > "$TEST_TMPDIR/scenario.json"
diff "$golden" "$TEST_TMPDIR/script.json" || { echo "the script's plan differs from $golden"; exit 1; }
diff "$TEST_TMPDIR/script.json" "$TEST_TMPDIR/scenario.json" || { echo "the scenario's plan differs from the script's"; exit 1; }

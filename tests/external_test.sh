#!/bin/bash
# The project as an external repository of another workspace (tests/external): external_test.sh K6 MARKER ARCHIVES
#
# Runs Bazel inside a test, offline, with an output base of its own that stays between runs. MARKER is a file at the root
# of the source tree. First the workspace is analysed against the sources as they are: rules, labels, repositories. Then
# its tests run, against a repository of the same rules whose C++ libraries and k6 command are those of this build
# (ARCHIVES lists them). With K6_EXTERNAL_FROM_SOURCE=1 everything is compiled from source instead, which takes a while.
set -u
runfiles=$PWD
k6=$(readlink -f "$1")
root=$(dirname "$(readlink -f "$2")")
archives=$PWD/$3
home=$(getent passwd "$(id -u)" | cut -d: -f6)
export HOME=$home
cache=${XDG_CACHE_HOME:-$home/.cache}/k6-build/external
mkdir -p "$cache"
exec 9> "$cache/lock"
flock 9

# Always the same folder, so that the inner Bazel finds its work again.
work=$cache/work
rm -rf "$work"
mkdir -p "$work"
cp -r "$root/tests/external" "$work/shop"
mkdir "$work/shop/prebuilt"
cp "$k6" "$work/shop/prebuilt/k6"
echo 'exports_files(["k6"])' > "$work/shop/prebuilt/BUILD"
use_repository() { sed "s|path = \"../..\"|path = \"$1\"|" "$root/tests/external/WORKSPACE" > "$work/shop/WORKSPACE"; }

# What the outer Bazel tells its test is not for the inner one.
for name in $(compgen -e | grep -E '^(TEST_|RUNFILES|XML_OUTPUT|JAVA_RUNFILES|PYTHON_RUNFILES|BUILD_|BAZEL)'); do unset "$name"; done
bazel_program=$(type -P bazel) || { echo "there is no Bazel"; exit 1; }
bazel() {
    (cd "$work/shop" && exec nice "$bazel_program" --output_user_root="$cache" --output_base="$cache/base" --max_idle_secs=60 "$@" 9>&-)
}
flags=(--jobs="${K6_EXTERNAL_JOBS:-2}" --noshow_progress --color=no --compilation_mode=fastbuild --copt=-O0 --copt=-g0 --strip=always
    --spawn_strategy=local --nosandbox_debug)
failures=0
fail() {
    failures=$((failures + 1))
    echo "FAILED: $1"
}
finish() {
    bazel shutdown > /dev/null 2>&1
    echo "$failures failed"
    [[ $failures == 0 ]]
    exit
}
must() {
    local what=$1
    shift
    bazel "$@" > "$work/log" 2>&1 && return
    cat "$work/log"
    fail "$what"
    finish
}
logs() { echo "$(readlink -f "$work/shop/bazel-testlogs")/shop/$1"; }

# --- the sources as an external repository ---
use_repository "$root"
must "the workspace cannot be analysed" build "${flags[@]}" --nobuild //shop:all
must "a library of ours cannot be built" build "${flags[@]}" @k6//base:duration

# --- the same rules on the libraries that are there ---
if [[ ${K6_EXTERNAL_FROM_SOURCE:-} != 1 ]]; then
    sdk=$work/k6
    mkdir -p "$sdk"/{bazel,dsl,tools/run,tools/k6}
    (cd "$runfiles" && find -L . -name '*.h' -not -path './tests/*' -exec cp -L --parents -t "$sdk" {} +)
    cp "$root"/bazel/*.bzl "$sdk/bazel/"
    cp "$root"/dsl/{defs.bzl,run_with_server.sh} "$sdk/dsl/"
    echo 'workspace(name = "k6")' > "$sdk/WORKSPACE"
    : > "$sdk/bazel/BUILD"
    # One archive of all, but for those that are linked as a whole.
    script=$work/archive.mri
    echo "create $sdk/libk6.a" > "$script"
    whole=
    linkopts=
    linked=
    while read -r kind what; do
        case $kind in
            archive) echo "addlib $(readlink -f "$what")" >> "$script" ;;
            whole)
                name=$(basename "${what%.*}")
                cp -L "$what" "$sdk/$name.a"
                whole+="cc_import(name = \"$name\", static_library = \"$name.a\", alwayslink = True)"$'\n'
                linked+="\":$name\", "
                ;;
            flag) [[ $linkopts == *"\"$what\""* ]] || linkopts+="\"$what\", " ;;
        esac
    done < "$archives"
    printf 'save\nend\n' >> "$script"
    ar -M < "$script" || { fail "no archive"; finish; }
    cat > "$sdk/BUILD" << BUILD
load("@rules_cc//cc:defs.bzl", "cc_import", "cc_library")
package(default_visibility = ["//visibility:public"])
cc_import(name = "archive", static_library = "libk6.a")
$whole
cc_library(name = "k6", hdrs = glob(["**/*.h"]), linkopts = [$linkopts], deps = [":archive"])
cc_library(name = "main", deps = [$linked":k6"])
BUILD
    cat > "$sdk/dsl/BUILD" << 'BUILD'
load("@rules_cc//cc:defs.bzl", "cc_library")
package(default_visibility = ["//visibility:public"])
exports_files(["run_with_server.sh"])
cc_library(name = "dsl", hdrs = glob(["*.h"]), deps = ["//:k6"])
BUILD
    echo 'alias(name = "scenario_main", actual = "//:main", visibility = ["//visibility:public"])' > "$sdk/tools/run/BUILD"
    cp "$k6" "$sdk/tools/k6/k6"
    echo 'label_flag(name = "program", build_setting_default = ":k6", visibility = ["//visibility:public"])' > "$sdk/tools/k6/BUILD"
    # The repository rules name files of third_party, which nothing here needs.
    use_repository "$sdk"
fi

# --- a smoke of everything ---
flags+=(--@k6//tools/k6:program=//prebuilt:k6)
must "the workspace's tests" test "${flags[@]}" --nocache_test_results //shop:all
grep -q '<testsuite' "$(logs checkout)/test.xml" || fail "no JUnit XML"
grep -q 'the total is right' "$(logs checkout)/test.xml" || fail "JUnit XML without the check: $(cat "$(logs checkout)/test.xml")"
grep -q 'adds up' "$(logs checkout_js)/test.xml" || fail "JUnit XML of the script without the check: $(cat "$(logs checkout_js)/test.xml")"
python3 -m zipfile -l "$(logs checkout)/test.outputs/outputs.zip" > "$work/outputs" 2>&1
for file in summary.json report.html run.k6r; do
    grep -q "$file" "$work/outputs" || fail "no $file in the outputs: $(cat "$work/outputs")"
done

# --- shards are segments: six iterations in two halves ---
for shard in 1 2; do
    log=$(logs checkout_in_parts)/shard_${shard}_of_2/test.log
    grep -qE 'iterations\.+: 3 ' "$log" || fail "shard $shard has not run three iterations: $(cat "$log")"
done

# --- a plan that takes too long fails at once and says what it needs ---
if bazel test "${flags[@]}" --test_arg=--full //shop:soak > "$work/log" 2>&1; then fail "a plan of ten minutes fits into one"; fi
grep -q 'the plan takes up to 10m30s, but Bazel ends this test after 1m0s: it needs timeout = .*long.* for the target, or --test_timeout=630' \
    "$(logs soak)/test.log" || fail "no word about the timeout: $(cat "$(logs soak)/test.log")"

# --- a failed check fails a smoke ---
if bazel test "${flags[@]}" //shop:broken > "$work/log" 2>&1; then fail "a failed check passes"; fi
grep -q 'the smoke test failed: 1 of 1 checks failed' "$(logs broken)/test.log" || fail "no word about the check: $(cat "$(logs broken)/test.log")"
grep -q '<failure' "$(logs broken)/test.xml" || fail "JUnit XML without the failure: $(cat "$(logs broken)/test.xml")"
finish

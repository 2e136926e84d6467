#!/bin/bash
# End-to-end cases of the k6 command, against the demo server: run.sh K6 SERVER EXAMPLES
#
# Each case runs the real binary and looks at its exit code and output. `expect` takes the exit code, a regular
# expression (extended) that the output (both streams) must contain, and the arguments of `k6 run`.
set -u
k6=$PWD/$1
server=$PWD/$2
examples=$PWD/$3

work=$(mktemp -d "$TEST_TMPDIR/e2e.XXXXXX")
mkfifo "$work/urls"
"$server" --cert-out "$work/ca.pem" > "$work/urls" &
server_id=$!
# One whose certificate names other addresses than its own.
"$server" --address 127.0.0.9 --cert-out "$work/other_ca.pem" > "$work/other_urls" &
other_id=$!
trap 'kill "$server_id" "$other_id"; wait "$server_id" "$other_id" 2> /dev/null; rm -rf "$work"' EXIT
while read -r -t 20 line; do
    case $line in
        http://*) export BASE_URL=${line%% *} ;;
        https://*) export BASE_URL_TLS=${line%% *} ;;
    esac
    [[ -n ${BASE_URL:-} && -n ${BASE_URL_TLS:-} ]] && break
done < "$work/urls"
[[ -n ${BASE_URL_TLS:-} ]] || { echo "the server printed no URLs"; exit 1; }
until OTHER_URL_TLS=$(grep -m 1 -oE '^https://[^ ]+' "$work/other_urls") || ! kill -0 "$other_id" 2> /dev/null; do sleep 0.05; done
export SSL_CERT_FILE=$work/ca.pem
cd "$work" || exit 1

cases=0
failures=0
fail() {
    failures=$((failures + 1))
    echo "FAILED: $1"
    sed 's/^/    /' "$work/output"
}
expect() {
    local code=$1 pattern=$2
    shift 2
    cases=$((cases + 1))
    "$k6" run --quiet "$@" > "$work/output" 2>&1 < "${input:-/dev/null}"
    local got=$?
    [[ $got == "$code" ]] || { fail "exit code $got, expected $code: $*"; return; }
    grep -qE -- "$pattern" "$work/output" || fail "no match for /$pattern/: $*"
}
script() { cat > "$work/$1"; }

# --- what users do first ---
expect 0 'status is 200' "$examples/hello.js"
expect 0 'iterations\.+: 7 ' -u 3 -i 7 "$examples/hello.js"
expect 0 '' -d 1s -u 2 "$examples/hello.js"
expect 0 'vus_max' -s 1s:3,500ms:0 "$examples/hello.js"
expect 0 'count=3' "$examples/setup.js"
expect 0 'msg="made 3"' "$examples/setup.js"
expect 0 'cart_ok' "$examples/shop.js"
expect 99 'http_req_failed.* were crossed; at least one has abortOnFail' -e BASE_URL_TLS="$BASE_URL_TLS/nope" "$examples/shop.js"

input=$examples/hello.js expect 0 'status is 200' -

script env.js << 'JS'
export default function () { console.log(__ENV.NAME, __VU, __ITER, typeof __ENV.PATH); }
JS
expect 0 'msg="ann 1 1 string" source=console' -i 2 -e NAME=ann env.js
expect 0 'msg="ann 1 0 undefined"' -e NAME=ann --include-system-env-vars=false env.js

# --- modules and files ---
mkdir -p lib
script lib/counter.js << 'JS'
export let count = 0;
export const step = 2;
export function add() { count += step; return count; }
export default class Counter { #n = 1; get n() { return this.#n; } }
JS
script lib/legacy.js << 'JS'
exports.twice = (x) => x * 2;
exports.text = open('./data.txt');
JS
script lib/types.ts << 'JS'
export enum Level { low = 1, high }
export interface Named { name: string }
export const greet = <T extends Named>(who: T): string => `hi ${who.name}!`;
JS
printf 'from a file' > lib/data.txt
script modules.js << 'JS'
import Counter, { add, count, step as width } from './lib/counter.js';
import * as all from './lib/counter.js';
import legacy, { text } from './lib/legacy.js';
import { greet, Level } from './lib/types.ts';
export { default as again } from './lib/counter.js';
const bytes = new Uint8Array(open('lib/data.txt', 'b'));
export default function () {
  add();
  const { a, ...rest } = { a: 1, b: 2, c: [3, 4] };
  const [x, , y = 5] = [...rest.c, 6];
  const said = [];
  for (const [k, v] of new Map([['k', 1], ['l', 2]])) said.push(`${k}=${v}`);
  console.log(count, all.count, width, new Counter().n, legacy.twice(4), text, greet({ name: 'ann' }), Level.high,
    a + rest.b, x, y, said.join('&'), bytes.length, rest?.nope?.deep ?? 'none', 2 ** 10);
}
JS
expect 0 'msg="2 2 2 1 8 from a file hi ann! 2 3 3 6 k=1&l=2 11 none 1024"' modules.js
script async.js << 'JS'
const three = await Promise.resolve(3);
function* numbers() { yield 1; yield* [2, three]; }
async function twice(x) { try { await null; return x * 2; } finally { await null; } }
export default async function () {
  const got = await Promise.all([twice(1), twice(2)]);
  console.log([...numbers()].join('-'), got.join('-'));
  if (__ITER === 1) throw new TypeError('async boom');
}
JS
expect 0 'msg="1-2-3 2-4" source=console' -i 1 async.js
expect 0 'Uncaught \(in promise\) TypeError: async boom' -i 2 async.js
script never_settles.js << 'JS'
await new Promise(() => {});
export default function () {}
JS
expect 255 "hasn't finished" never_settles.js
script missing_import.js << 'JS'
import './nope.js';
export default function () {}
JS
expect 107 "moduleSpecifier .*nope.js.* couldn't be found on local disk" missing_import.js
script missing_export.js << 'JS'
import { nope } from './lib/counter.js';
export default function () {}
JS
expect 107 "does not provide an export named .nope." missing_export.js
script late_open.js << 'JS'
export default function () { open('lib/data.txt'); }
JS
expect 0 'only available in the init stage' late_open.js

# --- outputs ---
expect 0 '' --out json=samples.json --tag team=a --summary-export=summary.json -i 2 "$examples/hello.js"
cases=$((cases + 1))
python3 - samples.json summary.json > "$work/output" 2>&1 << 'PY' || fail "json output and summary export"
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
points = [l for l in lines if l["type"] == "Point"]
assert [l["metric"] for l in lines if l["type"] == "Metric"], lines
assert sum(p["data"]["value"] for p in points if p["metric"] == "http_reqs") == 2, points
assert all(p["data"]["tags"].get("team") == "a" for p in points), points
durations = [p for p in points if p["metric"] == "http_req_duration"]
assert durations[0]["data"]["tags"]["status"] == "200" and durations[0]["data"]["tags"]["method"] == "GET", durations
summary = json.load(open(sys.argv[2]))
assert summary["metrics"]["iterations"]["count"] == 2, summary
assert summary["root_group"]["checks"]["status is 200"]["passes"] == 2, summary
PY

# --- exit codes of thresholds ---
script thresholds.js << 'JS'
import http from 'k6/http';
import { Rate } from 'k6/metrics';
const good = new Rate('good');
export const options = {
  thresholds: { good: ['rate>0.9'], 'http_reqs{kind:x}': ['count>0'], http_req_failed: ['rate<0.5'] },
};
export default function () {
  http.get(`${__ENV.BASE_URL}/status/${__ENV.STATUS}`, { tags: { kind: 'x' } });
  good.add(__ENV.GOOD === '1');
}
JS
expect 0 'http_reqs' -e STATUS=200 -e GOOD=1 thresholds.js
expect 99 "thresholds on metrics 'good' have been crossed" -e STATUS=200 -e GOOD=0 thresholds.js
expect 99 "thresholds on metrics 'good, http_req_failed' have been crossed" -e STATUS=500 -e GOOD=0 thresholds.js
expect 0 '' --no-thresholds -e STATUS=500 -e GOOD=0 thresholds.js

script abort.js << 'JS'
import { check, sleep } from 'k6';
export const options = { vus: 2, duration: '1m', thresholds: { checks: [{ threshold: 'rate>0.5', abortOnFail: true }] } };
export default function () { check(0, { never: false }); sleep(0.01); }
export function teardown() { console.log('torn down'); }
JS
expect 99 "thresholds on metrics 'checks' were crossed; at least one has abortOnFail enabled, stopping test prematurely" abort.js
cases=$((cases + 1)); grep -q 'torn down' "$work/output" || fail "teardown after an aborting threshold"

# --- bad input: one clear line each, and the right code ---
expect 255 'nope.js.*not found|nope.js.*local disk' nope.js
script syntax.js << 'JS'
export default function () {
  let a = ;
}
JS
expect 107 'file://.*/syntax.js: Line 2:11 Unexpected token ;' syntax.js
script unknown_option.js << 'JS'
export const options = { vus: 1, zzz: 1 };
export default function () {}
JS
expect 0 'unknown fields in the options.*zzz' unknown_option.js
script bad_scenario_key.js << 'JS'
export const options = { scenarios: { a: { executor: 'constant-vus', duration: '1s', foo: 1 } } };
export default function () {}
JS
expect 104 'foo' bad_scenario_key.js
script bad_duration.js << 'JS'
export const options = { duration: '1x' };
export default function () {}
JS
expect 104 'duration.*1x' bad_duration.js
expect 255 'missing unit' -d 10 "$examples/hello.js"
script unknown_module.js << 'JS'
import nope from 'k6/nope';
export default function () {}
JS
expect 107 'k6/nope' unknown_module.js
script no_default.js << 'JS'
export const options = {};
JS
expect 255 'no exported functions in script' no_default.js
script other_function.js << 'JS'
export function foo() {}
JS
expect 104 "function 'default' not found in exports" other_function.js
script refused.js << 'JS'
import http from 'k6/http';
import { check } from 'k6';
export default function () {
  const r = http.get('http://127.0.0.1:1/');
  check(r, { refused: (x) => x.status === 0 && x.error_code === 1212 && x.error === 'dial: connection refused' });
}
JS
expect 0 'Request Failed.*connection refused' refused.js
cases=$((cases + 1)); grep -q '✓ refused' "$work/output" || fail "the response of a refused connection"
script mismatch.js << 'JS'
import http from 'k6/http';
import { check } from 'k6';
export default function () {
  const r = http.get(`${__ENV.OTHER_URL_TLS}/get`);
  check(r, { mismatch: (x) => x.status === 0 && x.error_code === 1311 && x.error === "x509: certificate doesn't match hostname" });
}
JS
SSL_CERT_FILE=$work/other_ca.pem expect 0 'Request Failed' -e OTHER_URL_TLS="$OTHER_URL_TLS" mismatch.js
cases=$((cases + 1)); grep -q '✓ mismatch' "$work/output" || fail "the response of a certificate of another name"
script unknown_authority.js << 'JS'
import http from 'k6/http';
import { check } from 'k6';
export default function () {
  const r = http.get(`${__ENV.OTHER_URL_TLS}/get`);
  check(r, { unknown: (x) => x.status === 0 && x.error_code === 1310 && x.error === 'x509: unknown authority' });
}
JS
SSL_CERT_FILE=$work/other_ca.pem expect 0 'Request Failed' -e OTHER_URL_TLS="$BASE_URL_TLS" unknown_authority.js
cases=$((cases + 1)); grep -q '✓ unknown' "$work/output" || fail "the response of a certificate of nobody known"
script throws.js << 'JS'
function inner() { throw new Error('boom'); }
export default function () {
  inner();
}
JS
expect 0 'Error: boom.*at inner \(file://.*/throws.js:1' throws.js
script init_throws.js << 'JS'
throw new Error('early');
export default function () {}
JS
expect 107 'Error: early' init_throws.js
script setup_throws.js << 'JS'
export function setup() { throw new Error('no setup'); }
export default function () { console.log('iteration'); }
JS
expect 107 'no setup' setup_throws.js
script unknown_metric.js << 'JS'
export const options = { thresholds: { nope: ['count>0'] } };
export default function () {}
JS
expect 104 'no metric name .*nope.* found' unknown_metric.js
script bad_threshold.js << 'JS'
export const options = { thresholds: { checks: ['rate~1'] } };
export default function () {}
JS
expect 104 'malformed threshold expression' bad_threshold.js
expect 255 "invalid output type 'nope'" --out nope "$examples/hello.js"
expect 255 'nope' --nope "$examples/hello.js"

# --- where connections go ---
script network.js << 'JS'
import http from 'k6/http';
import { check } from 'k6';
const port = __ENV.BASE_URL.split(':')[2];
export const options = { hosts: { '*.shop.test': '127.0.0.1' }, thresholds: { checks: ['rate==1'] } };
export default () => {
  check(http.get(`http://www.shop.test:${port}/get`), { 'it is there': (r) => r.status === 200 });
};
JS
expect 0 'it is there' network.js
expect 99 'hostname .www.shop.test. is in a blocked pattern .\*.shop.test.' --block-hostnames '*.shop.test' network.js
expect 99 'is in a blacklisted range .127.0.0.0/8.' --blacklist-ip 127.0.0.0/8 network.js
expect 0 'source=http-debug' --http-debug=full network.js
expect 0 'it is there' --local-ips 127.0.0.4-127.0.0.5 -u 3 -i 3 network.js
expect 104 'invalid localIPs' --local-ips nowhere network.js
expect 0 'iterations\.+: 3 ' --rps 50 -i 3 network.js
http_proxy=http://127.0.0.1:9 expect 99 'proxyconnect tcp: dial tcp 127.0.0.1:9: connect: connection refused' network.js
http_proxy=http://127.0.0.1:9 no_proxy=.test expect 0 'it is there' network.js

# --- signals: the first one ends the run in order ---
script long.js << 'JS'
import { sleep } from 'k6';
export const options = { vus: 2, duration: '1m' };
export default function () { sleep(60); }
export function teardown() { console.log('torn down'); }
JS
cases=$((cases + 1))
"$k6" run long.js > "$work/output" 2>&1 < /dev/null &
k6_id=$!
until grep -q 'running' "$work/output" 2> /dev/null || ! kill -0 "$k6_id" 2> /dev/null; do sleep 0.05; done
kill -INT "$k6_id"
wait "$k6_id"
code=$?
[[ $code == 105 ]] || fail "exit code $code after an interrupt, expected 105"
grep -q 'torn down' "$work/output" || fail "teardown after an interrupt"
grep -q "aborted because k6 received a 'interrupt' signal" "$work/output" || fail "the message of an interrupt"
grep -q 'EXECUTION' "$work/output" || fail "the summary after an interrupt"

# --- the command itself ---
for command in version --version; do
    cases=$((cases + 1))
    "$k6" $command > "$work/output" 2>&1 || fail "$command"
    grep -qE '^k6 v[0-9]+\.[0-9]+\.[0-9]+ ' "$work/output" || fail "$command prints no version"
done
cases=$((cases + 1)); "$k6" run --help > "$work/output" 2>&1 && grep -q -- '--summary-export' "$work/output" || fail "run --help"
cases=$((cases + 1)); "$k6" nope > "$work/output" 2>&1; [[ $? == 255 ]] || fail "an unknown command"

echo "$cases cases, $failures failed"
[[ $failures == 0 ]]

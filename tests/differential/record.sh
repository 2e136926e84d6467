#!/bin/sh
# Records what Node prints for the programs of corpus/, after one was added or changed: tests/differential/record.sh
cd "$(dirname "$0")" || exit 1
for program in corpus/*.js; do
    node run_programs.js "$program" | tail -n +2 >"${program%.js}.out"
done

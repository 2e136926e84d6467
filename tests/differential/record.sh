#!/bin/sh
# Records what Node prints for the programs of corpus/, after one was added or changed: tests/differential/record.sh
# With Node 20 or later, as some programs use what came with it; the test itself runs the corpus in ours alone, and the
# random programs use nothing that Node 18 lacks.
cd "$(dirname "$0")" || exit 1
if [ "$(node -p 'parseInt(process.versions.node) >= 20')" != true ]; then
    echo "recording needs Node 20 or later" >&2
    exit 1
fi
for program in corpus/*.js; do
    node run_programs.js "$program" | tail -n +2 >"${program%.js}.out"
done

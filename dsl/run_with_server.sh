#!/bin/bash
# Runs a load test, after starting the server that it loads: run_with_server.sh SERVER|- EXIT_CODE COMMAND [ARGUMENT ...]
#
# The server prints its URLs, one a line, when it listens. The first http:// and https:// ones become BASE_URL and
# BASE_URL_TLS, and the certificate authority that it writes to --cert-out becomes SSL_CERT_FILE.
set -u
server=$1
expected=$2
shift 2

work=$(mktemp -d "${TEST_TMPDIR:-${TMPDIR:-/tmp}}/k6.XXXXXX")
server_id=
cleanup() {
    if [[ -n $server_id ]]; then
        kill "$server_id" 2> /dev/null
        wait "$server_id" 2> /dev/null
    fi
    rm -rf "$work"
}
trap cleanup EXIT

if [[ $server != - ]]; then
    mkfifo "$work/urls"
    "$server" --cert-out "$work/ca.pem" > "$work/urls" &
    server_id=$!
    # One that does not speak TLS prints no second URL: that one is not waited for for long.
    patience=20
    while read -r -t "$patience" line; do
        case $line in
            http://*) BASE_URL=${line%% *}; patience=1 ;;
            https://*) BASE_URL_TLS=${line%% *} ;;
        esac
        [[ -n ${BASE_URL:-} && -n ${BASE_URL_TLS:-} ]] && break
    done < "$work/urls"
    [[ -n ${BASE_URL:-} ]] || { echo "the server printed no URL" >&2; exit 1; }
    export BASE_URL
    [[ -z ${BASE_URL_TLS:-} ]] || export BASE_URL_TLS SSL_CERT_FILE="$work/ca.pem"
fi

"$@"
code=$?
if [[ $code != "$expected" ]]; then
    echo "exit code $code, expected $expected" >&2
    exit 1
fi

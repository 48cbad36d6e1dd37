#!/usr/bin/env bash
# Accept-to-mailbox messages per second (workload W2: 16 kept sessions, 10 KB, until every IMAP STATUS count is reached), DirMail and Postfix + Dovecot in turn
# on the same machine. Bounded: about four minutes. Needs the benchmark harness (BENCH, default ../shared/bench beside the checkout), gcc, python3, root, and Debian's
# slapd ldap-utils postfix postfix-ldap dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd dovecot-ldap.
#   tests/Benchmarks/w2.sh [peer|dirmail|both]        REPS=3 MESSAGES=3000 SIZES=10240
set -eu
here=$(cd "$(dirname "$0")" && pwd); root=$(cd "$here/../.." && pwd)
BENCH=${BENCH:-$root/../shared/bench}; what=${1:-both}
[ -f "$BENCH/bench.py" ] || { echo "w2.sh: no harness at $BENCH: name its folder with BENCH=" >&2; exit 2; }
BENCH_TMP=${BENCH_TMP:-$(mktemp -d)}; export BENCH_TMP BENCH_DOMAINS=20 BENCH_USERS=100 BENCH_PASS=benchpw; chmod 755 "$BENCH_TMP"
out=${OUT:-$BENCH_TMP/w2.jsonl}
. "$BENCH/env.sh"
w2() { timeout 580 python3 "$BENCH/bench.py" w2 --reps "${REPS:-3}" --messages "${MESSAGES:-3000}" --sizes "${SIZES:-10240}" --latency 0 --out "$out" "$@"; }
if [ "$what" != dirmail ]; then
  ( cd "$BENCH"; peers/slapd.sh start; peers/dovecot.sh start; peers/postfix.sh start )
  w2 --peer "postfix+dovecot" --queue-cmd "$BENCH/peers/postfix.sh queue" || true
  ( cd "$BENCH"; peers/postfix.sh stop; peers/dovecot.sh stop; peers/slapd.sh stop )
fi
if [ "$what" != peer ]; then
  . "$here/server.sh"
  start_dirmail
  w2 --peer dirmail --host 127.0.0.1 --smtp "$SMTP" --imap "$IMAP"
  stop_dirmail
fi
python3 "$BENCH/table.py" "$out" 2>/dev/null || cat "$out"
echo "results: $out"

#!/usr/bin/env bash
# Accepted (250, synced) messages per second over kept connections (workload W1), DirMail and Postfix in turn on the same machine: 1, 8, 32 and 64 sessions,
# 1, 10 and 100 KB, one recipient and (10 KB) five. Bounded: about twelve minutes for both. Needs what w2.sh needs.
#   tests/Benchmarks/w1.sh [peer|dirmail|both]        REPS=3 MESSAGES=1600 SESSIONS=1,8,32,64 SIZES=1024,10240,102400
set -eu
here=$(cd "$(dirname "$0")" && pwd); root=$(cd "$here/../.." && pwd)
BENCH=${BENCH:-$root/../shared/bench}; what=${1:-both}
[ -f "$BENCH/bench.py" ] || { echo "w1.sh: no harness at $BENCH: name its folder with BENCH=" >&2; exit 2; }
BENCH_TMP=${BENCH_TMP:-$(mktemp -d)}; export BENCH_TMP BENCH_DOMAINS=20 BENCH_USERS=100 BENCH_PASS=benchpw; chmod 755 "$BENCH_TMP"
out=${OUT:-$BENCH_TMP/w1.jsonl}
. "$BENCH/env.sh"
w1() {
  # unmeasured: until the runtime has compiled, and the peer's processes have started
  timeout 120 python3 "$BENCH/bench.py" w1 --tool smtpload-k --domains 20 --users 50 --reps 3 --sessions 32 --messages 3000 --sizes 10240 "$@" >/dev/null
  timeout 580 python3 "$BENCH/bench.py" w1 --tool smtpload-k --domains 20 --users 50 --reps "${REPS:-3}" --out "$out" \
    --sessions "${SESSIONS:-1,8,32,64}" --messages "${MESSAGES:-1600}" --sizes "${SIZES:-1024,10240,102400}" "$@"
  timeout 580 python3 "$BENCH/bench.py" w1 --tool smtpload-k --domains 20 --users 50 --reps "${REPS:-3}" --out "$out" --sessions 8,32 --messages 800 --sizes 10240 --rcpts 5 "$@"
}
if [ "$what" != dirmail ]; then
  ( cd "$BENCH"; peers/slapd.sh start; peers/dovecot.sh start; peers/postfix.sh start )
  w1 --peer postfix --queue-cmd "$BENCH/peers/postfix.sh queue" || true
  ( cd "$BENCH"; peers/postfix.sh stop; peers/dovecot.sh stop; peers/slapd.sh stop )
fi
if [ "$what" != peer ]; then
  . "$here/server.sh"
  start_dirmail
  w1 --peer dirmail --host 127.0.0.1 --smtp "$SMTP"
  stop_dirmail
fi
# processor time of the server (and its kernel) a message: what both cores were busy, less what the load tool used
python3 - "$out" <<'P'
import json, sys
print(f"{'peer':10} {'octets':>7} {'rcpts':>5} {'sessions':>8} {'messages/s (min to max)':>28} {'ms of processor a message':>26} {'failed':>6}")
for row in map(json.loads, open(sys.argv[1])):
    cost = (row["cpu_busy"] * 2 - row["client_cpu"]) / row["msg_s"] * 1000
    print(f"{row['peer']:10} {row['size']:7} {row['rcpts']:5} {row['sessions']:8} {row['msg_s']:10.0f} ({row['min']:.0f} to {row['max']:.0f})".ljust(62) + f"{cost:26.2f} {row['failures']:6}")
P
echo "results: $out"

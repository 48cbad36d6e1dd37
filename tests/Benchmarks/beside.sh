#!/usr/bin/env bash
# DirMail and its peers (Postfix, Dovecot, OpenLDAP of Debian), each in turn on the same machine, by the same load tool. Bounded: a workload takes two to twelve minutes.
#   tests/Benchmarks/beside.sh WORKLOAD [peer|dirmail|both]
#     w1  accepted (250, synced) messages per second over kept connections: 1, 8, 32, 64 sessions; 1, 10, 100 KB; one recipient and five
#     w1c the same of DirMail alone for mail from outside, with all checks and a name server (nsd) on: SPF, DMARC and the client's name pass, nothing is signed
#     w2  accept to mailbox: 16 kept sessions, until every IMAP STATUS count is reached
#     w3  relayed messages per second to four sinks, ten sender domains, each from its own address
#     w4  mailboxes of 10,000 messages of 5 KB: IMAP and POP3 with 1 and 16 clients, memory of idle sessions (mailboxes.py has its variables); DirMail's search index has caught up then
# REPS=3 MESSAGES= SIZES= SESSIONS= change the load. Needs the benchmark harness (BENCH, default ../shared/bench beside the checkout), gcc, python3, root, and Debian's
# slapd ldap-utils postfix postfix-ldap dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd dovecot-ldap.
set -eu
here=$(cd "$(dirname "$0")" && pwd); root=$(cd "$here/../.." && pwd)
BENCH=${BENCH:-$root/../shared/bench}; workload=${1:-}; what=${2:-both}
case $workload in w[1-4] | w1c) ;; *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 2 ;; esac
[ -f "$BENCH/bench.py" ] || { echo "beside.sh: no harness at $BENCH: name its folder with BENCH=" >&2; exit 2; }
BENCH_TMP=${BENCH_TMP:-$(mktemp -d)}; export BENCH_TMP BENCH_DOMAINS=20 BENCH_USERS=100 BENCH_PASS=benchpw; chmod 755 "$BENCH_TMP"
out=${OUT:-$BENCH_TMP/$workload.jsonl}
. "$BENCH/env.sh"

bench() { timeout 590 python3 "$BENCH/bench.py" "$@"; }
# each function gets what names the server: --peer NAME, addresses, ports, how to see its queue. First unmeasured: until the runtime has compiled, and the peer's processes have started
w1() {
  local kept=(--tool smtpload-k --domains 20 --users 50 --reps "${REPS:-3}")
  bench w1 "${kept[@]}" --reps 3 --sessions 32 --messages 3000 --sizes 10240 "$@" >/dev/null
  bench w1 "${kept[@]}" --out "$out" --sessions "${SESSIONS:-1,8,32,64}" --messages "${MESSAGES:-1600}" --sizes "${SIZES:-1024,10240,102400}" "$@"
  bench w1 "${kept[@]}" --out "$out" --sessions "${SESSIONS:-1,8,32,64}" --messages "$((${MESSAGES:-1600} / 4))" --sizes "${SIZES:-1024,10240,102400}" --rcpts 5 "$@"
}
w1c() {
  w1 "$@"
  # what was measured: the last message shows its results
  curl -s -u 1u@d1.test:"$BENCH_PASS" "imap://127.0.0.1:$IMAP/INBOX;MAILINDEX=1;SECTION=HEADER" | tr -d '\r\n\t' | grep -oE '(spf|dmarc|iprev|dkim|arc)=[a-z]+' | sort | uniq -c
}
start_names() {
  local folder=$BENCH_TMP/nsd
  mkdir -p "$folder"
  printf '$TTL 3600\n@ IN SOA ns root 1 3600 600 86400 60\n@ IN NS ns\n@ IN TXT "v=spf1 ip4:127.0.0.0/8 -all"\n_dmarc IN TXT "v=DMARC1; p=reject"\nmx IN A 127.0.0.1\n' > "$folder/ext1.example"
  printf '$TTL 3600\n@ IN SOA ns.ext1.example. root.ext1.example. 1 3600 600 86400 60\n@ IN NS ns.ext1.example.\n1 IN PTR mx.ext1.example.\n' > "$folder/0.0.127.in-addr.arpa"
  printf '$TTL 3600\n@ IN SOA ns.ext1.example. root.ext1.example. 1 3600 600 86400 3600\n@ IN NS ns.ext1.example.\n' > "$folder/bench.example"
  {
    printf 'server:\n ip-address: 127.0.0.1@%s\n username: ""\n chroot: ""\n zonesdir: "%s"\n database: ""\n pidfile: "%s/pid"\n xfrdfile: "%s/xfrd"\n zonelistfile: "%s/list"\n xfrdir: "%s"\n server-count: 1\nremote-control:\n control-enable: no\n' "$NAMES" "$folder" "$folder" "$folder" "$folder" "$folder"
    for zone in ext1.example bench.example 0.0.127.in-addr.arpa; do printf 'zone:\n name: %s\n zonefile: %s\n' "$zone" "$zone"; done
  } > "$folder/nsd.conf"
  /usr/sbin/nsd -d -c "$folder/nsd.conf" >"$folder/log" 2>&1 &
  names_pid=$!
}
w2() { bench w2 --reps "${REPS:-3}" --messages "${MESSAGES:-3000}" --sizes "${SIZES:-10240}" --latency 0 --out "$out" "$@"; }
w3() {
  bench w3 --reps 3 --messages 3000 --sizes 10240 --sessions 8 "$@" >/dev/null
  bench w3 --reps "${REPS:-3}" --messages "${MESSAGES:-3000}" --sizes "${SIZES:-10240}" --sessions "${SESSIONS:-8,32}" --out "$out" "$@"
}
w4() {
  local peer=peer host=$BENCH_IP imap=$IMAP_PORT pop3=$POP3_PORT pids=''
  while [ $# -gt 1 ]; do
    case $1 in --peer) peer=$2 ;; --host) host=$2 ;; --imap) imap=$2 ;; --pop3) pop3=$2 ;; --pids-cmd) pids=$($2) ;; esac
    shift 2
  done
  # shellcheck disable=SC2086 # a list
  timeout 300 python3 "$here/mailboxes.py" idle "$host" "$imap" "$pop3" "$peer" "$out" $pids
  timeout 590 python3 "$here/mailboxes.py" fill "$host" "$imap"
  [ "$peer" != dirmail ] || wait_until_indexed
  # shellcheck disable=SC2086
  timeout 590 python3 "$here/mailboxes.py" run "$host" "$imap" "$pop3" "$peer" "$out" $pids
}

if [ "$workload" = w1c ]; then
  what=dirmail NAMES=${NAMES:-18053} DNS_SERVERS="\"127.0.0.1:${NAMES:-18053}\"" TRUSTED=''
  start_names
  trap 'kill "$names_pid"' EXIT
fi
if [ "$what" != dirmail ]; then
  ( cd "$BENCH"; peers/slapd.sh start; peers/dovecot.sh start; peers/postfix.sh start )
  "$workload" --peer peer --queue-cmd "$BENCH/peers/postfix.sh queue" --pids-cmd "cat $BENCH_TMP/dovecot/run/master.pid $BENCH_TMP/slapd/slapd.pid" || true
  ( cd "$BENCH"; peers/postfix.sh stop; peers/dovecot.sh stop; peers/slapd.sh stop )
fi
if [ "$what" != peer ]; then
  . "$here/server.sh"
  start_dirmail
  "$workload" --pids-cmd "echo $dirmail_pid" --peer dirmail --host 127.0.0.1 --smtp "$SMTP" --subm "$SMTP" --imap "$IMAP" --pop3 "$POP3" --sink "$SINK" --rcpt-domain 'r%d.example'
  stop_dirmail
fi
if [[ "$workload" = w1* ]]; then
  # processor time of the server (and its kernel) a message: what both cores were busy, less what the load tool used
  python3 - "$out" <<'P'
import json, sys
print(f"{'peer':10} {'octets':>7} {'rcpts':>5} {'sessions':>8} {'messages/s (min to max)':>28} {'ms of processor a message':>26} {'failed':>6}")
for row in map(json.loads, open(sys.argv[1])):
    cost = (row["cpu_busy"] * 2 - row["client_cpu"]) / row["msg_s"] * 1000
    print(f"{row['peer']:10} {row['size']:7} {row['rcpts']:5} {row['sessions']:8} {row['msg_s']:10.0f} ({row['min']:.0f} to {row['max']:.0f})".ljust(62) + f"{cost:26.2f} {row['failures']:6}")
P
elif [ "$workload" = w4 ]; then
  python3 "$here/mailboxes.py" table "$out"
else
  cat "$out"
fi
echo "results: $out"

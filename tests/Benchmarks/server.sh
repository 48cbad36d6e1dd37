# Sourced by the benchmark scripts: a DirMail server with the bench directory, in $BENCH_TMP/dirmail on ports of its own.
SMTP=${SMTP:-18025}; SUBMISSION=${SUBMISSION:-18587}; IMAP=${IMAP:-18143}; POP3=${POP3:-18110}; LDAP=${LDAP:-18389}; SINK=${SINK:-18725}
dirmail=$root/dirmail
work=$BENCH_TMP/dirmail
start_dirmail() {
  mkdir -p "$work"
  cat > "$work/dirmail.json" <<J
{ "dataFolder": "data", "log": { "level": "warning" },
  "listen": { "smtp": $SMTP, "submission": $SUBMISSION, "imap": $IMAP, "pop3": $POP3, "submissions": "off", "pop3s": "off", "imaps": "off", "lmtp": "off" },
  "embeddedDirectory": { "listen": "127.0.0.1:$LDAP" }, "relay": { "trusted": [${TRUSTED-\"127.0.0.0/8\"}] }, "dns": { "servers": [${DNS_SERVERS-\"none\"}] },
  "routes": { "r1.example": "127.0.80.1:$SINK", "r2.example": "127.0.80.2:$SINK", "r3.example": "127.0.80.3:$SINK", "r4.example": "127.0.80.4:$SINK" } }
J
  "$dirmail" --help >/dev/null   # builds when needed
  "$dirmail" serve --settings "$work/dirmail.json" >"$work/server.log" 2>&1 &
  dirmail_pid=$!
  for _ in $(seq 100); do "$dirmail" status --settings "$work/dirmail.json" >/dev/null 2>&1 && break; sleep 0.1; done
  if [ ! -f "$work/loaded" ]; then
    python3 "$root/tests/Benchmarks/gen-ldif.py" "${BENCH_DOMAINS:-20}" "${BENCH_USERS:-100}" "${BENCH_PASS:-benchpw}" > "$work/bench.ldif"
    "$dirmail" ldif load "$work/bench.ldif" --settings "$work/dirmail.json"; touch "$work/loaded"
  fi
}
stop_dirmail() { kill "$dirmail_pid" 2>/dev/null; wait "$dirmail_pid" 2>/dev/null || true; }
# five minutes at most
wait_until_indexed() { for _ in $(seq 150); do "$dirmail" store stats --json --settings "$work/dirmail.json" | tr -d ' \n' | grep -q '"lag":0[,}]' && return; sleep 2; done; echo "server.sh: the search index lags still" >&2; }

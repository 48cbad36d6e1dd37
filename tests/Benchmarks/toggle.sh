#!/usr/bin/env bash
# State changes and logins as a client sees them, with the embedded directory and then with a private OpenLDAP (Debian's slapd, ldap-utils). Takes eight minutes for each: one for the states, the rest for how alike refusals are. usage: toggle.sh [TOGGLES]
set -eu
here=$(cd "$(dirname "$0")" && pwd); root=$(cd "$here/../.." && pwd); toggles=${1:-100}
work=$(mktemp -d); pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait; rm -rf "$work"' EXIT
port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

serve() { # name ldap-port embedded(true|false) login-delay
  smtp=$(port); submission=$(port); imap=$(port); pop3=$(port)
  mkdir -p "$work/$1"
  cat > "$work/$1/dirmail.json" <<J
{ "dataFolder": "data", "log": { "level": "warning" }, "dns": { "servers": ["none"] }, "limits": { "loginDelay": "$4" }, "drainTime": "1s",
  "listen": { "smtp": $smtp, "submission": $submission, "imap": $imap, "pop3": $pop3, "submissions": "off", "pop3s": "off", "imaps": "off", "lmtp": "off" },
  "embeddedDirectory": { "enabled": $3, "listen": "127.0.0.1:$2" }, "directory": { "url": "ldap://127.0.0.1:$2", "bindPassword": "dirmail-secret" } }
J
  example=(); [ "$3" = false ] || example=(--example)
  "$root/src/DirMail/bin/Release/publish/DirMail" serve "${example[@]}" --settings "$work/$1/dirmail.json" > "$work/$1/log" 2>&1 &
  pids+=($!)
  until "$root/dirmail" status --settings "$work/$1/dirmail.json" > /dev/null 2>&1; do sleep 0.2; done
}

slapd() { # port
  mkdir -p "$work/slapd.d" "$work/data"
  sed "s|@W@|$work|g; s|@M@|/usr/lib/ldap|g; s|@S@|/etc/ldap/schema|g; s|@D@|$root/schema|g" "$root/schema/config.ldif" > "$work/config.ldif"
  /usr/sbin/slapadd -n 0 -F "$work/slapd.d" -l "$work/config.ldif" > /dev/null
  /usr/sbin/slapd -F "$work/slapd.d" -h "ldap://127.0.0.1:$1" -d 0 > /dev/null 2>&1 &
  pids+=($!)
  until ldapsearch -x -H "ldap://127.0.0.1:$1" -s base -b "" > /dev/null 2>&1; do sleep 0.2; done
  ldapadd -x -H "ldap://127.0.0.1:$1" -D cn=manager,o=hosting -w manager-secret -f "$root/ldif/example.ldif" > /dev/null
  ldapmodify -x -H "ldap://127.0.0.1:$1" -D cn=admin,cn=config -w config-secret -f "$root/ldif/acl.ldif" > /dev/null
}

"$root/dirmail" --help > /dev/null # builds when needed
ldap=$(port); serve embedded "$ldap" true 0s
echo "embedded directory:"; python3 "$here/toggle.py" "$toggles" "$ldap" "$smtp" "$submission" "$imap" "$pop3"; python3 "$here/login-times.py" "$submission" "$imap" "$pop3"
ldap=$(port); slapd "$ldap"; serve openldap "$ldap" false 0s
echo "OpenLDAP:"; python3 "$here/toggle.py" "$toggles" "$ldap" "$smtp" "$submission" "$imap" "$pop3"; python3 "$here/login-times.py" "$submission" "$imap" "$pop3"

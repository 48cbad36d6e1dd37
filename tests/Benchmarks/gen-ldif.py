#!/usr/bin/env python3
"""gen-ldif.py DOMAINS USERS [PASSWORD]: LDIF in DirMail's schema on standard output, for the embedded directory or OpenLDAP:
domains d1.test.. with users 1u.. and u, virtual address of domain K 127.0.70.((K-1) % 250 + 1) when it is still free."""
import base64, hashlib, sys

domains, users = int(sys.argv[1]), int(sys.argv[2])
password = (sys.argv[3] if len(sys.argv) > 3 else "benchpw").encode()
salt = b"benchslt"
hashed = "{SSHA}" + base64.b64encode(hashlib.sha1(password + salt).digest() + salt).decode()
write = sys.stdout.write
for d in range(1, domains + 1):
    name, node = f"d{d}.test", f"o=d{d}.test,o=hosting"
    write(f"dn: {node}\nobjectClass: organization\nobjectClass: domainRelatedObject\nobjectClass: inetDomain\nobjectClass: inetDomainAuthInfo\n"
          f"objectClass: mailDomain\nobjectClass: dirMailDomain\no: {name}\nassociatedDomain: {name}\ninetCanonicalDomainName: {name}\ninetDomainStatus: active\n")
    if d <= 250:
        write(f"mailDomainVirtualAddress: 127.0.70.{d}\nmailDomainVirtualHostName: mail.{name}\n")
    write(f"\ndn: ou=People,{node}\nobjectClass: organizationalUnit\nou: People\n\n")
    for uid in ["u", "s"] + [f"{i}u" for i in range(1, users + 1)]:
        write(f"dn: uid={uid},ou=People,{node}\nobjectClass: inetOrgPerson\nobjectClass: inetUser\nobjectClass: inetMailUser\nobjectClass: inetLocalMailRecipient\n"
              f"uid: {uid}\ncn: {uid}\nsn: {uid}\nmail: {uid}@{name}\nuserPassword: {hashed}\n\n")

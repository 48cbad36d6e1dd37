"""reports.py SUBMISSION_PORT POP3_PORT LOGIN PASSWORD COUNT OPTION,OPTION... RECIPIENT...

Submits one message with NOTIFY, ORCPT, ENVID and RET as given, waits for COUNT reports in the sender's own mailbox, and takes them apart with the email package, as a program does that
reads reports. Prints a line for each recipient that one speaks of.
"""
import email, email.policy, poplib, smtplib, ssl, sys, time

submission, pop3, login, password, count, notify, *recipients = sys.argv[1:]
context = ssl._create_unverified_context()
with smtplib.SMTP("127.0.0.1", int(submission), local_hostname="laptop") as server:
    server.starttls(context=context)
    server.login(login, password)
    text = f"From: {login}\r\nTo: list:;\r\nSubject: reports\r\nMessage-ID: <asked@laptop>\r\n\r\nhello\r\n"
    server.sendmail(login, recipients, text, ["RET=HDRS", "ENVID=id+2B1"], [f"NOTIFY={notify}", "ORCPT=rfc822;asked+2Bfor@bcd.com"])

end, reports = time.monotonic() + 30, []
while len(reports) < int(count) and time.monotonic() < end:
    box = poplib.POP3("127.0.0.1", int(pop3))
    box.user(login)
    box.pass_(password)
    messages = [email.message_from_bytes(b"\r\n".join(box.retr(i + 1)[1]) + b"\r\n", policy=email.policy.default) for i in range(box.stat()[0])]
    box.quit()
    reports = [m for m in messages if m.get_content_type() == "multipart/report"]
    time.sleep(0.05)

lines = []
for report in reports:
    assert not [d for part in report.walk() for d in part.defects], [d for part in report.walk() for d in part.defects]
    assert report.get_param("report-type") == "delivery-status"
    assert report["Auto-Submitted"] == "auto-replied" and report["Return-Path"] == "<>", report.items()
    people, status, original = report.iter_parts()
    assert people.get_content_type() == "text/plain" and "mail system at" in people.get_content()
    # the email package makes a message of each group of fields
    message, *groups = status.get_payload()
    assert message["Original-Envelope-Id"] == "id+1", message.items()
    assert original.get_content_type() == "text/rfc822-headers" and "<asked@laptop>" in original.as_string()
    for group in groups:
        assert group["Original-Recipient"] in (None, "rfc822; asked+for@bcd.com"), group.items()
        lines.append(f'{group["Action"]} {group["Status"]} {group["Final-Recipient"]} | {report["Subject"]}')
print("\n".join(sorted(lines)))

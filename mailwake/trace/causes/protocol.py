"""Clients that break the rules of SMTP, and servers that do not know a command (RFC 5321; postscreen(8))."""

from mailwake.trace.causes.cause import ADMIN, RECIPIENT_ADMIN, SENDER, SPECIFIC, VAGUE, Cause

CAUSES = (
    Cause(
        "talks-too-early",
        "Client spoke out of turn",
        "The client sent commands before it was asked to. Spam programs do that; mail servers do not.",
        "If it was a real mail server, its administrator must correct it; to let it in, except it from the test.",
        SENDER,
        (
            "pregreet[^;]*|improper (?:use of smtp )?(?:command )?pipelining[^;]*",
            r"(?:command )?pipelining(?: \w+)? (?:not allowed|rejected|denied)[^;]*|synchroni[sz]ation error[^;]*",
            "data command rejected: improper use of smtp command pipelining|sent (?:before|without waiting)[^;]*",
            "talk(?:s|ed|ing)? (?:too early|before)",
        ),
        rank=SPECIFIC,
    ),
    Cause(
        "protocol-error",
        "Broken SMTP",
        "The client broke the rules of the SMTP protocol.",
        "If it was a real mail server or program, correct it. Otherwise it was a spam program: nothing to do.",
        SENDER,
        (
            "protocol (?:error|violation)[^;]*|non-?smtp command[^;]*|bare newline[^;]*|bare <?lf>?[^;]*",
            "bad (?:sequence of )?commands?[^;]*|command (?:not recognized|unrecognized|rejected|sequence)[^;]*",
            "(?:unrecognized|unknown|invalid|unimplemented) (?:smtp )?command[^;]*",
            "too many (?:errors|syntax|protocol|unrecognized|bad commands)[^;]*|http request[^;]*",
            "http(?:-like)? command",
        ),
        ("5.0", "5.1", "5.2"),
        rank=SPECIFIC + 15,
    ),
    Cause(
        "syntax",
        "Misunderstood command",
        "One server did not understand a command of the other.",
        "Compare both servers' settings and versions; a firewall that changes SMTP commands is a common reason.",
        ADMIN,
        (
            "syntax error[^;]*|syntax: [^;]*",
            "(?:parameter|option)s? (?:not (?:recognized|implemented|supported)|unknown)[^;]*",
            "unsupported (?:parameter|option)",
        ),
        ("5.4",),
        rank=VAGUE - 10,
    ),
    Cause(
        "aborted",
        "Client went away",
        "The client broke the connection off before the message was complete. Nothing was taken.",
        (
            "If it was a real mail server it comes again. If it happens at every try, look for a network that "
            "drops big packets."
        ),
        SENDER,
        (
            "(?:lost connection|timeout|hangup) after (?:DATA|BDAT|RCPT|MAIL|EHLO|HELO|CONNECT|END)[^;]*",
            "unexpected disconnection|input timeout|message abandoned",
        ),
        rank=SPECIFIC + 18,
    ),
    Cause(
        "screened",
        "Turned away before it could speak",
        "The server tests clients before it listens to them, and this one did not pass.",
        "If it was a real mail server, see which test it failed and except it.",
        RECIPIENT_ADMIN,
        ("service currently unavailable(?=[^;]*postscreen)|dnsbl rank[^;]*|deny ?listed|blacklisted by",),
        rank=SPECIFIC + 16,
        ours_who=ADMIN,
    ),
)

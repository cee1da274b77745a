"""What stands around an Exim message: stamp, pid, message id, syslog's part numbers, the reject log's header lines.

Exim specification, chapter 52 "Log files": "Logging to syslog", and millisec and pid of log_selector; chapter 3,
"Message identification", for the id formats (6-11-4 since 4.97, 6-6-2 before).
"""

from __future__ import annotations

import re

from mailwake.sources.api import Bare

MESSAGE_ID = re.compile(
    r"([0-9A-Za-z]{6}-(?:[0-9A-Za-z]{6}-[0-9A-Za-z]{2}|[0-9A-Za-z]{11}-[0-9A-Za-z]{4}))(?: |\Z)"
).match

_STAMP = r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: [+-]\d{4})?) "
_BARE = re.compile(_STAMP + r"(?:\[(\d+)\] )?").match
_INNER = re.compile(r"(?:" + _STAMP + r")?(?:\[\d+\] )?").match
_PART = re.compile(r"\[(\d+)[/\\]\d+\] ").match

_OWN_WORDS = re.compile(
    r"""(?: [HUF]=\S
      | (?:temporarily\ )?rejected\ (?:MAIL|RCPT|EHLO|HELO|DATA|XCLIENT|VRFY|EXPN|from|connection|after|by)
      | SMTP\ (?:connection|command|data|call|protocol|syntax)
      | [Rr]efused\ connection\ from | [Cc]onnection\ from\ \S+.*\ refused:
      | \S+\ authenticator\ failed\ for
      | unqualified\ (?:sender|recipient)\ rejected | VRFY\ failed\ for | ignoring\ AUTH=
      | unexpected\ disconnection\ while\ reading\ SMTP | no\ MAIL\ in\ SMTP\ connection
      | no\ (?:host\ name|IP\ address)\ found\ for
      | (?:Start|End)\ (?:ODMR\ |'[^']*'\ )?queue\ run:? | (?:sender|recipient)\ verify\ (?:defer|fail)
      | (?:overlong|ridiculously\ long)\ message\ header | timed\ out\ while\ reading\ local\ message
      | exim\ \S+\ daemon | Exim\ configuration\ error | cwd=\S+\ \d+\ args: | pid\ \d+:\ SIG | SIGHUP\ received
      | TLS\ error\ on\ connection | TLS\ session: | \[\S+\]\ SSL\ verify\ error | DANE\ (?:error|attempt)
      | DKIM: | (?:spam|malware)\ acl\ condition: | failed\ to\ expand\ | expansion\ of\ tls_
      | (?:Warning:\ (?:No\ server\ certificate|purging)|WARNING:\ deprecated\ Diffie) | DNS\ list\ lookup\ defer
      | Failed\ to\ (?:get\ (?:write|read)\ lock|open\ hintsdb|create\ spool) | Cannot\ open\ \w+\ log\ file
      | exim\ user\ lost\ privilege | unable\ to\ set\ gid= | internal\ problem\ in\ \S+\ (?:router|transport)
      | lowest\ numbered\ MX\ record\ points\ to\ local\ host: | remote\ host\ address\ is\ the\ local\ host:
      | all\ relevant\ MX\ records\ point\ to | list\ matching\ forced\ to\ fail: | host\ name\ alias\ list\ truncated
      | failed\ to\ (?:read\ delivery\ status|find\ host\ name)\ for | dnslist\ query\ is\ too\ long
      | TLS\ client\ disconnected\ cleanly | Suggested\ action:\ either\ install\ a\ certificate
      | daemon:\ \w+.*\ failed
      | queue\ run:\ process\ \d+ | ident\ connection\ to\ | retry\ database\ not\ available | PDKIM:
      | Daemon\ cannot\ be\ run | (?:bind\ of|socket\ bind\(\)\ to)\ | listen\ backlog | ATRN\ | ETRN\ | \(SSL_CTX_
      )""",
    re.VERBOSE,
).match
"""Beginnings of Exim's own messages that carry no id (spec, chapter 52, "Other log entries").

Lines with this stamp and other words are not claimed."""

_HEADER = re.compile(r"(?:Envelope-(?:from|to): |[*BCFIPRST ] [!-9;-~]+:|-{20,}\Z|[ \t]+\S)").match


def split_bare(line: str) -> Bare | None:
    """Split a line of Exim's own log file; None unless id or words show that Exim wrote it."""
    if line[4:5] != "-" or line[13:14] != ":":
        return None
    found = _BARE(line)
    if found is None:
        return None
    message = line[found.end() :]
    if MESSAGE_ID(message) is None and _OWN_WORDS(message) is None:
        return None
    stamp, pid = found.groups()
    return Bare(stamp, "", "exim", int(pid) if pid else 0, message)


def continues(line: str) -> bool:
    """Whether an unstamped line is a header that the reject log shows after a rejection (spec, chapter 52)."""
    return _HEADER(line) is not None


def unwrap(message: str) -> tuple[int, str]:
    """Take off what Exim puts before its message in syslog: part number, own stamp, own pid.

    Gives the part number (0 when the record was not split) and the message. Parts are numbered `[2/3]` when the line
    was too long and `[2\\3]` when it ended there in the original.
    """
    part = 0
    found = _PART(message)
    if found is not None:
        part = int(found[1])
        message = message[found.end() :]
    inner = _INNER(message)
    return part, message[inner.end() :] if inner else message

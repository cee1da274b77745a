"""MIMEDefang: `md_graphdefang_log` of mimedefang-filter(5): `MDLOG,QUEUEID,EVENT,VALUE1,VALUE2,<s>,<r>,SUBJECT`."""

from __future__ import annotations

import re
from urllib.parse import unquote

from mailwake.events.fact import Fields, Parsed
from mailwake.events.pairs import JOB_ID, Rule, address, first_match, host_ip, noise, number, present, service, trimmed


def _logged(match: re.Match[str]) -> Parsed:
    """The meaning of VALUE1 and VALUE2 is the site's; of the stock filter: a spam's score and the relay's address."""
    event, first, second = match["event"], match["one"], match["two"]
    queue_id = None if match["id"] == "NOQUEUE" else match["id"]
    client = host_ip(second) or host_ip(first)
    return (
        "verdict",
        queue_id or "",
        present(
            filter="mimedefang",
            action=event,
            queue_id=queue_id,
            score=number(first) if event in ("spam", "non_spam") else None,
            virus=first or None if event == "virus" else None,
            client_ip=client,
            sender=address(match["sender"]),
            # `rcpts=3` where the filter does not name each of them
            recipient=address(match["recipient"]) if not (match["recipient"] or "").startswith("rcpts=") else None,
            # commas and other control characters of a value are percent-encoded
            subject=unquote(match["subject"]) if match["subject"] is not None else None,
        ),
    )


_DONE = {"Bouncing": "bounced", "Discarding": "discarded", "Tempfailing": "tempfailed"}


def _told(match: re.Match[str]) -> Parsed:
    """`ID: Discarding because filter instructed us to`."""
    return "verdict", match["id"], _found(match["id"], _DONE[match["what"]], match["text"])


def _failed(match: re.Match[str]) -> Parsed:
    """`ID: Filter failed.  Message kept in DIRECTORY`: the message is put off, and its parts stay there."""
    return "verdict", match["id"], _found(match["id"], "failed", match["text"])


def _found(queue_id: str, action: str, text: str) -> Fields:
    return {"filter": "mimedefang", "action": action, "queue_id": queue_id, "text": text}


def _greylisted(match: re.Match[str]) -> Parsed:
    """`[greylist] Tempfail sender <s>, please come back later` (md_greylist): client and recipient are not named."""
    what = match["what"]
    return (
        "policy",
        "",
        present(
            service="mimedefang",
            action="greylist" if what == "Tempfail" else "reject" if what == "Reject" else "pass",
            reason=match["why"].strip(", "),
            sender=address(match["sender"]),
        ),
    )


_RULES: tuple[Rule, ...] = (
    (
        re.compile(
            rf"(?:MDLOG|GRAPHDEFANG),(?P<id>{JOB_ID}|NOQUEUE),(?P<event>\w+),(?P<one>[^,]*),(?P<two>[^,]*)"
            r"(?:,(?P<sender>[^,]*)(?:,(?P<recipient>[^,]*)(?:,(?P<subject>.*))?)?)?"
        ),
        _logged,
    ),
    (
        re.compile(rf"(?P<id>{JOB_ID}): (?P<text>(?P<what>Bouncing|Discarding|Tempfailing) because filter .*)"),
        _told,
    ),
    (re.compile(rf"(?P<id>{JOB_ID}): (?P<text>Filter failed\.\s+Message kept in .*)"), _failed),
    (
        re.compile(
            r"\[greylist\] (?:Skip greylisting for sender|(?P<what>Reject|Tempfail) sender|Sender) (?P<sender>\S*?),? "
            r"(?P<why>(?:sender is|email has|please|has been) .*)"
        ),
        _greylisted,
    ),
    (re.compile(r"Received SIGTERM: Stopping|Error in Event_HandleEvent"), service("stop")),
    (re.compile(r"(?:mimedefang|multiplexor).*start|started;", re.IGNORECASE), service("start")),
    (
        re.compile(
            rf"(?:(?:{JOB_ID}|NOQUEUE): )?(?:MIMEDefang|Slave|Worker|Multiplexor|stats|Starting|Killing|Reap|"
            r"filter|relay|Could|"
            r"Error|error|cannot|Initializing|Mail|mfconnect|multi|Kill|Idle|busy|Bouncing|Discarding|Tempfailing|"
            r"\w+: |No |DNS|SpamAssassin|Reread|about|%p: |Argh|"
            r"All workers|Attempt to call|Cannot|Child process|Connection|Did not start|Falling back|Hit per-domain|"
            r"External filter|Failed|Failure|IP validation|Initialized|Message contains|MXCommand|Not cleaning|"
            r"Out of memory|Overlong|RESULTS|Re-initialized|Received SIG|Scheduling|Skipped|Still|Tick|Unable|Unknown|"
            r"WARNING|WHOA|action_notify|change_sender|drop_privs|failed|get_smtp_return|inet_|lstat|map command|"
            r"md_\w+|notify failed|opendir|read|rmdir|send_mail|setrlimit|sigprocmask|smfi_|unlink|write|"
            r"COMMANDS file|Using fork|\w+\(\d+\): |\w+ (?:called|returned) |\w+ worker )",
            re.IGNORECASE,
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of MIMEDefang."""
    return first_match(_RULES, trimmed(message))

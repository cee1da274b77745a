"""What an SPF policy service logs.

spf-engine's `policyd_spf.py` logs the access(5) action it gives Postfix: `prepend Received-SPF: …` (RFC 7208, 9.1),
`prepend Authentication-Results: …` (RFC 8601), `550 5.7.23 Message rejected due to: …`. Older pypolicyd-spf logs
`Pass; identity=…` per identity instead. Perl postfix-policyd-spf-perl logs `Policy action=…`.
"""

from __future__ import annotations

import re

from mailwake.events.fact import LineParser, Parsed
from mailwake.events.pairs import JOB_ID, Rule, address, first_match, host_ip, noise, pairs, present, service, trimmed

_RESULT = r"(?P<result>Pass|Fail|SoftFail|Neutral|None|TempError|PermError|Error|Unknown)"
_LISTED = re.compile(r"(?:^|[;,(]\s*|\s)(?=(?:identity|client-ip|helo|envelope-from|receiver)=)")


def _attributes(text: str) -> dict[str, str]:
    """The `name=value; ` list of a Received-SPF header, wherever in the text it begins; addresses without brackets."""
    begin = _LISTED.search(text)
    said = pairs(text[begin.end() :].rstrip(")")) if begin else {}
    found = {name: address(value) or "" for name, value in said.items()}
    if found.get("receiver") in ("UNKNOWN", ""):  # what spf-engine writes unless Hide_Receiver is off
        found.pop("receiver", None)
    return found


def _policy(name: str, action: str | None, result: str | None, reason: str | None, text: str) -> Parsed:
    said = _attributes(text)
    return (
        "policy",
        "",
        present(
            service=name,
            action=action,
            result=result.lower() if result else None,
            reason=reason or None,
            client_ip=host_ip(said.get("client-ip")),
            helo=said.get("helo"),
            sender=said.get("envelope-from"),
            recipient=said.get("receiver"),
        ),
    )


def _why(text: str) -> dict[str, str]:
    """The arguments of the link in a refusal: `…/Why?s=mfrom;id=<identity>;ip=<client>;r=<receiver>`."""
    _, _, query = text.partition("/Why?")
    return dict(part.split("=", 1) for part in query.split(";") if "=" in part)


def _rules(name: str) -> tuple[Rule, ...]:
    def received(match: re.Match[str]) -> Parsed:
        return _policy(name, "prepend", match["result"], match["why"], match["rest"])

    def identity(match: re.Match[str]) -> Parsed:
        return _policy(name, None, match["result"], None, match["rest"])

    def skipped(match: re.Match[str]) -> Parsed:
        return _policy(name, "prepend", None, match["why"], match["rest"])

    def refused(match: re.Match[str]) -> Parsed:
        """A 5xx or 4xx reply; the link tells which identity of which client failed."""
        why = _why(match["text"])
        kind, fields = "reject" if match["code"].startswith("5") else "defer", {}
        if why:
            identity_of = {"mfrom": "sender", "mailfrom": "sender", "helo": "helo"}.get(why.get("s", ""))
            fields = present(
                client_ip=host_ip(why.get("ip")),
                recipient=None if why.get("r", "<UNKNOWN>") == "<UNKNOWN>" else why["r"],
            )
            if identity_of and why.get("id"):
                fields[identity_of] = why["id"]
        reason = match["text"].split(". Please see ")[0]
        return "policy", "", present(service=name, action=kind, reason=reason, **fields)

    def other(match: re.Match[str]) -> Parsed:
        action = match["action"].lower()
        return "policy", "", present(service=name, action="pass" if action == "dunno" else action)

    action = r"(?:prepend |Policy action=PREPEND )"
    return (
        (re.compile(rf"{action}Received-SPF: {_RESULT}\b(?: \((?P<why>.*?)\)(?= |\Z))?(?P<rest>.*)", re.I), received),
        (
            re.compile(rf"{action}Authentication-Results: .*?\bspf={_RESULT}(?: \((?P<why>.*?)\))?(?P<rest>.*)", re.I),
            received,
        ),
        (re.compile(rf"{action}X-Comment: (?P<why>SPF (?:skipped|not applicable).*?)(?: - )(?P<rest>.*)"), skipped),
        (re.compile(rf"{_RESULT}; (?P<rest>identity=.*)", re.I), identity),
        (re.compile(r"(?:Policy action=|reject |defer_if_permit )?(?P<code>[45]\d\d) (?P<text>.*)"), refused),
        (re.compile(r"Policy action=(?P<action>DUNNO|REJECT|DEFER_IF_PERMIT)"), other),
        # the same once more, for debugging (debugLevel 2 and up)
        (
            re.compile(
                r"Action: |spfcheck: |Read line|Found the end|Config|Cached|not peruser|peruser|Starting|Normal exit|"
                r"_get|Parsed|ERROR|Error|Warning|warning|Traceback|handler |: SPF |: testing|SPF |Attribute|Header|"
                r"Using |Local |Addresses|Domain|HELO|Skip|dunno|Closing|No |DNS",
            ),
            noise,
        ),
        (re.compile(rf"(?:{JOB_ID}: )?pyspf-milter.*start"), service("start")),
    )


def parser(name: str) -> LineParser:
    """Give the parser of the service that calls itself `name`."""
    rules = _rules(name)

    def parse(message: str) -> Parsed | None:
        return first_match(rules, trimmed(message))

    return parse

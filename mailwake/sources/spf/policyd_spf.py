"""What an SPF policy service logs.

spf-engine's `policyd_spf.py` logs the access(5) action it gives Postfix: `prepend Received-SPF: …` (RFC 7208, 9.1),
`prepend Authentication-Results: …` (RFC 8601), `550 5.7.23 Message rejected due to: …`. Older pypolicyd-spf logs
`Pass; identity=…` per identity instead. Perl postfix-policyd-spf-perl logs `Policy action=…`. The milter of spf-engine
(milter_spf.py, pyspf-milter) writes the enhanced code alone before a refusal: `5.7.23 Message rejected due to: …`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from urllib.parse import unquote

from mailwake.events.fact import LineParser, Parsed
from mailwake.events.pairs import JOB_ID, Rule, address, first_match, host_ip, noise, pairs, present, service, trimmed

_RESULT = r"(?P<result>Pass|Fail|SoftFail|Neutral|None|TempError|PermError|Error|Unknown)"
_LISTED = re.compile(r"(?:^|[;,(]\s*|\s)(?=(?:identity|client-ip|helo|envelope-from|receiver)=)")


def _attributes(text: str) -> dict[str, str]:
    """The `name=value; ` list of a Received-SPF header, wherever in the text it begins; addresses without brackets."""
    begin = _LISTED.search(text)
    said = pairs(text[begin.end() :].rstrip(")")) if begin else {}
    found = {name: address(value) or "" for name, value in said.items()}
    if "@" not in found.get("receiver", ""):  # `<UNKNOWN>` when Hide_Receiver is on; Perl names the host
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
    parts = dict(part.split("=", 1) for part in query.split(";") if "=" in part)
    # Perl escapes the @, and an address that holds one already is not escaped
    return {name: value if "@" in value else unquote(value) for name, value in parts.items()}


def _received(name: str, match: re.Match[str]) -> Parsed:
    """A header is added, and it says the result."""
    return _policy(name, "prepend", match["result"], match["why"], match["rest"])


def _identity(name: str, match: re.Match[str]) -> Parsed:
    """`Fail; identity=mailfrom; …`: what follows from the result is not said."""
    return _policy(name, None, match["result"], None, match["rest"])


def _skipped(name: str, match: re.Match[str]) -> Parsed:
    """`prepend X-Comment: SPF skipped for whitelisted relay - client-ip=…; …`."""
    return _policy(name, "prepend", None, match["why"], match["rest"])


def _refused(name: str, match: re.Match[str]) -> Parsed:
    """A 5xx or 4xx reply, or `defer_if_permit Message temporarily rejected due to: …`.

    The link in it tells which identity of which client failed.
    """
    why = _why(match["text"])
    fields = present(
        service=name,
        action="reject" if match["code"].startswith("5") else "defer",
        reason=match["text"].split(". Please see ")[0],
        client_ip=host_ip(why.get("ip")),
        recipient=why["r"] if "@" in why.get("r", "") else None,
    )
    identity = {"mfrom": "sender", "mailfrom": "sender", "helo": "helo"}.get(why.get("s", ""))
    if identity and why.get("id"):
        fields[identity] = why["id"]
    return "policy", "", fields


def _kept(name: str, match: re.Match[str]) -> Parsed:
    """`Header field not prepended: Received-SPF: Pass …` (Header_Type None, or one is there already)."""
    return _policy(name, "pass", match["result"], match["why"], match["rest"])


def _other(name: str, match: re.Match[str]) -> Parsed:
    """`Policy action=DUNNO`, a bare word of access(5)."""
    action = {"DUNNO": "pass", "DEFER_IF_PERMIT": "defer"}.get(match["action"], match["action"].lower())
    return "policy", "", {"service": name, "action": action}


_QUEUE_ID = re.compile(rf"\A(?:{JOB_ID})?: (?=prepend |[45]\d\d |reject |defer_if_permit |result_only |Header field )")
"""spf-engine 3 puts the queue ID in front, and nothing but the colon where there is none yet."""
_ADDS = r"(?:prepend |Policy action=PREPEND )"
_RECEIVED = rf"Received-SPF: {_RESULT}\b(?: \((?P<why>.*?)\)(?= |\Z))?(?P<rest>.*)"
_SHAPES: tuple[tuple[re.Pattern[str], Callable[[str, re.Match[str]], Parsed]], ...] = (
    (re.compile(rf"{_ADDS}{_RECEIVED}", re.IGNORECASE), _received),
    (re.compile(rf"Header field not prepended: {_RECEIVED}", re.IGNORECASE), _kept),
    (
        re.compile(
            r"(?:Policy action=)?(?P<code>defer_if_permit) (?P<text>(?:SPF-Result=|Message temp).*)", re.IGNORECASE
        ),
        _refused,
    ),
    (
        re.compile(
            rf"{_ADDS}Authentication-Results: .*?\bspf={_RESULT}(?: \((?P<why>.*?)\))?(?P<rest>.*)", re.IGNORECASE
        ),
        _received,
    ),
    (re.compile(rf"{_ADDS}X-Comment: (?P<why>SPF (?:skipped|not applicable).*?)(?: - )(?P<rest>.*)"), _skipped),
    (re.compile(rf"{_RESULT}; (?P<rest>identity=.*)", re.IGNORECASE), _identity),
    (
        re.compile(r"(?:Policy action=|reject |defer_if_permit )?(?P<code>[45](?:\d\d|\.\d\.\d{1,3})) (?P<text>.*)"),
        _refused,
    ),
    (re.compile(r"Policy action=(?P<action>DUNNO|REJECT|DEFER_IF_PERMIT)"), _other),
)
_COMMON: tuple[Rule, ...] = (
    # the same once more, for debugging (debugLevel 2 and up)
    (
        re.compile(
            r"Action: |spfcheck: |Read line|Found the end|Config|Cached|not peruser|peruser|Starting|Normal exit|"
            r"_get|Parsed|ERROR|Error|Warning|warning|Traceback|handler |: SPF |: testing|SPF |Attribute|Header|"
            r"result_only |connect from |mail from: |readConfigFile|readUserConfigFile|Could not |Authserv_Id|"
            r"User data|"
            r"Reading per user|Per.user|Configuration item|fatal_exit|warning: |Mail From \(sender\) check|Using |"
            r"Local |Addresses|Domain|HELO|Skip|dunno|Closing|No |DNS"
        ),
        noise,
    ),
    (re.compile(rf"(?:{JOB_ID}: )?pyspf-milter.*start"), service("start")),
)


def parser(name: str) -> LineParser:
    """Give the parser of the service that calls itself `name`."""
    rules: tuple[Rule, ...] = (*((shape, partial(build, name)) for shape, build in _SHAPES), *_COMMON)

    def parse(message: str) -> Parsed | None:
        return first_match(rules, _QUEUE_ID.sub("", trimmed(message), count=1))

    return parse

"""milter-greylist: `mg_log` calls in milter-greylist.c, acl.c, pending.c and autowhite.c (4.6)."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import JOB_ID, Rule, address, first_match, host_ip, noise, present, service, trimmed

_ID = rf"(?P<id>{JOB_ID}|\(unknown(?: id)?\)): "
_CLIENT = r"(?:(?P<name>[^\s\[]*)\[(?P<ip>[^\]]*)\]|(?P<bare>[0-9A-Fa-f:.]+))"


_LONGEST = 20
"""Characters of a span of time; of a longer one, out of a damaged record, no number can be made."""


def _seconds(text: str | None) -> float | None:
    """Seconds of `00:30:00`."""
    if not text or len(text) > _LONGEST:
        return None
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    return float(hours * 3600 + minutes * 60 + seconds)


def _policy(match: re.Match[str], action: str, reason: str | None, delay: float | None = None) -> Parsed:
    # milter-greylist is asked at RCPT; Postfix gives macro i only from the second recipient on
    said = match.groupdict()
    queue_id = None if said["id"].startswith("(") else said["id"]
    return (
        "policy",
        queue_id or "",
        present(
            service="milter-greylist",
            action=action,
            reason=reason,
            delay=delay,
            client_name=said.get("name") or None,
            client_ip=host_ip(said.get("ip") or said["bare"]),
            sender=address(said["sender"]),
            recipient=address(said.get("recipient")),
            queue_id=queue_id,
        ),
    )


def _addr(match: re.Match[str]) -> Parsed:
    """`ID: addr NAME[IP] from <s> to <r> delayed for 00:30:00 (ACL 12)`, `… rcpt <r>: autowhitelisted for …`."""
    verb = match["verb"]
    if verb.startswith("delayed"):
        return _policy(match, "greylist", match["rest"].strip(" ()") or "delayed", _seconds(match["time"]))
    if verb == "blacklisted":
        return _policy(match, "reject", match["rest"].strip(" ()") or "blacklisted")
    return _policy(match, "pass", verb)


def _refused(match: re.Match[str]) -> Parsed:
    """`ID: addr NAME[IP] from <s> blacklisted (ACL 9)`: refused before a recipient was named, or after all were."""
    return _policy(match, "reject", match["rest"].strip(" ()") or "blacklisted")


def _compliant(match: re.Match[str]) -> Parsed:
    """`ID: Sender IP 192.0.2.1 and address <s> are SPF-compliant, bypassing greylist`."""
    return _policy(match, "pass", "SPF-compliant")


def _skipping(match: re.Match[str]) -> Parsed:
    """`ID: skipping greylist because REASON, (from=<s>, rcpt=<r>, addr=NAME[IP]) ACL 7`."""
    return _policy(match, "pass", match["why"].rstrip(", "))


_RULES: tuple[Rule, ...] = (
    (
        re.compile(
            rf"{_ID}addr {_CLIENT} from (?P<sender>\S*) (?:to|rcpt) (?P<recipient>\S*?):? "
            r"(?P<verb>delayed(?: after DATA phase)?|blacklisted|autowhitelisted|already autowhitelisted|accepted)"
            r"(?: (?:for (?:another )?)?(?P<time>\d+:\d\d:\d\d))?(?P<rest>.*)"
        ),
        _addr,
    ),
    (re.compile(rf"{_ID}addr {_CLIENT} from (?P<sender>\S*) blacklisted(?P<rest>.*)"), _refused),
    (re.compile(rf"{_ID}Sender IP (?P<bare>\S+) and address (?P<sender>\S*) are SPF-compliant"), _compliant),
    (
        re.compile(
            rf"{_ID}skipping greylist because (?P<why>.*?)\(from=(?P<sender>[^,]*), rcpt=(?P<recipient>[^,]*), "
            rf"addr={_CLIENT}"
        ),
        _skipping,
    ),
    (re.compile(r"milter-greylist-\S+ .*start|Version: milter-greylist"), service("start")),
    (re.compile(r"(?:Final database dump|Exiting)"), service("stop")),
    (
        re.compile(
            rf"(?:{_ID})?(?:smfi_|User \S+ authenticated|STARTTLS succeeded|SPF |Mail from=|addr (?:= |\S+ (?:from|"
            r"flushed))|got |"
            r"GeoIP |greylist: |(?:re)?load|peer |Peer |sync|bound |unable |cannot |dump|config|lost connection|"
            r"(?:pthread|curl|smfi|res|ns|SPF|ldap|fd|[fd]open|conf|acl|strdup|malloc|calloc|realloc)\w*\(?|"
            r"\(local\): |"
            r"cannot|can't|Bad |bad |Could |Connection |Host |LDAP |MX |CURL |IPv6 |Internal |internal |Invalid |Lost |"
            r"No |Querying |Remote host |Unexpected |unexpected |Unbracketed |Version: |Using |using |check|closing |"
            r"created: |removed: |current time|dkim|domainexact|failed |found MX|index: |invalid |item |killing |"
            r"legacy |match |milter-greylist|modified |nsupdate|parent died|peer|pool |ratelimit|reading |writing |"
            r"regex |register |resize |sample|started |starting |stat|switching |test |time match|total|tsig|unknown |"
            r"\w+ (?:\w+ )?(?:specified twice|support not compiled in|is not available|called at non DATA|failed)|"
            r"\w+\([^)]*\) failed|Drop ACL|FQDN in peer|Geo[iI][pP]\w* |Multiple |multiple |multi line|macro |mkstemp|"
            r"Your system|add_clock|base64|corrupted|dbopen|error at|fclose_ext|incoming connection|iptostring|"
            r"key\.data|lib(?:curl|milter) |list |local_addr|nonexistent list|not a valid email|p0f_|sm_macro|socket |"
            r"start = |too many |unbracket|unepxected|unexpecte|usage: |"
            r"whitelisted by |skipping greylist|ignor|connecting host|Sender |exiting|"
            r"Milter |option |Option |Incoming MX sync|Outgoing MX sync|DNSRBL|dnsrbl|urlcheck|p0f |spamd |ldap)",
            re.IGNORECASE,
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of milter-greylist."""
    return first_match(_RULES, trimmed(message))

"""What a trace can ask for, and the question tree it makes.

Values of one criterion widen the search (any of them), different criteria narrow it (all of them).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from mailwake.events.told import tell
from mailwake.store.query import And, Between, Contains, Equals, Has, HasMatch, InNetwork, Matches, Node, Or

NULL_SENDER = "<>"
STATUSES = ("Delivered", "Failed", "Pending", "Expanded", "Quarantined", "FilteredAsSpam", "GettingStatus")
DETAILS = (
    *("Delivered", "Relayed", "Rejected", "Bounced", "Expired", "Discarded", "Deleted", "Deferred", "Greylisted"),
    *("Held", "Quarantined", "Junk", "Expanded", "Redirected", "Duplicate", "Unknown"),
)
OUTCOMES = ("received", "rejected", "deferred", "delivered")
DIRECTIONS = ("Inbound", "Outbound", "Internal")
SUBJECT_HOW = {"contains": "anywhere", "starts": "start", "ends": "end"}

_SENDER, _RECIPIENT = ("sender",), ("recipient", "original_recipient")
_SIZE = re.compile(r"(\d{1,15})(?:\.(\d{1,6}))?\s*(?:([kmg])i?b?|b|bytes)?", re.IGNORECASE)
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_TRACE_ID = re.compile(r"\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?", re.I)
_LATEST = 10_000_000_000_000_000
"""A time in the year 2286, in microseconds."""
_LOGGED_HOP = re.compile(r"([^\[\]:]+)\[[^\[\]]*\](?::\d+)?|\[([^\[\]]+)\](?::\d+)?|([^\[\]:]+):\d+")
"""`mx.example.org[192.0.2.25]:25`, `[mx.example.org]:587`, `mx.example.org:25`, as logs and configurations write it."""
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_CHUNKS = re.compile(rf"(?:{_QUOTED}|<[^<>]*>|[^;,\r\n\"<]|[\"<])+")
_WORDS = re.compile(rf"(?:{_QUOTED}|\S)+")


class CriteriaError(ValueError):
    """A criterion that cannot be meant so. `what` is wrong, `hint` says what would be right."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what}. {hint}" if hint else what)
        self.what, self.hint = what, hint


@dataclass(frozen=True)
class Criteria:
    """All criteria of a trace; what is empty or None does not restrict. Texts are as people type them."""

    senders: tuple[str, ...] = ()
    """Addresses, wildcards, domains, lists of them; `<>` is the null sender."""
    recipients: tuple[str, ...] = ()
    """The same, for the recipient as addressed or as finally delivered."""
    correspondents: tuple[str, ...] = ()
    """The same, for sender or recipient."""
    message_ids: tuple[str, ...] = ()
    """With or without angle brackets."""
    queue_ids: tuple[str, ...] = ()
    trace_ids: tuple[str, ...] = ()
    """As a dashed UUID or 32 hex digits."""
    subject: str = ""
    subject_how: str = "contains"
    """contains, starts or ends."""
    subject_words: tuple[str, ...] = ()
    """Each of them somewhere in the subject."""
    statuses: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    client_ips: tuple[str, ...] = ()
    """Addresses or networks in CIDR form."""
    sasl_users: tuple[str, ...] = ()
    next_hops: tuple[str, ...] = ()
    """Names, wildcards, IPs or networks."""
    hosts: tuple[str, ...] = ()
    size_min: int | None = None
    """Bytes; see `parse_size`."""
    size_max: int | None = None
    since: int | None = None
    """Microseconds UTC, inclusive."""
    until: int | None = None
    """Microseconds UTC, exclusive."""


def to_node(criteria: Criteria) -> Node:
    """The question tree. Raises CriteriaError."""
    c = criteria
    addresses = ((c.senders, _SENDER), (c.recipients, _RECIPIENT), (c.correspondents, _SENDER + _RECIPIENT))
    parts = [_addresses(texts, columns) for texts, columns in addresses if texts]
    lists: tuple[tuple[tuple[str, ...], Callable[[str], Node]], ...] = (
        (c.message_ids, _message_id),
        (c.queue_ids, _queue_id),
        (c.trace_ids, lambda text: Equals("trace_id", trace_id(text))),
        (c.statuses, lambda text: Equals("status", _known(text, STATUSES, tell("status")))),
        (c.details, lambda text: Equals("detail", _known(text, DETAILS, tell("status detail")))),
        (c.outcomes, lambda text: Equals("outcome", _known(text, OUTCOMES, tell("outcome")))),
        (c.directions, lambda text: Equals("direction", _known(text, DIRECTIONS, tell("direction")))),
        (c.client_ips, lambda text: _network("from_ip", text)),
        (c.sasl_users, lambda text: _text("sasl_user", text)),
        (c.next_hops, _next_hop),
        (c.hosts, _host),
    )
    parts += [_any(build(_given(text)) for text in texts) for texts, build in lists if texts]
    parts += _subject(c)
    parts += _size(c.size_min, c.size_max)
    parts += _time(c.since, c.until)
    return And(tuple(parts))


def parse_size(text: str) -> int:
    """Bytes of `2000`, `10k`, `1.5MB`; k, M and G are powers of 1024, as mail programs show them."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        hint = tell("Give bytes, or a number with k, M or G, such as 10k or 2.5MB.")
        raise CriteriaError(tell("cannot read {text!r} as a size", text=text), hint)
    fraction = found[2] or ""
    unit = _UNITS[(found[3] or "").lower()]
    return int(found[1]) * unit + int(fraction or "0") * unit // int("1" + "0" * len(fraction))


def trace_id(text: str) -> str:
    """A MessageTraceId as the store has it: 32 lower-case hex digits."""
    found = _TRACE_ID.fullmatch(text.strip())
    if found is None:
        hint = tell("It has 32 hex digits, with or without dashes: 0f6b2c1e-5a7d-4f39-9c3e-2b8a1d4e6f70.")
        raise CriteriaError(tell("{text!r} is no MessageTraceId", text=text), hint)
    return "".join(found.groups()).lower()


def split_addresses(text: str) -> list[str]:
    """Addresses out of a pasted list: separated by semicolon, comma, blank or line; `Alice <alice@example.org>` too."""
    found: list[str] = []
    for chunk in _CHUNKS.findall(text):
        bracketed = re.findall(r"<[^<>]*>", chunk)
        found += [part if part == NULL_SENDER else part[1:-1].strip() for part in bracketed] or _WORDS.findall(chunk)
    return found


def _any(nodes: Iterable[Node]) -> Node:
    flat: list[Node] = []
    for node in nodes:
        flat += node.parts if isinstance(node, Or) else (node,)
    unique = tuple(dict.fromkeys(flat))
    return unique[0] if len(unique) == 1 else Or(unique)


def _given(text: str) -> str:
    if not text.strip():
        hint = tell("Leave the option out to search for all. For the null sender write '<>'.")
        raise CriteriaError(tell("a criterion is empty"), hint)
    return text.strip()


def _known(text: str, words: tuple[str, ...], what: str) -> str:
    bare = re.sub(r"[\s_-]", "", text).lower()
    for word in words:
        if word.lower() == bare:
            return word
    raise CriteriaError(
        tell("{text!r} is no {what}", text=text, what=what), tell("It is one of {words}.", words=", ".join(words))
    )


def _addresses(texts: tuple[str, ...], columns: tuple[str, ...]) -> Node:
    nodes: list[Node] = []
    for text in texts:
        for address in split_addresses(_given(text)) or [text]:
            if address == NULL_SENDER and "sender" not in columns:
                raise CriteriaError(tell("'<>' is the null sender, no recipient"), tell("Give it as the sender."))
            nodes += [_address(column, address) for column in columns if column == "sender" or address != NULL_SENDER]
    return _any(nodes)


def _address(column: str, address: str) -> Node:
    if address == NULL_SENDER:
        return Equals(column, "")
    local, at, domain = address.rpartition("@")
    if not at and "." not in domain and not _wild(domain):
        # A local account: logged bare by some, with the host's domain by others.
        return Or((Equals(column, domain), Matches(column, f"{domain}@*")))
    if not at and not _wild(domain):
        return _any(Matches(column, f"*@{spelling}") for spelling in _spellings(domain))
    if at and not domain:
        hint = tell("An address is local@domain; *, ? and a bare domain are understood too.")
        raise CriteriaError(tell("{address!r} has no domain", address=address), hint)
    if not at:
        return Matches(column, domain)
    return _any(_text(column, f"{local or '*'}@{spelling}") for spelling in _spellings(domain))


def _spellings(domain: str) -> list[str]:
    """A domain as typed, and in the other form of an internationalised one: logs have either."""
    try:
        if domain.isascii():
            other = domain.encode("ascii").decode("idna") if "xn--" in domain.lower() else domain
        else:
            other = domain.encode("idna").decode("ascii")
    except UnicodeError:
        other = domain
    return [domain] if other == domain else [domain, other]


def _wild(text: str) -> bool:
    return "*" in text or "?" in text


def _text(column: str, text: str) -> Node:
    if not text.strip("*"):
        text = "?*"  # any, but not none: `--sasl-user '*'` is mail that someone logged in for
    return Matches(column, text) if _wild(text) else Equals(column, text)


def _message_id(text: str) -> Node:
    bare = text.removeprefix("<").removesuffix(">")
    if not bare:
        raise CriteriaError(
            tell("{text!r} is no Message-ID", text=text), tell("It looks like <4f3a.20261122@mail.example.org>.")
        )
    return Or((Equals("message_id", f"<{bare}>"), Equals("message_id", bare)))


def _queue_id(text: str) -> Node:
    bare = text.rstrip(":")
    spellings = [bare]
    if re.fullmatch(r"[0-9A-Fa-f]+", bare):
        spellings += [bare.upper(), bare.lower()]  # hex ids are logged in capitals and often retyped otherwise
    return _any(Has("queue_ids", spelling) for spelling in spellings)


def _network(column: str, text: str) -> Node:
    try:
        network = ip_network(text.strip("[]"), strict=False)
    except ValueError:
        hint = tell("Give an address such as 192.0.2.7, or a network such as 192.0.2.0/24 or 2001:db8::/32.")
        raise CriteriaError(tell("{text!r} is no IP address or network", text=text), hint) from None
    if network.version == 4 and network.num_addresses == 1:
        return Equals(column, str(network.network_address))
    return InNetwork(column, str(network))  # for one IPv6 address too: logs shorten it in several ways


def _next_hop(text: str) -> Node:
    logged = _LOGGED_HOP.fullmatch(text)
    bare = (logged[1] or logged[2] or logged[3]) if logged else text
    try:
        ip_address(bare.partition("/")[0])
    except ValueError:
        return _any(_text(column, bare) for column in (("to_host", "to_ip") if _wild(bare) else ("to_host",)))
    return _network("to_ip", bare)


def _host(text: str) -> Node:
    if _wild(text):
        return HasMatch("hosts", text)
    return _any(Has("hosts", spelling) for spelling in (text, text.lower()))


def _subject(c: Criteria) -> list[Node]:
    nodes: list[Node] = [Contains("subject", word) for word in c.subject_words]
    if not c.subject:
        return nodes
    if c.subject_how not in SUBJECT_HOW:
        hint = tell("It is one of {words}.", words=", ".join(SUBJECT_HOW))
        raise CriteriaError(tell("{text!r} is no way to compare subjects", text=c.subject_how), hint)
    return [*nodes, Contains("subject", c.subject, SUBJECT_HOW[c.subject_how])]


def _size(low: int | None, high: int | None) -> list[Node]:
    if low is None and high is None:
        return []
    if low is not None and high is not None and low > high:
        raise CriteriaError(
            tell("no size is at least {low} and at most {high} bytes", low=low, high=high), tell("Swap the two sizes.")
        )
    # 0 is a size that is not known: such a message is not a small one.
    return [Between("size", max(low or 0, 1) if high is not None else low, None if high is None else high + 1)]


def _time(since: int | None, until: int | None) -> list[Node]:
    if since is None and until is None:
        return []
    if since is not None and until is not None and since >= until:
        hint = tell("The end must be later than the start; the moment of the end is not included itself.")
        raise CriteriaError(tell("the time range ends before it begins"), hint)
    # Outside of these years the store's type for times has no values, and no log has any either.
    low = None if since is None or since <= 0 else min(since, _LATEST)
    high = None if until is None or until >= _LATEST else max(until, 0)
    # Any event of the message counts: what came in on Friday and was delivered on Monday happened on both days.
    return [Between("last", low, None), Between("received", None, high)]

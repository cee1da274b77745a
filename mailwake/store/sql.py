"""Question trees to ClickHouse SQL. User text reaches the engine only as a bound parameter."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

from mailwake.store.query import (
    FOLDED,
    SAME,
    SEARCHABLE,
    TEXTS,
    UNKNOWN,
    And,
    Between,
    Contains,
    Cursor,
    Equals,
    Has,
    HasMatch,
    InNetwork,
    Matches,
    Node,
    Not,
    Or,
    Order,
)

_RECIPIENTS = "[recipient, original_recipient]"
"""What the index of recipients is on: see migration 0005."""

_SIX = "toIPv6OrDefault(if(position(from_ip, ':') > 0, from_ip, '::'))"
"""What the index of IPv6 addresses is on, however they are spelled: see migration 0007. No hint, which would make the
engine overlook it."""


class Formatter:
    """Builds one WHERE text; `parameters` fills up beside it."""

    def __init__(self) -> None:
        self.parameters: dict[str, Any] = {}

    def bind(self, value: str | int, kind: str) -> str:
        """A placeholder for value, typed as ClickHouse names types."""
        if isinstance(value, str):  # what is no UTF-8 is stored so in the columns that are searched, too
            value = value.encode("utf-8", "replace").decode()
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"{{{name}:{kind}}}"

    def where(self, node: Node) -> str:
        """The condition of a tree."""
        match node:
            case And(parts):
                return "(" + " AND ".join(map(self.where, parts)) + ")" if parts else "1"
            case Or(parts):
                return "(" + " OR ".join(self._any(parts)) + ")" if parts else "0"
            case Not(part):
                return f"NOT ({self.where(part)})"
            case Between(column, low, high):
                return self._between(column, low, high)
            case Has(column, value):
                return f"has({_name(column)}, {self.bind(value, 'String')})"
            case HasMatch(column, pattern):
                return f"arrayExists(one -> one ILIKE {self.bind(_like(pattern), 'String')}, {_name(column)})"
            case InNetwork(column, network):
                return self._in_network(column, network)
            case Equals(column, value):
                return self._equals(column, value)
            case Contains(column, text, where):
                return self._contains(column, text, where)
            case Matches(column, pattern):
                return self._matches(column, pattern)

    def _any(self, parts: tuple[Node, ...]) -> Iterator[str]:
        """Conditions of which one is enough. The recipient as delivered or as addressed is one look at their index."""
        for part in parts:
            match part:
                case Equals("recipient", value) if Equals("original_recipient", value) in parts:
                    bound = self.bind(_stored("recipient", value), "String")
                    either = f"(recipient = {bound} OR original_recipient = {bound})"
                    yield f"(indexHint(has({_RECIPIENTS}, {bound})) AND {either})"
                case Equals("original_recipient", value) if Equals("recipient", value) in parts:
                    pass
                case _:
                    yield self.where(part)

    def _equals(self, column: str, value: str | int | None) -> str:
        name = _name(column)
        if isinstance(value, int):
            return f"{name} = {self.bind(value, 'Int64')}"
        if column == "trace_id":
            return f"trace_id = toFixedString(unhex({self.bind(value or '', 'String')}), 16)"
        bound = self.bind(_stored(column, value), "String")
        if column == "recipient":
            return f"(indexHint(has({_RECIPIENTS}, {bound})) AND recipient = {bound})"
        if column == "original_recipient":
            # Stored only where it is another than the final one.
            same = self.bind(SAME, "String")
            final = f"original_recipient = {same} AND recipient = {bound}"
            return f"(indexHint(has({_RECIPIENTS}, {bound})) AND (original_recipient = {bound} OR {final}))"
        return f"{name} = {bound}"

    def _contains(self, column: str, text: str, where: str) -> str:
        before, after = "" if where == "start" else "*", "" if where == "end" else "*"
        return self._like(column, before + _escaped(text) + after)

    def _matches(self, column: str, pattern: str) -> str:
        domain = pattern[2:].lower() if pattern.startswith("*@") else ""
        if column == "sender" and domain and "*" not in domain and "?" not in domain:
            # The domain has an index of its own: see migration 0001.
            return f"(splitByChar('@', sender)[-1] = {self.bind(domain, 'String')} AND position(sender, '@') > 0)"
        return self._like(column, pattern)

    def _like(self, column: str, pattern: str) -> str:
        name = _name(column)
        if column not in TEXTS:
            return f"{name} ILIKE {self.bind(_like(pattern), 'String')}"
        bound = self.bind(_like(pattern.lower()), "String")
        if column == "original_recipient":
            same = self.bind(SAME, "String")
            return f"if(original_recipient = {same}, recipient, original_recipient) LIKE {bound}"
        return f"{name} LIKE {bound}"

    def _between(self, column: str, low: int | None, high: int | None) -> str:
        parts = []
        name = _name(column)
        for sign, value in ((">=", low), ("<", high)):
            if value is None:
                continue
            bound = self.bind(value, "Int64")
            parts.append(f"{name} {sign} " + (_time(bound) if column in ("received", "last") else bound))
        return "(" + " AND ".join(parts) + ")" if parts else "1"

    def _in_network(self, column: str, network: str) -> str:
        net = ip_network(network, strict=False)
        name = _name(column)
        low, high = self.bind(str(net[0]), "String"), self.bind(str(net[-1]), "String")
        if net.version == 4:
            return f"ifNull(toIPv4OrNull({name}) BETWEEN toIPv4({low}) AND toIPv4({high}), 0)"
        # An IPv4 address reads as an IPv6 one (::ffff:a.b.c.d), but is not in any network of those. Most addresses are
        # IPv4: looking for a colon costs a tenth of reading each as a number.
        cast = f"if(isIPv6String({name}), toIPv6OrNull({name}), NULL)"
        within = f"(position({name}, ':') > 0 AND ifNull({cast} BETWEEN toIPv6({low}) AND toIPv6({high}), 0))"
        if column == "from_ip" and net.num_addresses == 1 and int(net[0]):
            return f"({_SIX} = toIPv6({low}) AND {within})"
        return within

    def after(self, cursor: Cursor, order: Order) -> str:
        """Rows after the cursor in an order other than newest first."""
        place = ["toFixedString(unhex(" + self.bind(cursor.trace_id, "String") + "), 16)"]
        place.append(f"toUInt32({self.bind(cursor.leaf, 'UInt32')})")
        place.insert(0, _time(self.bind(cursor.received, "Int64")))
        columns = ["rows.received", "rows.trace_id", "rows.leaf"]
        if order.column != "received":
            name, value = _name(order.column), cursor.value
            bound = self.bind(value if value is not None else "", "Int64" if isinstance(value, int) else "String")
            place.insert(0, _time(bound) if name == "last" else bound)
            columns.insert(0, f"rows.{name}")
        return f"({', '.join(columns)}) {'<' if order.descending else '>'} ({', '.join(place)})"

    def before(self, cursor: Cursor) -> str:
        """Rows after the cursor in the order newest first."""
        received = _time(self.bind(cursor.received, "Int64"))
        trace_id = f"toFixedString(unhex({self.bind(cursor.trace_id, 'String')}), 16)"
        leaf = self.bind(cursor.leaf, "UInt32")
        return f"received <= {received} AND (received, trace_id, leaf) < ({received}, {trace_id}, toUInt32({leaf}))"


def _stored(column: str, value: str | int | None) -> str:
    """A text as its column has it."""
    return UNKNOWN if value is None else str(value).lower() if column in FOLDED else str(value)


def _time(bound: str) -> str:
    return f"fromUnixTimestamp64Micro({bound}, 'UTC')"


def _name(column: str) -> str:
    if column not in SEARCHABLE:
        raise ValueError(f"no such column to search: {column}")
    return column


def _like(pattern: str) -> str:
    """A pattern with `*` and `?` (`\\` before one of them makes it plain) as LIKE has it."""
    out: list[str] = []
    plain = False
    for char in pattern:
        if not plain and char == "\\":
            plain = True
            continue
        if not plain and char in "*?":
            out.append("%" if char == "*" else "_")
        else:
            out.append("\\" + char if char in "%_\\" else char)
        plain = False
    return "".join(out)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")

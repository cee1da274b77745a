"""Golden cases, fixtures and the bundled sample hold nobody's address: only names and networks set aside for examples.

Domains: RFC 2606 and RFC 6761. Networks: RFC 5737, RFC 3849, and the private and loopback ones.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
SUFFIXES = {
    ".json",
    ".jsonl",
    ".log",
    ".txt",
    ".csv",
    ".md",
    ".gz",
    ".eml",
    ".yaml",
    ".yml",
    ".toml",
    ".xml",
    ".py",
    "",
}
PLACES = ("mailwake/sources/*/cases/**/*", "mailwake/sample/**/*", "tests/**/*")
FILES = sorted(
    path
    for place in PLACES
    for path in TOP.glob(place)
    if path.is_file() and path.suffix in SUFFIXES and "__pycache__" not in path.parts and path != Path(__file__)
)

_DOMAIN = re.compile(r"[\w.+=#-]@((?:[A-Za-z0-9_-]+\.)+[A-Za-z][A-Za-z0-9-]*)")
_IPV4 = re.compile(r"(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.-])[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f.]*(?![\w:-])")
_FREE_DOMAIN = re.compile(
    r"(?:.*\.)?(?:example|test|invalid|localhost|localdomain)\Z|(?:.*\.)?example\.(?:com|net|org|edu)\Z", re.IGNORECASE
)
_DOCUMENTATION = [
    ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "203.0.96.0/32")
]


def _free(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address belongs to nobody: documentation, private, loopback, link-local, the wildcard."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    if mapped is not None:
        return _free(mapped)
    return (
        address.is_private
        or address.is_loopback
        or address.is_unspecified
        or any(address in net for net in _DOCUMENTATION if net.version == address.version)
    )


def _addresses(text: str) -> Iterator[IPv4Address | IPv6Address]:
    for found in (*_IPV4.findall(text), *_IPV6.findall(text)):
        try:
            yield ip_address(found)
        except ValueError:
            continue  # a version number, a time, a part of an id


def _text(path: Path) -> str:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode(errors="replace")
    if path.suffix == ".json":  # what an escape spells counts, not the escape: `\\u003ca@example.net`
        text = json.dumps(json.loads(text), ensure_ascii=False)
    return text


def _strangers(text: str) -> set[str]:
    """Every domain of a mail address and every IP in a text that might be somebody's."""
    domains = {domain for domain in _DOMAIN.findall(text) if not _FREE_DOMAIN.match(domain)}
    return domains | {str(address) for address in _addresses(text) if not _free(address)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from=<a@mail.gmail.com> helo=x", {"mail.gmail.com"}),
        ("client=mx[8.8.8.8]:25", {"8.8.8.8"}),
        ("client=mx[2a00:1450:400c::5]", {"2a00:1450:400c::5"}),
        ("rhost=::ffff:8.8.4.4 user=x", {"8.8.4.4", "::ffff:808:404"}),
        ("a@example.net b@corp.test c@localhost 203.0.113.5 [2001:db8::1] ::ffff:192.0.2.1 10.1.2.3", set()),
        ("02:07:11 at 2026-11-22T02:07:11 version 2.3.19 v2.3.19.1 dsn=5.7.1 Clamd::INFECTED:: x", set()),
    ],
)
def test_strangers_are_found(text: str, found: set[str]) -> None:
    assert _strangers(text) == found


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(TOP)) for path in FILES])
def test_no_real_address(path: Path) -> None:
    assert not _strangers(_text(path))

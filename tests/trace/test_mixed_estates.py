"""A message on servers of different products is one message, with one row for each recipient and the right end."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from estates import (
    BOB,
    EVE,
    PRODUCTS,
    SENDER,
    Exchange,
    Exim,
    Haraka,
    KumoMta,
    OpenSmtpd,
    Postfix,
    Sendmail,
    Server,
    Stalwart,
    logs_of,
    way,
)
from logs import messages, plain, rows_of, told

from mailwake.store.rows import Row

PAIRS = [(first, last) for first in PRODUCTS for last in PRODUCTS]


def rows(servers: Sequence[Server], to: Sequence[str] = (BOB,), lost: Sequence[str] = ()) -> list[Row]:
    """What a trace makes of them, whatever the order of files and of lines."""
    files = logs_of(servers, to, lost)
    found = rows_of(files)
    assert plain(rows_of(files[::-1])) == plain(found), "the order of files matters"
    mixed = []
    for server, file in zip(servers, files, strict=True):
        head = 5 if isinstance(server, Exchange) else 0
        body = file[head:]
        random.Random(7).shuffle(body)
        mixed.append([*file[:head], *body])
    assert plain(rows_of(mixed)) == plain(found), "the order of lines matters"
    return found


def names(pair: tuple[type[Server], ...]) -> str:
    return "-".join(product.product for product in pair)


@pytest.mark.parametrize("pair", PAIRS, ids=names)
def test_two_servers(pair: tuple[type[Server], type[Server]]) -> None:
    servers = way(*pair)
    found = rows(servers)
    assert told(found) == [f"{SENDER} {BOB} = Delivered/{servers[-1].end}"]
    row = found[0]
    assert row.queue_ids == tuple(server.key for server in servers)
    assert (row.grade, row.from_ip) == ("proven", "192.0.2.1")


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if KumoMta not in pair], ids=names)
def test_one_of_two_recipients_is_refused(pair: tuple[type[Server], type[Server]]) -> None:
    servers = way(*pair)
    found = rows(servers, [BOB], [EVE])
    assert told(found) == [f"{SENDER} {BOB} = Delivered/{servers[-1].end}", f"{SENDER} {EVE} = Failed/Bounced"]
    assert messages(found) == 1


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if KumoMta not in pair], ids=names)
def test_two_recipients_in_two_mailboxes(pair: tuple[type[Server], type[Server]]) -> None:
    found = rows(way(*pair), [BOB, EVE])
    assert told(found) == [f"{SENDER} {one} = Delivered/Delivered" for one in (BOB, EVE)]
    assert messages(found) == 1


@pytest.mark.parametrize(
    "products",
    [
        (OpenSmtpd, Postfix, Exchange),
        (Sendmail, Exchange, Exchange),
        (Postfix, Haraka, Stalwart),
        (KumoMta, Postfix, Haraka),
        (Exim, Sendmail, OpenSmtpd),
        (Stalwart, KumoMta, Exim),
        (Haraka, OpenSmtpd, Sendmail, Postfix),
        (Exchange, Postfix, KumoMta),
        (Postfix, Exim, Sendmail, OpenSmtpd, Haraka, KumoMta, Stalwart),
    ],
    ids=names,
)
def test_long_ways(products: tuple[type[Server], ...]) -> None:
    servers = way(*products)
    found = rows(servers)
    assert told(found) == [f"{SENDER} {BOB} = Delivered/{servers[-1].end}"]
    assert found[0].queue_ids == tuple(server.key for server in servers)
    assert found[0].from_ip == "192.0.2.1"

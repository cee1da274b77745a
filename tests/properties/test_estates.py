"""Servers of several products, read file after file into a store: the same rows, however it is cut up and repeated."""

from __future__ import annotations

import itertools
import random

import pytest
from estates import (
    BOB,
    EVE,
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
from logs import folder, plain, rows_of
from stores import load, stored, write

from mailwake.operations import rebuild

WAYS = [
    (OpenSmtpd, Haraka),
    (Sendmail, Exchange),
    (Stalwart, KumoMta, OpenSmtpd),
    (Exchange, Exim, Stalwart, Postfix),
]


def names(products: tuple[type[Server], ...]) -> str:
    return "-".join(product.product for product in products)


def of_records(files: list[list[str]]) -> list[list[str]]:
    """Every record in a file of its own, so that whatever belongs together stands apart."""
    apart = []
    for file in files:
        head = list(itertools.takewhile(lambda line: line.startswith("#"), file))
        apart += [[*head, line] for line in file[len(head) :]]
    random.Random(3).shuffle(apart)
    return apart


@pytest.mark.parametrize("products", WAYS, ids=names)
@pytest.mark.parametrize(
    ("window", "apart"),
    [
        pytest.param(1, False, marks=pytest.mark.slow),
        (150_000, False),
        pytest.param(3, True, marks=pytest.mark.slow),
    ],
)
def test_any_cut(products: tuple[type[Server], ...], window: int, *, apart: bool) -> None:
    lost = () if KumoMta in products else (EVE,)
    whole = logs_of(way(*products), [BOB], lost)
    expected = plain(rows_of(whole))
    assert len(expected) == 1 + len(lost)
    files = of_records(whole) if apart else whole[::-1]
    with folder() as place:
        paths = [write(place / f"{number}.log", file) for number, file in enumerate(files)]
        groups = [paths[:2], paths[2:], paths[:1]] if apart else [[path] for path in paths]
        for some in groups:
            if some:
                load(place / "data", some, window=window)
        assert stored(place / "data")[0] == expected
        rebuild.run(place / "data")
        assert stored(place / "data")[0] == expected

"""The stage, built once for each process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from asking import known_of
from inputs import Known
from stage import Stage, staged
from test_roles_shared import log_lines

LOG = """\
Nov 20 09:00:00 imap1 dovecot: imap-login: Login: user=<grace@example.org>, method=PLAIN, rip=192.0.2.7,\
 lip=198.51.100.2, mpid=7, TLS, session=<aaaaBBBBcccc1>
Nov 20 09:00:05 imap1 dovecot: imap(grace@example.org)<7><aaaaBBBBcccc1>: expunge: box=INBOX, uid=12,\
 msgid=<m1@example.net>, size=900, subject=Offer, flags=()
Nov 20 09:01:00 imap1 dovecot: imap-login: Login: user=<carol@example.com>, method=PLAIN, rip=192.0.2.66,\
 lip=198.51.100.2, mpid=8, TLS, session=<aaaaBBBBcccc2>
Nov 20 09:01:05 imap1 dovecot: imap(carol@example.com)<8><aaaaBBBBcccc2>: expunge: box=INBOX, uid=13,\
 msgid=<m2@example.net>, size=900, subject=Secret, flags=()
Nov 20 10:01:06 imap1 dovecot: imap(carol@example.com)<8><aaaaBBBBcccc2>: expunge: box=INBOX, uid=14,\
 msgid=<both-delivered@example.net>, size=900, subject=Shared, flags=()
"""


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Everything set up."""
    with staged(tmp_path_factory.mktemp("roles"), LOG, log_lines()) as made:
        yield made


@pytest.fixture(scope="session")
def known(stage: Stage) -> Known:
    """Things inside and outside, with reports and searches that were ordered there and are done."""
    return known_of(stage)

"""A day on real servers: the records that a search finds are what people did, one for one; none more, none less."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import limits
import pytest
from audit_day import USERS, spend
from logs import folder
from people import Act, Ledger, address
from recorded import Mailwake, chosen, difference, expected, found, runner
from servers import Servers, obstacle

pytestmark = pytest.mark.slow
MAILBOXES = tuple(map(address, USERS))
Showing = Callable[[Iterable[Act]], Iterable[Act]]
FEEDS: dict[str, Showing] = {"both": limits.whole, "events": limits.events, "text": limits.text}


class Day:
    """What was done, and the logs of it by feed."""

    def __init__(self, ledger: Ledger, logs: Path) -> None:
        self.acts = ledger.acts
        self._logs = logs
        lines = (logs / "dovecot.log").read_text().splitlines(keepends=True)
        told = [line for line in lines if ' stats: Info: {"event":' in line]
        (logs / "events.log").write_text("".join(told))
        (logs / "text.log").write_text("".join(line for line in lines if line not in set(told)))

    def files(self, feed: str) -> list[str]:
        """The logs with one feed of Dovecot, or both."""
        names = {"both": ("text.log", "events.log")}.get(feed, (f"{feed}.log",))
        return [str(self._logs / name) for name in ("mail.log", *names)]


@pytest.fixture(scope="module")
def day() -> Iterator[Day]:
    """One day, looked at by all tests."""
    if reason := obstacle():
        pytest.skip(reason)
    with folder() as place:
        with (servers := Servers(place / "estate", USERS)):
            ledger = spend(servers)
        yield Day(ledger, servers.log)


@pytest.fixture
def mailwake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Mailwake:
    """The program on an empty data directory."""
    return runner(tmp_path / "data", capsys)


def record_everything(mailwake: Mailwake) -> None:
    """Sets with all that can be chosen."""
    for mailbox in MAILBOXES:
        mailwake("mailbox", "add", mailbox, "--primary-smtp-address", mailbox)
        for kind in ("Admin", "Delegate", "Owner"):
            mailwake("mailbox", "set", mailbox, f"--audit-{kind.lower()}", ",".join(chosen(kind)))


def test_the_day_has_everything_in_it(day: Day) -> None:
    done = {(act.action, act.logon_type) for act in day.acts}
    actions = ("FolderBind", "MailItemsAccessed", "Copy", "Move", "MoveToDeletedItems", "HardDelete", "Create")
    assert {(action, kind) for action in (*actions, "Update") for kind in ("Owner", "Delegate", "Admin")} <= done
    assert {act.action for act in day.acts} >= {"Send", "SendAs", "SendOnBehalf", "UpdateInboxRules"}
    assert {act.way for act in day.acts} == {"imap", "pop3", "sieve", "smtp", "doveadm"}


@pytest.mark.parametrize("feed", FEEDS)
def test_everything_that_can_be_shown_is_recorded(day: Day, feed: str, mailwake: Mailwake) -> None:
    record_everything(mailwake)
    mailwake("import", *day.files(feed))
    wanted = expected(FEEDS[feed](day.acts), "DP")
    assert difference(found(mailwake, MAILBOXES), wanted) == ""
    _counts(mailwake, FEEDS[feed](day.acts))
    _says_what_is_missing(mailwake, day.acts, FEEDS[feed])


@pytest.mark.parametrize("feed", FEEDS)
def test_the_default_set(day: Day, feed: str, mailwake: Mailwake) -> None:
    """Nothing is set up: the mailboxes appear in the log and are audited from their first act on."""
    mailwake("import", *day.files(feed))
    assert difference(found(mailwake, MAILBOXES), expected(FEEDS[feed](day.acts), "D")) == ""


def test_one_feed_after_the_other_makes_no_doubles(day: Day, mailwake: Mailwake) -> None:
    record_everything(mailwake)
    for feed in ("text", "events", "both", "both"):
        mailwake("import", *day.files(feed))
    wanted = expected(limits.whole(day.acts), "DP")
    assert difference(found(mailwake, MAILBOXES), wanted) == ""
    _counts(mailwake, limits.whole(day.acts))


def _counts(mailwake: Mailwake, acts: Iterable[Act]) -> None:
    """Also what no set asks for was seen just as often as it was done."""
    seen: Counter[str] = Counter()
    for line in mailwake("audit", "hosts"):
        seen[line["Operation"]] += line["Acts"]
    done = Counter("Create" if act.action == "CreateMessage" else act.action for act in acts)
    assert {action: count for action, count in seen.items() if count} == done


def _says_what_is_missing(mailwake: Mailwake, acts: list[Act], showing: Showing) -> None:
    """What the ledger knows that the servers cannot show, users are told."""
    shown = {act.action for act in showing(acts)}
    (covered,) = mailwake("audit", "coverage", "--mailboxes", MAILBOXES[0])
    wanted = {action for kind in ("Admin", "Delegate", "Owner") for action in chosen(kind)}
    assert set(covered["NeverSeen"]) == wanted - shown
    told = {line["Operation"]: line["Remark"] for line in mailwake("audit", "hosts") if line["Acts"]}
    unknown = {act.action for act in acts if act.way == "doveadm" and act not in set(limits.whole(acts))}
    assert unknown == {"Copy", "Move", "Update", "UpdateFolderPermissions", "SearchQueryInitiated"}
    assert all("doveadm" in told[action] for action in unknown & shown)
    assert unknown & shown <= {*covered["Partly"]}

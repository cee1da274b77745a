"""One search over everything that is audited: mailboxes, other services' records, changes of settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from typing import Literal

from pydantic import Field

from mailwake.audit import raw_record
from mailwake.audit.imported import doubles, id_of
from mailwake.audit.record import AuditRecord, type_name
from mailwake.events.told import tell
from mailwake.jobs.records import Session
from mailwake.operations import audit_unified as unified
from mailwake.operations import gaps
from mailwake.operations.audit_criteria import record_types, span
from mailwake.operations.audit_log import PAGE, audit_log, within
from mailwake.operations.audit_models import UnifiedRecord
from mailwake.operations.audit_people import People, organization
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import Moment, WordList
from mailwake.operations.job_access import sessions
from mailwake.operations.models import Answer, Input
from mailwake.operations.unified_kept import kept_at
from mailwake.operations.when import to_micros
from mailwake.store.audit_filter import AuditFilter, AuditPlace

MOST = 5000
"""Records of one answer at most."""
PARITY_LIMITS = {"ReturnLargeSet": 50_000, "ReturnNextPreviewPage": 5_000, "mixed": 10_000}
"""Records of one session under parity; there is no limit otherwise."""
_DAY = 86_400_000_000


class Question(Input):
    """Criteria of Search-UnifiedAuditLog. Values of one widen the search, different ones narrow it."""

    start_date: Moment = Field(description="Done at this time or later.")
    end_date: Moment = Field(description="Done before this time.")
    record_type: WordList = Field((), description="Kinds of record: ExchangeItem, ExchangeAdmin, or their numbers.")
    operations: WordList = Field((), description="What was done: actions, cmdlets.")
    user_ids: WordList = Field((), description="Who acted.")
    ip_addresses: WordList = Field((), alias="IPAddresses", description="Where the client was.")
    object_ids: WordList = Field((), description="What was changed; may begin with *.")
    site_ids: WordList = Field((), description="Sites of SharePoint.")
    free_text: str = Field("", description="Text anywhere in the record, in any case.")
    result_size: int = Field(100, ge=1, le=MOST, description="Records of one answer at most.")
    session_id: str = Field("", max_length=200, description="Any word; given again, it gives the next block.")
    session_command: Literal["ReturnLargeSet", "ReturnNextPreviewPage"] = Field(
        "ReturnNextPreviewPage", description="ReturnLargeSet, or ReturnNextPreviewPage (sorted by date)."
    )
    formatted: bool = Field(False, description="Words instead of numbers in AuditData.")
    high_completeness: bool = Field(False, description="Accepted: every answer is complete.")


def handle(context: Context, question: Question) -> Answer:
    """Search. Raises OperationError for criteria that cannot be meant so."""
    answer = Answer(())
    wanted = _wanted(context, question, answer)
    answer.warnings += gaps.of_window(context, wanted.low, wanted.high)
    start, session = _session(context, question, wanted)
    limit = _limit(context, question, session)
    log = audit_log(context)
    total = session.total if session else _count(context, question, wanted)
    size = PAGE if question.object_ids or question.site_ids else min(limit + 1, PAGE)
    found = _matching(unified.search(log, context.directory, wanted, start, size), question)
    page = list(islice(found, limit))
    if question.session_id:
        _keep(context, question, session, wanted, page, total)
    answer.warnings += [
        tell("several records bear the Id {own} and differ in what they say; all are given", own=own)
        for own in doubles(page)
    ]
    begun = session.returned if session else 0
    answer.items = _shown(context, question, page, begun, total)
    return answer


def _wanted(context: Context, question: Question, answer: Answer) -> AuditFilter:
    low, high = span(question.start_date, question.end_date)
    ours = context.directory.organization.current() if context.directory else None
    reach = ours.search_reach_days if ours else None
    if reach is not None and low is not None:
        earliest = context.micros - reach * _DAY
        if low < earliest:
            answer.warnings.append(
                tell(
                    "this search reaches {days} days back; older records are found with Search-MailboxAuditLog",
                    days=reach,
                )
            )
        low = max(low, earliest)
        high = max(low, high or 0)
    return replace(
        within(context.caller.scope),
        low=low,
        high=high,
        record_types=record_types(question.record_type),
        actions=question.operations,
        actors=unified.account_names(context, question.user_ids),
        client_ips=question.ip_addresses,
        texts=(question.free_text,) if question.free_text else (),
        kept=kept_at(ours.settings.unified_retention, context.micros) if ours else (),
        searchable_only=True,
    )


def _matching(found: Iterator[AuditRecord], question: Question) -> Iterator[AuditRecord]:
    """Records that meet the criteria which are not asked of the log."""
    if not question.object_ids and not question.site_ids:
        return found
    return (
        record
        for record in found
        if _like(unified.object_id(record), question.object_ids) and _like(unified.site(record), question.site_ids)
    )


def _like(text: str, patterns: Iterable[str]) -> bool:
    """Whether a text is one of the patterns, of which only a `*` at the beginning stands for anything."""
    wanted = [pattern.casefold() for pattern in patterns]
    if not wanted:
        return True
    folded = text.casefold()
    return any(folded.endswith(one[1:]) if one.startswith("*") else folded == one for one in wanted)


def _count(context: Context, question: Question, wanted: AuditFilter) -> int:
    log = audit_log(context)
    if question.object_ids or question.site_ids:
        return sum(1 for _ in _matching(unified.search(log, context.directory, wanted), question))
    return unified.count(log, context.directory, wanted)


def _shown(
    context: Context, question: Question, page: list[AuditRecord], begun: int, total: int
) -> Iterator[UnifiedRecord]:
    people, ours = People(context.directory), organization(context.directory)
    people.meet(page)
    for index, record in enumerate(page, begun + 1):
        data = unified.audit_data(record, people, ours, formatted=question.formatted)
        yield UnifiedRecord(
            record_type=type_name(record.record_type),
            creation_date=datetime.fromisoformat(unified.created(record)),
            user_ids=record.observation.actor,
            operations=record.observation.action,
            audit_data=raw_record.dumps(data),
            result_index=index,
            result_count=total,
            identity=id_of(record),
        )


# -- sessions ---------------------------------------------------------------------------------------------------------


def _criteria(question: Question, wanted: AuditFilter) -> str:
    """What is searched for, as a hash; not how many at a time."""
    dates = (to_micros(question.start_date), to_micros(question.end_date))  # the reach moves on with the clock
    told = (replace(wanted, low=None, high=None, kept=()), dates, question.object_ids, question.site_ids)
    return blake2b(repr(told).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _session(context: Context, question: Question, wanted: AuditFilter) -> tuple[AuditPlace | None, Session | None]:
    """Where the session goes on; None at its beginning."""
    if not question.session_id:
        return None, None
    session = sessions(context).get(question.session_id, context.caller.name, context.micros)
    if session is None or session.criteria != _criteria(question, wanted):
        return None, None
    return (AuditPlace(session.place_ts, session.place_id) if session.returned else None), session


def _limit(context: Context, question: Question, session: Session | None) -> int:
    parity = context.directory is not None and context.directory.organization.current().settings.parity
    if not parity or not question.session_id:
        return question.result_size
    mixed = session is not None and (session.mixed or session.command != question.session_command)
    most = PARITY_LIMITS["mixed" if mixed else question.session_command]
    return max(0, min(question.result_size, most - (session.returned if session else 0)))


def _keep(
    context: Context,
    question: Question,
    session: Session | None,
    wanted: AuditFilter,
    page: list[AuditRecord],
    total: int,
) -> None:
    last = unified.place_of(page[-1]) if page else None
    before = AuditPlace(session.place_ts, session.place_id) if session else AuditPlace(0, "")
    place = last or before
    kept = Session(
        question.session_command,
        _criteria(question, wanted),
        place.ts,
        place.id,
        (session.returned if session else 0) + len(page),
        total,
        session is not None and (session.mixed or session.command != question.session_command),
    )
    sessions(context).keep(question.session_id, context.caller.name, kept, context.micros)


OPERATION = Operation(
    name="search-unified-audit-log",
    summary="Search everything that is audited: mailboxes, imported records of other services, changes of settings.",
    input=Question,
    output=UnifiedRecord,
    handler=handle,
    roles=("Audit Logs", "View-Only Audit Logs"),
    scope=Scope.FILTERED,
    command=("audit", "unified"),
    cmdlet="Search-UnifiedAuditLog",
    details="Newest first. With SessionId the same command gives the next block each time. A search under Exchange"
    " parity reaches 90 days back and gives records of mailboxes with the premium licence only.",
)

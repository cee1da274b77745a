"""The one vocabulary: every kind of fact and the fields it may carry.

All sources speak it, and correlation knows nothing else. Times are microseconds UTC, sizes bytes, delays seconds
(float), addresses without angle brackets and in the log's own spelling ("" is the null sender), Message-IDs exactly as
logged (brackets kept when the log has them), IPs in text form, ports int.
"""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """Documentation and allowed fields of one kind of fact."""

    doc: str
    fields: frozenset[str]


def _kind(doc: str, fields: str) -> Kind:
    return Kind(doc, frozenset(fields.split()))


_CLIENT = "client_name client_ip client_port "
_ENVELOPE = "sender recipient protocol helo "
_DELIVERY = (
    "relay relay_host relay_ip relay_port agent delay delays dsn status reply conn_use tls"
    " next_id next_ids token disposition sender size queue_time router transport attempt session report folder inside"
    " account envelope"
)

KINDS: dict[str, Kind] = {
    # -- queue: key is the queue ID ---------------------------------------------------------------------------------
    "arrive": _kind(
        "A message begins its life in a queue (Postfix smtpd client=, pickup uid=; Exim <=). direction in or out, where"
        " the server says it; hosted: of a service that our servers reach through the internet; names: what others may"
        " call this message by, `ID@HOST` or `<Message-ID>`. session: id of the session that it came in by, the key of"
        " that session's records, for logs whose arrivals do not name the client.",
        _CLIENT
        + _ENVELOPE
        + "sasl_method sasl_username sasl_sender orig_queue_id orig_client_name orig_client_ip uid user"
        " requeued_from parent_id size message_id subject recipients nrcpt tls local rewritten_from header_from"
        " direction connector hosted parent_message_id names text session",
    ),
    "envelope": _kind(
        "A sender and a recipient that a server took in, where it does not name them with the message's arrival"
        " (OpenSMTPD smtp envelope; one record for each recipient).",
        _ENVELOPE + "orig_recipient session",
    ),
    "message_id": _kind("The Message-ID header as cleanup saw it.", "message_id resent"),
    "header": _kind(
        "A header line shown by the log (header_checks INFO or WARN) without consequence.",
        _CLIENT + _ENVELOPE + "header value text context",
    ),
    "check": _kind(
        "A rule acted on a message that was not refused: hold, discard, redirect, filter, bcc, prepend, replace, strip,"
        " delay, warn ...; `action` is that word, `text` the rule's argument, `value` what it matched.",
        _CLIENT + _ENVELOPE + "action context value text by stage target session",
    ),
    "reject": _kind(
        "Refused: stage CONNECT, HELO, MAIL, RCPT, DATA, END-OF-MESSAGE ...; code is the SMTP reply code; temporary for"
        " 4xx; key is empty when no queue ID existed. by: smtpd, milter, proxy, postscreen, cleanup, acl. session as"
        " for arrive.",
        _CLIENT
        + _ENVELOPE
        + "stage code dsn text temporary by context value recipients message_id subject sasl_username size session",
    ),
    "active": _kind("The queue manager took the message up (qmgr `from=`).", "sender size nrcpt"),
    "deliver": _kind(
        "One delivery attempt for one recipient. status: sent, deferred, bounced, expired, deleted (by an administrator"
        " or a rule), deliverable, undeliverable. report: it only tells again how an attempt ended."
        " next_id: queue ID or message id that the next server gave; next_ids: all of those that it gave, one for each"
        " recipient of the transaction. token: LMTP session id of the mailbox server."
        " disposition of a sent one: mailbox, relay, forward, command, file, reply (an automatic"
        " answer), discard, quarantine, duplicate."
        " folder: of the mailbox, where this server says it itself."
        " inside: to a server of the same organization, as the record says. account: of the mailbox, where the address"
        " does not name it; envelope: the server's own id of this recipient.",
        "recipient orig_recipient message_id subject connector direction " + _DELIVERY,
    ),
    "deliveries": _kind(
        "The same for several recipients, told by one record: `replies` is as long as `recipients`. Or it names their"
        " domain; or the number of the part that the message was divided into, one for each domain or recipient; or"
        " nothing: then it is for all of them. count: of how many it speaks.",
        "recipients replies names message_id subject connector direction domain part count orig_recipient " + _DELIVERY,
    ),
    "expand": _kind(
        "An address gave way to others: action expand (a group to its members), resolve (an address to the mailbox's"
        " own), redirect (to another mailbox); recipient before, recipients after.",
        "action recipient recipients sender message_id subject size text",
    ),
    "traced": _kind(
        "What a mail service itself reports of a message: statuses (Exchange's words, as they are written) is as long"
        " as recipients, and so is events, where the report names any. Key: the service's id, or empty.",
        "recipients statuses events sender message_id subject size client_ip relay_ip direction connector hosted text",
    ),
    "expire": _kind("The queue manager gave up: all open recipients are returned.", "sender status"),
    "remove": _kind("The message left the queue by itself (qmgr removed, Exim Completed).", "by reason queue_time"),
    "notify": _kind(
        "A delivery status notification was made: notice failure, delay, success, postmaster; child_id its queue ID."
        " expired: it says that the time in the queue is over, for all open recipients.",
        "notice child_id child_message_id names text expired",
    ),
    "queue_action": _kind(
        "Queue manipulation: hold, release, requeue, delete, expire, rename. actor admin, filter or system; without a"
        " key it concerned `count` messages that the log does not name. recipient: one whom the message was for.",
        "action actor count text who recipient",
    ),
    "note": _kind(
        "Something worth showing in the story, without effect on the outcome.",
        "text relay_host relay_ip relay_port recipient level",
    ),
    "abandoned": _kind(
        "A client ended a transaction, or was refused at DATA, and no message came of it: whom it had named by then"
        " (Exim's incomplete transaction).",
        _CLIENT + "helo sender recipients reason",
    ),
    # -- session: key is the session's id where the log gives it one; else they are joined by host, program and pid ----
    "connect": _kind(
        "A client connected; local: it is a program of the same host.",
        _CLIENT + "local_ip local_port session service local",
    ),
    "disconnect": _kind(
        "A client left; counters as logged, `rcpt=0/1` meaning none of one.",
        _CLIENT + "counters session reason service user helo",
    ),
    "lost": _kind("The session broke: lost connection, timeout, protocol trouble.", _CLIENT + "stage text size"),
    "tls": _kind(
        "TLS established. direction in or out; level Anonymous, Untrusted, Trusted, Verified.",
        _CLIENT + "direction level version cipher relay_host relay_ip relay_port session",
    ),
    "auth_failed": _kind(
        "An SMTP or mailbox login failed.", _CLIENT + "method username auth_user reason service session"
    ),
    "postscreen": _kind("A postscreen test or decision.", _CLIENT + "test text local_ip local_port"),
    "proxy_client": _kind(
        "A before-queue proxy session took a client (NOQUEUE: client=).",
        _CLIENT + "sasl_method sasl_username sasl_sender orig_client_name orig_client_ip",
    ),
    "proxy_accept": _kind(
        "The before-queue filter accepted the message.", _CLIENT + _ENVELOPE + "next_id reply code stage"
    ),
    "connect_failed": _kind(
        "An outgoing connection failed; no queue ID on the line.", "relay_host relay_ip relay_port text session"
    ),
    # -- filters: key is the filter's own id, queue_id the message's -------------------------------------------------
    "verdict": _kind(
        "What a filter found: action in the filter's words, score against required, symbols, quarantine ids,"
        " queued_as the queue IDs it handed the message on under.",
        "filter action queue_id message_id sender recipients recipient client_ip client_name user subject"
        " score required"
        " symbols spam virus quarantine queued_as size took header_from text reason tests dkim helo",
    ),
    "policy": _kind(
        "A policy daemon's decision (greylisting, SPF, quota ...). action: pass, greylist, reject, defer,"
        " warn, prepend.",
        _CLIENT + "service action reason sender recipient delay queue_id helo text result sasl_username size",
    ),
    # -- mailbox: key is the delivery session's token ------------------------------------------------------------------
    "mailbox": _kind(
        "What the mailbox server did with a delivered message: stored, forwarded, discarded, rejected,"
        " vacation, failed, duplicate, notified, posted (to the members of a list), proxied (passed on to the server"
        " `target`, whose delivery session is `token`). service lmtp, lda or mailman;"
        " folder where it was put; target who it went to.",
        "action service user session message_id subject sender header_from recipient folder size target reason"
        " took rule temporary token",
    ),
    "item": _kind(
        "A mailbox item was touched (mail_log): save, copy, delete, undelete, expunge, autoexpunge, flag_change,"
        " mailbox_create, mailbox_delete, mailbox_rename.",
        "action service user auth_user client_ip session folder from_folder uid message_id size vsize sender"
        " subject flags",
    ),
    "login": _kind(
        "A mailbox or submission login.", _CLIENT + "user auth_user method service session success reason tls local_ip"
    ),
    "client": _kind(
        "A mailbox client said what it is (IMAP ID, RFC 2971), as logged in `text`.",
        "user session service client_ip name version text",
    ),
    "logout": _kind("A mailbox session ended.", "user session service reason counters client_ip"),
    "event": _kind(
        "A structured event of a mailbox server (event exporter), fields as the server names them.",
        "name data user session",
    ),
    # -- audit records of another service: key is the record's own Id --------------------------------------------------
    "audited": _kind(
        "An audit record that another service made. form: unified (Office 365 Management Activity API, also within the"
        " rows of an export) or mailbox (Search-MailboxAuditLog); record: all of it, as the export has it.",
        "form action user mailbox record",
    ),
    # -- the log itself -----------------------------------------------------------------------------------------------
    "service": _kind("A daemon started, stopped, reloaded or crashed.", "action text"),
    "loss": _kind("The log admits that lines were lost or suppressed; count when it says how many.", "count text what"),
    "repeat": _kind("The record before this one was repeated count times more.", "count"),
    "noise": _kind("Known, and of no interest to a trace.", "text"),
    "foreign": _kind("A record of a program that is no part of a mail system.", ""),
    "unknown": _kind("Not recognised.", ""),
}

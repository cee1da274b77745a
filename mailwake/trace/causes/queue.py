"""What happened in our own queue: age, holds, deletions, discards (postsuper(1), access(5), Exim specification 32)."""

from mailwake.trace.causes.cause import ADMIN, NOBODY, SENDER, SPECIFIC, Cause

CAUSES = (
    Cause(
        "lifetime",
        "Gave up after days of trying",
        (
            "The message was tried again and again until its time in the queue was over, and then returned to the "
            "sender."
        ),
        "Remove the reason of the last failure, then send it again.",
        ADMIN,
        (
            "retry timeout exceeded[^;]*|retry time(?:out)? (?:has been )?exceeded",
            r"(?:message|delivery time|queue) (?:\S+ )?(?:expired|lifetime|life ?time)[^;]*|returned to sender",
            r"could not be delivered for \d+[^;]*|delivery time expired",
        ),
        ("4.7", "5.4.7"),
        rank=SPECIFIC + 8,
    ),
    Cause(
        "lifetime",
        "Gave up after its time in the queue",
        (
            "The message was tried until its time in the queue was over, or an administrator ended it, and then "
            "returned to the sender."
        ),
        "Remove the reason of the last failure, then send it again.",
        ADMIN,
        details=("Expired",),
        always=True,
    ),
    Cause(
        "deleted",
        "Deleted by an administrator",
        "An administrator deleted the message from the queue. Nobody was told.",
        "If it is needed, it must be sent again.",
        SENDER,
        details=("Deleted",),
        always=True,
    ),
    Cause(
        "deleted",
        "Deleted by an administrator",
        "An administrator deleted the message from the queue. Nobody was told.",
        "If it is needed, it must be sent again.",
        SENDER,
        (".+",),
        details=("Deleted",),
        rank=1,
    ),
    Cause(
        "frozen",
        "Frozen",
        (
            "Exim keeps the message and does not try it any more: an administrator froze it, a filter did, or its "
            "bounce could not be delivered."
        ),
        "Look at it (exim -Mvh, -Mvl) and then release it (exim -Mt, -M) or remove it (exim -Mrm).",
        ADMIN,
        ("frozen[^;]*|delivery error message|message is frozen",),
        details=("Held", "Quarantined", "Deferred"),
        rank=SPECIFIC,
    ),
    Cause(
        "held",
        "On hold",
        (
            "The message lies in the hold queue: an administrator or a rule put it there. It is not tried until "
            "it is released."
        ),
        "Look at it (postcat -q ID) and then release it (postsuper -H ID) or delete it (postsuper -d ID).",
        ADMIN,
        details=("Held",),
        always=True,
    ),
    Cause(
        "quarantined",
        "In quarantine",
        "A filter keeps the message aside and did not deliver it.",
        "Look at it in the filter's quarantine and release it if it is wanted.",
        ADMIN,
        details=("Quarantined",),
        always=True,
    ),
    Cause(
        "discard-rule",
        "Thrown away by a rule",
        "A rule of ours told the server to accept the message and throw it away. Nobody was told.",
        "If that was not intended, find the rule: header_checks(5) or access(5) DISCARD, an ACL, a milter.",
        ADMIN,
        (
            r"milter triggers discard[^;]*|discarded by policy[^;]*|discarded by \S+ acl[^;]*",
            "(?:data|rcpt|mime) acl discarded[^;]*|triggers discard[^;]*",
        ),
        details=("Discarded",),
        rank=SPECIFIC,
    ),
    Cause(
        "discard-transport",
        "Thrown away on purpose",
        (
            "Mail for this address goes into the void: a discard transport, /dev/null or :blackhole:. The sender "
            "was told all is well."
        ),
        "If mail to this address should arrive, change the transport map or the alias.",
        ADMIN,
        ("silently dropped[^;]*|/dev/null|:?blackhole:?|discard transport|delivered to file: /dev/null",),
        details=("Discarded",),
        rank=SPECIFIC,
    ),
    Cause(
        "discard-filter",
        "Thrown away by a filter",
        "A content filter took the message and threw it away. The sender was told all is well.",
        "See what the filter found; if it was wrong, correct its rules.",
        ADMIN,
        (r"ok, discarded[^;]*|\bblocked\b[^;]*",),
        details=("Discarded",),
        rank=SPECIFIC + 1,
    ),
    Cause(
        "discarded",
        "Thrown away",
        "The message was accepted and then thrown away by a rule. Nobody was told.",
        "If that was not intended, find the rule that its words name.",
        ADMIN,
        details=("Discarded",),
        always=True,
    ),
    Cause(
        "junk",
        "Filed as spam",
        "The message was taken for spam and put aside in the recipient's spam folder.",
        "The recipient finds it there.",
        NOBODY,
        details=("Junk", "Spam"),
        always=True,
    ),
)

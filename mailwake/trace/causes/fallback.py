"""What is left when neither words nor code tell more: the class of the code (RFC 3463, 3.1) and its subject (3.x)."""

from mailwake.trace.causes.cause import ADMIN, NOBODY, RECIPIENT_ADMIN, VAGUE, Cause

CAUSES = (
    Cause(
        "temporary",
        "Put off for now",
        "The server could not take the message now and said: try again later.",
        "It is tried again by itself. If it lasts, read the server's words and ask its administrator.",
        NOBODY,
        codes=("4.x.x",),
        rank=VAGUE + 9,
        ours_advice=(
            "It is tried again by itself. If it lasts, read the server's words and look at the server that said so."
        ),
        ours_who=ADMIN,
    ),
    Cause(
        "permanent",
        "Refused for good",
        "The server refused the message and will refuse it again.",
        "Read the server's words; if they do not say why, ask its administrator, with the time and the addresses.",
        RECIPIENT_ADMIN,
        codes=("5.x.x",),
        rank=VAGUE + 9,
        ours_advice="Read the server's words; the rule behind them is one of ours.",
        ours_who=ADMIN,
    ),
    Cause(
        "mail-system",
        "Trouble in the next mail system",
        "The next server has a problem of its own.",
        "Wait, or ask its administrator.",
        RECIPIENT_ADMIN,
        codes=("4.3.5",),
        ours_who=ADMIN,
    ),
)

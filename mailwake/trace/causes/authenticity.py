"""Whether the sender is who it says: SPF, DKIM, DMARC, ARC (RFC 7208, 6376, 7489; codes of RFC 7372 and Google's)."""

from mailwake.trace.causes.cause import ADMIN, SENDER, SPECIFIC, Cause

CAUSES = (
    Cause(
        "dmarc",
        "Failed DMARC",
        (
            "The domain in the From header asks others to refuse mail that is not proven to be its own, and this "
            "mail was not."
        ),
        (
            "Send such mail through the domain's own servers, signed with its DKIM key; forwarders must not "
            "change the message."
        ),
        ADMIN,
        (r"\bdmarc\b[^;]*|unauthenticated email from \S+ is not accepted[^;]*",),
        ("5.7.509",),
        rank=SPECIFIC,
        ours_who=SENDER,
    ),
    Cause(
        "unauthenticated",
        "Neither SPF nor DKIM",
        "The server wants mail that is proven by SPF or DKIM, and this mail passed neither.",
        "Publish an SPF record with the sending server in it, and sign with DKIM.",
        ADMIN,
        (
            r"(?:sender|message|e?mail) (?:is|was) (?:unauthenticated|not authenticated)(?!.*5\.7\.(?:27|30)|.? spf)",
            "does not pass authentication checks[^;]*|requires all senders to authenticate with either[^;]*",
            "multiple authentication checks failed",
        ),
        ("7.26", "5.7.515"),
        rank=SPECIFIC + 1,
        ours_who=SENDER,
    ),
    Cause(
        "spf",
        "Failed SPF",
        "The sender's domain lists the servers that may send for it, and this server is not among them.",
        ("Add the sending server to the domain's SPF record, or send through one that is in it; forwarders need SRS."),
        ADMIN,
        (
            r"\bspf\b[^;]*|sender policy framework|open-?spf",
            "not (?:designated|permitted|authorized|allowed) (?:to send|sender|to use)[^;]*",
        ),
        ("7.23", "7.24", "7.27"),
        rank=SPECIFIC + 5,
        ours_who=SENDER,
    ),
    Cause(
        "dkim",
        "DKIM signature missing or broken",
        "The message has no valid DKIM signature of the domain that it names.",
        "Sign with the key that the domain publishes, and let nothing change the message after signing.",
        ADMIN,
        (r"\bdkim\b[^;]*|\b5\.7\.30\b",),
        ("7.20", "7.21", "7.22", "7.30"),
        rank=SPECIFIC + 6,
        ours_who=SENDER,
    ),
)

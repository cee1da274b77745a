"""Who may send what to where: relaying, authentication, sender ownership, access rules (RFC 3463, X.7.x)."""

from mailwake.trace.causes.cause import ADMIN, RECIPIENT_ADMIN, SENDER, SPECIFIC, VAGUE, Cause

CAUSES = (
    Cause(
        "relay-denied",
        "Relaying denied",
        (
            "The server does not carry mail to this domain for this client: the domain is not its own and the "
            "client did not log in."
        ),
        (
            "Sending: log in (SMTP authentication) or use your own provider's server. Receiving: the domain's MX "
            "points to a server that does not know the domain."
        ),
        SENDER,
        (
            "relay(?:ing)? (?:access )?(?:denied|not permitted|prohibited|not allowed|disabled)|relay access",
            "(?:unable|not allowed|not permitted|unauthorized|denied|refused) to relay|attemptedrelay",
            "we do not relay|is not permitted to relay",
            "not (?:in|listed in) (?:my |our )?(?:rcpthosts|relay domains)|relay_from_hosts",
        ),
        ("5.7.54",),
        rank=SPECIFIC,
        ours_advice=(
            "If it is one of our users, the client must log in; if the domain is ours, it is missing from the "
            "server's list of domains (Postfix: mydestination, virtual_mailbox_domains, relay_domains)."
        ),
        ours_who=ADMIN,
    ),
    Cause(
        "sender-not-owned",
        "Sender address belongs to somebody else",
        "The user logged in under one name and wrote as sender an address that is not theirs.",
        (
            "The user must send from their own address, or be allowed to use this one (Postfix: "
            "smtpd_sender_login_maps)."
        ),
        ADMIN,
        (
            "sender address rejected: not owned by user|not owned by (?:auth )?user",
            "not (?:allowed|permitted|authorized) to send (?:as|mail from)|sendasdenied",
            "sender (?:address )?(?:must match|does not match) (?:the )?(?:auth|login)|spoofed sender",
        ),
        rank=SPECIFIC,
    ),
    Cause(
        "not-logged-in",
        "Sender address needs a login",
        "The sender address is one of ours, but the client did not log in.",
        "The client must log in, or mail in our name comes from outside and is forged.",
        SENDER,
        ("sender address rejected: not logged in",),
        rank=SPECIFIC,
        ours_who=ADMIN,
    ),
    Cause(
        "auth-required",
        "Login required",
        "The server takes mail from this client only after a login.",
        "Set up SMTP authentication in the sending program.",
        SENDER,
        (
            "(?:smtp )?authentication (?:is )?required|must (?:be authenticated|authenticate)",
            "client was not authenticated|please (?:log ?in|authenticate)",
            "must issue a STARTTLS command first.*auth|submission requires auth|auth required",
        ),
        ("5.7.0", "5.7.57"),
    ),
    Cause(
        "auth-failed",
        "Login failed",
        "The login at the server failed: wrong name, wrong password, or a method the server does not take.",
        "Correct the stored name and password.",
        ADMIN,
        (
            r"(?:sasl |smtp )?authentication (?:\w+ )?(?:failed|failure|unsuccessful|credentials invalid)",
            "incorrect authentication data|bad credentials|username and password not accepted|invalid login",
            r"535[ -]5\.7\.[38]",
        ),
        ("7.8", "7.9"),
    ),
    Cause(
        "header-check",
        "Refused for its content by a rule of ours",
        "A header or body check of the server refused the message.",
        "Read the rule's text; if it hits the wrong mail, correct the pattern (header_checks(5)).",
        RECIPIENT_ADMIN,
        (
            r"^(?:\d{3} )?(?:5\.7\.1 )?message content rejected|mime-error|mime (?:headers? )?(?:error|nesting)",
            "improper use of 8-bit data|header line rejected",
        ),
        ours_who=ADMIN,
    ),
    Cause(
        "client-rejected",
        "Client refused",
        "A rule of the server refuses this client: by address, name or country.",
        "The server's administrator can lift the rule; the sender must send through another server until then.",
        RECIPIENT_ADMIN,
        (
            "client host rejected: (?!.*cannot find)|client (?:host )?(?:address )?(?:is )?(?:blocked|rejected)",
            "your (?:host|network) is (?:blocked|not allowed|banned)|access denied",
            "connection (?:rejected|refused by policy)|you are not allowed",
            "administrative(?:ly)? (?:prohibition|denied|prohibited)",
        ),
        rank=VAGUE - 5,
        ours_advice=(
            "Find the access rule of ours that says so (access(5), an ACL, a policy service) if the client should "
            "be let in."
        ),
        ours_who=ADMIN,
    ),
    Cause(
        "sender-rejected",
        "Sender refused",
        "A rule of the server refuses this sender address.",
        "The server's administrator can lift the rule.",
        RECIPIENT_ADMIN,
        (
            "sender (?:address )?(?:rejected|denied|blocked|refused|not allowed)|sender is (?:blocked|denied)",
            "blocked sender",
        ),
        rank=VAGUE - 5,
        ours_advice="Find the access rule of ours that names the sender, if it should be let in.",
        ours_who=ADMIN,
    ),
    Cause(
        "helo-rejected",
        "Greeting name refused",
        "The name that the client greeted with (HELO) is invalid, unknown or forged.",
        "The client must greet with its own full host name, one that exists in the DNS.",
        SENDER,
        (
            r"no helo/ehlo given|syntactically invalid argument",
            "helo command rejected(?:: [^;]*)?|invalid (?:helo|ehlo)",
            "(?:helo|ehlo) (?:name|argument|hostname)[^;]*(?:invalid|rejected|mismatch|not resolve)|bad helo",
            "need fully-qualified hostname",
        ),
        rank=SPECIFIC + 10,
    ),
    Cause(
        "policy-unavailable",
        "A check could not be made",
        (
            "Something the server needs for its decision did not answer (a policy service, a table, a milter), so "
            "it said: later."
        ),
        "Look at the server's warnings of that time and repair the service.",
        RECIPIENT_ADMIN,
        (
            "server configuration (?:problem|error)|policy (?:service|server) (?:is )?(?:unavailable|timeout)",
            "milter.*?(?:unavailable|not available|timed? ?out)",
            "(?:temporary|local) (?:lookup failure|error in processing|configuration)|cannot (?:check|verify) your",
            "local(?:_| )scan|temporary local problem",
        ),
        ("3.5",),
        ours_who=ADMIN,
    ),
    Cause(
        "policy",
        "Against the server's policy",
        "The server refuses the message by a rule of its own and does not say more.",
        "Ask the server's administrator, and give time, addresses and the server's words.",
        RECIPIENT_ADMIN,
        (
            "policy (?:reject(?:ion|ed)?|violation|reasons?)|rejected (?:for|by|due to) (?:local )?policy",
            "not (?:accepted|allowed) (?:for|by) policy|prohibited by",
        ),
        ("7.1", "7.0"),
        rank=VAGUE,
        ours_who=ADMIN,
        ours_advice="Find the rule of ours behind these words: an access rule, a policy service or a milter.",
    ),
)

"""Who the sending server is thought to be: block lists, reputation, names, rates, greylisting.

S3140 and S3150 are Microsoft's codes, 4.7.28 Google's, [TSxx] Yahoo's; RFC 6647 describes greylisting.
"""

from mailwake.trace.causes.cause import ADMIN, NOBODY, SENDER, SPECIFIC, VAGUE, Cause

_LISTED_OURS = (
    "The sender must get off the list (the reply has a link). If the sender is wanted, except it from the check."
)

CAUSES = (
    Cause(
        "greylisted",
        "Greylisted",
        (
            "The server does not know this sender yet and said: come again in some minutes. Mail servers do, "
            "spammers mostly do not."
        ),
        (
            "Wait: the sending server tries again by itself. If it never does, its queue or its changing "
            "addresses are the reason."
        ),
        NOBODY,
        (r"gr[ea]y-?list[^;]*|come back later|try again in \d+ (?:second|minute)s?",),
        details=("Greylisted", "Deferred", "Rejected", "Bounced"),
        rank=SPECIFIC + 5,
    ),
    Cause(
        "greylisted",
        "Greylisted",
        "The server does not know this sender yet and said: come again in some minutes.",
        "Wait: the sending server tries again by itself.",
        NOBODY,
        details=("Greylisted",),
        always=True,
    ),
    Cause(
        "spamhaus",
        "On a Spamhaus list",
        "The sending address, or a name in the message, is on one of the lists of Spamhaus.",
        (
            "Look it up at check.spamhaus.org, remove the reason (open relay, stolen account, dynamic address), "
            "ask for removal."
        ),
        ADMIN,
        (r"spamhaus(?:\.org)?[^;]*",),
        rank=SPECIFIC,
        ours_advice=_LISTED_OURS,
        ours_who=SENDER,
    ),
    Cause(
        "microsoft-block",
        "Blocked by Microsoft",
        "Microsoft (Outlook, Hotmail, Exchange Online) blocks mail from the sending server or its network.",
        (
            "Ask for removal where the reply says (sender.office.com or olcsupport.office.com), and look for spam "
            "that we send."
        ),
        ADMIN,
        (
            r"\bS(?:3140|3150|775|844)\b|\b(?:OU|SC|DY|CS)-00[1-9]\b|part of their network is on our block ?list",
            r"banned sending IP|5\.7\.60[6-9]|5\.7\.511",
        ),
        ("5.7.511", "5.7.606"),
        rank=SPECIFIC,
    ),
    Cause(
        "google-reputation",
        "Blocked or slowed down by Google",
        "Google sees an unusual amount of unwanted mail from the sending address, its network or its domain.",
        "Look for spam that we send or forward; Google's Postmaster Tools show the reputation. It recovers slowly.",
        ADMIN,
        (
            "our system has detected (?:that this message is likely (?:un)?solicited|an unusual rate of)[^;]*",
            r"low reputation of the sending (?:domain|ip)[^;]*|very low reputation|\b[45]\.7\.28\b",
        ),
        ("7.28",),
        rank=SPECIFIC,
    ),
    Cause(
        "no-reverse-name",
        "No proper reverse name",
        "The sending address has no name in the DNS, or the name does not lead back to the address.",
        "The owner of the sending server must set a PTR record and an A record that agree.",
        ADMIN,
        (
            "cannot find your (?:reverse )?hostname[^;]*",
            "(?:no|missing|invalid|without) (?:a )?(?:ptr|rdns|reverse dns|reverse)(?: record| lookup)?",
            r"reverse dns|\bptr record|does not (?:resolve|have).*(?:reverse|ptr)|\b[45]\.7\.25\b|fcrdns",
            "generic (?:ptr|rdns|reverse)",
        ),
        ("7.25",),
        rank=SPECIFIC,
        ours_who=SENDER,
    ),
    Cause(
        "block-list",
        "On a block list",
        "The sending address, or a name in the message, is on a public list of spam sources.",
        "Look the address up on the list that the reply names, remove the reason and ask for removal there.",
        ADMIN,
        (
            "blocked using [^;]*|(?:black|block|deny)[- ]?list(?:ed|s)?[^;]*",
            r"(?:listed|found) (?:in|at|on|by) \S*(?:rbl|dnsbl|bl\.|sorbs|barracuda|abuseat|senderscore)\S*",
            r"\b(?:rbl|dnsbl|dnsrbl)\b|spamcop|barracudacentral|uceprotect|b\.barracuda|spam source|dnsbl rank",
        ),
        rank=SPECIFIC + 10,
        ours_advice=_LISTED_OURS,
        ours_who=SENDER,
    ),
    Cause(
        "reputation",
        "Poor reputation",
        "The server has had bad experience with mail from this address or domain.",
        "Look for spam that we send or forward, then ask the server's administrator; reputation recovers slowly.",
        ADMIN,
        (
            r"(?:poor|bad|low|negative) (?:\S+ )?(?:reputation|senderscore|sender score)",
            r"reputation (?:too low|score)|senderbase|talos|\[TSS?\d+\]",
            "temporarily deferred due to (?:unexpected volume|user complaints)|user complaints",
            r"(?:ip|address|network|host)(?: \S+)? (?:is )?(?:temporarily )?(?:blocked|banned)",
            "blocked (?:ip|for (?:spam|abuse))",
        ),
        rank=VAGUE - 20,
        ours_who=SENDER,
    ),
    Cause(
        "rate-limit",
        "Too much at once",
        "The server limits how many messages, recipients or connections one client may have in a time.",
        (
            "Mail that is only waiting goes out by itself. If it happens often: send slower, or look for an "
            "account that sends spam."
        ),
        NOBODY,
        (
            r"(?:rate|sending|message|recipient|hourly|daily) (?:\S+ )?(?:limit|quota)s?(?: exceeded| reached| hit)?",
            r"too much mail(?! data)|limit exceeded|ratelimit|rate[- ]limit(?:ed|ing)?|throttl\w+",
            "too (?:many|much) (?:messages|mails|recipients this|e-?mails|connections? (?:from|attempts))",
            "too (?:fast|quickly|frequent)|exceeded (?:the )?(?:maximum|sending|allowed)|concurrency",
            r"receiving mail at a rate|slow down|4\.7\.650",
        ),
        ("4.7.28", "5.7.705", "5.7.708"),
        ours_advice=(
            "A limit of ours held it (anvil(8), a rate limit of the filter or the policy service). Look whether "
            "the client is a stolen account."
        ),
        ours_who=ADMIN,
    ),
    Cause(
        "too-many-recipients",
        "Too many recipients",
        "The message names more recipients than the server takes at once.",
        "Send it in several parts, or to a list.",
        SENDER,
        ("too many recipients[^;]*",),
        ("5.3", "4.5.3", "5.5.3"),
        rank=SPECIFIC + 5,
    ),
    Cause(
        "too-many-connections",
        "Too many connections",
        "The server had no connection free for this client.",
        "It is tried again by itself. If it stays so, the number of parallel connections should be lowered.",
        NOBODY,
        (
            "too many (?:concurrent |simultaneous )?(?:smtp )?(?:connections|sessions)",
            "all (?:server|screening) ports busy|all ports busy|connection limit",
        ),
        rank=SPECIFIC + 10,
    ),
)

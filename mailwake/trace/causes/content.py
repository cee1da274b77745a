"""What is in the message: size, spam, viruses, files, form (RFC 3463, X.3.4, X.6.x; RFC 6531 for SMTPUTF8)."""

from mailwake.trace.causes.cause import ADMIN, NOBODY, RECIPIENT_ADMIN, SENDER, SPECIFIC, VAGUE, Cause

CAUSES = (
    Cause(
        "too-big",
        "Message too big",
        "The message is bigger than the server takes.",
        "Send it smaller, or share the files by a link. Mail encoding makes files a third bigger.",
        SENDER,
        (
            r"size value too big",
            "message (?:size|file)? ?(?:is )?too (?:big|large)|message (?:size )?exceeds[^;]*|size limit exceeded",
            r"(?:size|length) exceeds|queue file size limit|message size (?:\d+ )?exceeds|message larger than",
            "exceeds (?:the )?(?:fixed|maximum|allowed|permitted) (?:maximum )?(?:message )?(?:size|limit)",
            "message too long|message header(?:s)? too (?:long|large)|too much mail data",
        ),
        ("3.4", "2.3"),
        rank=SPECIFIC,
        ours_advice="Send it smaller, or raise the limit of the server that refused (Postfix: message_size_limit).",
    ),
    Cause(
        "virus",
        "Virus",
        "A scanner found a virus or other malware in the message.",
        "Clean the sending machine. If the message is harmless, its file must be sent in another way.",
        SENDER,
        (r"virus[^;]*|malware|infected[^;]*|eicar|trojan|\bclamav\b[^;]*|phish\w*|ransomware",),
        rank=SPECIFIC + 5,
        ours_advice=(
            "Nothing to do if the finding is right; a wrong one can be released from quarantine or excepted in "
            "the scanner."
        ),
        ours_who=ADMIN,
    ),
    Cause(
        "banned-file",
        "Forbidden attachment",
        "The message holds a kind of file that the server does not let through.",
        "Send the file in another way, or in a form that is allowed.",
        SENDER,
        (
            r"\bbanned\b[^;]*",
            r"(?:attachment|file) (?:type|name|extension)s?(?: \S+)? (?:is |are )?(?:not allowed|blocked|rejected)",
            "(?:blocked|forbidden|prohibited|unacceptable|dangerous|executable) (?:attachment|file|content)[^;]*",
            r"\b5\.7\.0 this message was blocked because its content",
        ),
        rank=SPECIFIC + 5,
        ours_advice="Release it from quarantine if it is wanted, or allow the kind of file.",
        ours_who=ADMIN,
    ),
    Cause(
        "spam",
        "Taken for spam",
        "A filter takes the message for spam.",
        (
            "Change what looks like spam (links, wording, missing authentication), or ask the other side to let "
            "the sender through."
        ),
        SENDER,
        (
            r"(?:message|mail|content|it)(?: \S+){0,4} (?:spam|unsolicited|bulk|junk)[^;]*",
            r"\bspam\b(?! source)[^;]*|unsolicited[^;]*|gtube[^;]*|high score",
            "rspamd: (?:reject|add header|rewrite subject|quarantine)[^;]*",
            r"score (?:of )?\d+(?:\.\d+)? (?:exceeds|is too high)|\bUBE\b|bayes",
        ),
        rank=VAGUE - 25,
        ours_advice="If it is no spam: let the sender through (allow list), and teach the filter with the message.",
        ours_who=ADMIN,
    ),
    Cause(
        "filter-later",
        "A filter puts it off",
        "A filter of the server wants the message later: greylisting, a rate limit, or a check that is not ready yet.",
        "Wait: the sending server tries again by itself. The filter's own record names the rule.",
        NOBODY,
        (r"rspamd: (?:soft reject|greylist)[^;]*|milter: tempfail",),
        details=("Deferred", "Greylisted"),
        rank=VAGUE - 1,
    ),
    Cause(
        "bad-link",
        "Links to a listed site",
        "The message holds a link to a site that is on a block list.",
        "Take the link out; if it is your own site, clean it and ask the list for removal.",
        SENDER,
        (
            r"(?:ur[il]|link|domain|url)s?(?: \S+){0,3} (?:black|block)list[^;]*|surbl[^;]*|uribl[^;]*",
            "suspicious (?:link|url)",
        ),
        rank=SPECIFIC + 5,
    ),
    Cause(
        "malformed",
        "Malformed message",
        "The message breaks the rules of mail (headers missing, doubled or too long, lines too long, bad MIME).",
        "Correct the program that made the message.",
        SENDER,
        (
            r"no valid sender in any header line|failing address in .?\w[\w-]*:.? header",
            r"missing at end of address",
            r"(?:missing|invalid|malformed|duplicate|multiple|too many|syntax error in|bad) (?:\S+ )?headers?[^;]*",
            "rfc ?(?:2822|5322|822)[^;]*|line(?:s)? (?:is |are )?too long|maximum (?:allowed )?line length[^;]*",
            r"mime[^;]*(?:error|invalid|malformed)|unbalanced|bare (?:cr|lf)\b[^;]*",
        ),
        rank=VAGUE - 20,
    ),
    Cause(
        "smtputf8",
        "Address needs SMTPUTF8",
        "The message uses letters beyond ASCII in an address, and the next server cannot handle that (RFC 6531).",
        "Use an address in ASCII, or have the next server upgraded.",
        RECIPIENT_ADMIN,
        (
            r"utf8 support required[^;]*",
            "smtputf8[^;]*|utf-?8 (?:address|addressing)[^;]*|non-?ascii (?:address|recipient|sender)[^;]*",
            "internationali[sz]ed (?:address|email)[^;]*",
        ),
        ("6.7", "6.8", "6.9", "6.10"),
        rank=SPECIFIC,
    ),
    Cause(
        "conversion",
        "Content cannot be passed on",
        (
            "The next server cannot take the message in this form (8-bit or binary content) and it could not be "
            "converted."
        ),
        "Send it in another encoding.",
        SENDER,
        ("8bitmime[^;]*|binarymime[^;]*|conversion (?:required|prohibited|failed)[^;]*",),
        ("6.1", "6.3", "6.5"),
    ),
    Cause(
        "content",
        "Refused for its content",
        "The server refuses the message for something in it and does not say more.",
        "Ask the server's administrator, and give time, addresses and the server's words.",
        RECIPIENT_ADMIN,
        (
            "(?:rejected|blocked|refused) by (?:the )?(?:content |mail |spam )?filter[^;]*",
            "(?:message |mail )?content (?:rejected|blocked|refused|not allowed|denied)",
            "message (?:was )?(?:rejected|blocked|refused) (?:by|due to|because of)[^;]*(?:filter|content)",
        ),
        ("6.0", "7.7"),
        rank=VAGUE - 3,
        ours_advice=(
            "Find the rule of ours that says so (header_checks(5), body_checks, a filter) and correct it if it is "
            "wrong."
        ),
        ours_who=ADMIN,
    ),
)

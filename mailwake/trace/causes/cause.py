"""What one cause is."""

from __future__ import annotations

from dataclasses import dataclass

SENDER = "sender"
RECIPIENT_ADMIN = "recipient's admin"
ADMIN = "our admin"
NOBODY = "nobody"
"""Who should act. NOBODY: it settles itself, or it was meant to be so."""

SPECIFIC, NORMAL, VAGUE = 10, 50, 90
"""Ranks: when several causes match, the lowest wins, then the longest match."""


@dataclass(frozen=True)
class Cause:
    """Why, in words. The words hold for a refusal by a foreign server unless `ours_*` say otherwise for our own."""

    key: str
    """Stable name, for statistics and translations."""
    title: str
    """A few words: `Mailbox full`."""
    sentence: str
    """What happened, for someone who never read an RFC."""
    advice: str
    who: str
    patterns: tuple[str, ...] = ()
    """Regular expressions searched, in any case, in the server's own words."""
    codes: tuple[str, ...] = ()
    """Enhanced status codes (RFC 3463) without the class, `1.1` for 5.1.1 and 4.1.1; or with it: `5.7.1`.

    They decide only where no pattern matched: servers choose words with more care than codes.
    """
    details: tuple[str, ...] = ()
    """Where not empty: only for rows of these StatusDetails."""
    rank: int = NORMAL
    ours_advice: str = ""
    """Advice when it was a server of ours that refused; "" when the same."""
    ours_who: str = ""
    always: bool = False
    """With `details`: true whatever the words are, because the status says it all (Deleted, Held ...)."""

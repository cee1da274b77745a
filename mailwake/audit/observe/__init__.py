"""From what logs say to what was done: the facts of one session or submission become observations.

Pure: the observations of a key are a function of the set of facts filed under it and of the settings. They are made
anew from all facts whenever one is added, so it does not matter in which order, by which feed or how often these came.

    evidence   facts → lines, commands, openings, removals; what two feeds tell twice is one
    session    evidence → who acted, and all observations of a session
    removals   copies, moves, deletions: what became of each message that left a folder
    accesses   bodies that were read
    changes    flags
    others     logins, folders, rights, rules, searches
    submission mail handed in for sending

What one observation is: one message (or folder, or script) and one thing done to it. Its id is made of the session,
what was done to what, and how many of the like came before: whatever either feed can tell, never a time, which they
round differently.
"""

from mailwake.audit.observe.session import observe

__all__ = ["observe"]

"""Folder paths as Exchange shows them: `\\Inbox`, `\\Projects\\2026`."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(4096)
def shown(folder: str) -> str | None:
    """The path of a folder as records print it; None for no folder.

    Servers separate by `/` (most) or by nothing that can be told from a name; a path that is written Exchange's way
    stays as it is.
    """
    if not folder:
        return None
    if folder.startswith("\\"):
        return folder
    name = "Inbox" + folder[5:] if folder[:5].upper() == "INBOX" and folder[5:6] in ("", "/", ".") else folder
    return "\\" + name.replace("/", "\\")


@lru_cache(4096)
def leaf(folder: str) -> str | None:
    """The last name of a path; None for no folder."""
    path = shown(folder)
    return path.rsplit("\\", 1)[-1] if path else None

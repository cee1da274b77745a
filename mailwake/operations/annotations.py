"""What the annotation of a field says, for the faces that make controls, options and parameters of it."""

from __future__ import annotations

import types
from typing import Any, Union, get_args, get_origin

_LISTS = (list, tuple, set, frozenset)


def is_list(annotation: Any) -> bool:
    """Whether a field takes several values."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return any(map(is_list, get_args(annotation)))
    return origin in _LISTS or annotation in _LISTS

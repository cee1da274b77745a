"""Properties as cmdlets are told of them: names, wildcards, script blocks, and hashtables with Name and Expression."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailwake.shell.errors import ShellError
from mailwake.shell.members import member, pairs
from mailwake.shell.objects import MISSING, HashTable, PSObject, Value, gathered
from mailwake.shell.scripts import ScriptBlock
from mailwake.shell.values.convert import to_bool, to_int
from mailwake.shell.values.patterns import has_wildcard, like
from mailwake.shell.values.written import to_text


@dataclass(frozen=True, slots=True)
class Property:
    """One property asked for, or a computed one."""

    label: str
    read: Callable[[Value], Value]
    """The value in an object; MISSING if it has none."""
    plain: bool = True
    """Whether it is a property's name (or wildcard), not computed."""
    format: str = ""
    width: int = 0
    align: str = ""
    descending: bool | None = None

    @property
    def wild(self) -> bool:
        """Whether it stands for all properties that match."""
        return self.plain and has_wildcard(self.label)


def _reader(name: str) -> Callable[[Value], Value]:
    return lambda item: member(item, name)


def _computed(script: ScriptBlock) -> Callable[[Value], Value]:
    return lambda item: gathered(script.run(item))


_KEYS = {
    "name": ("name", "n", "label", "l"),
    "expression": ("expression", "e", "ex", "exp", "expr", "script", "scriptblock"),
    "format": ("formatstring", "format", "f"),
    "width": ("width", "w"),
    "align": ("alignment", "align", "a"),
    "descending": ("descending", "d", "desc"),
    "ascending": ("ascending", "asc"),
}


def property_of(value: Value) -> Property:
    """What a property argument means; raises `ShellError`."""
    if isinstance(value, ScriptBlock):
        return Property(str(value).strip(), _computed(value), plain=False)
    if isinstance(value, HashTable):
        return _of_table(value)
    name = to_text(value)
    return Property(name, _reader(name))


def _of_table(table: HashTable) -> Property:
    parts: dict[str, Value] = {}
    for key, value in table.items():
        lowered = to_text(key).lower()
        found = next((part for part, keys in _KEYS.items() if lowered in keys), None)
        if found is None:
            text = f"The {to_text(key)} key is not valid. Valid keys are Name, Label, Expression, FormatString, Width, "
            raise ShellError(
                text + "Alignment, Ascending, Descending.", "DictionaryKeyUnknown", category="InvalidArgument"
            )
        parts[found] = value
    expression = parts.get("expression", parts.get("name"))
    if expression is None:
        raise ShellError("The hashtable of a calculated property needs the key Expression.", "DictionaryKeyMissing")
    computed = isinstance(expression, ScriptBlock)
    name = to_text(expression).strip()
    order = to_bool(parts["descending"]) if "descending" in parts else None
    if order is None and "ascending" in parts:
        order = not to_bool(parts["ascending"])
    return Property(
        to_text(parts.get("name", name)),
        _computed(expression) if computed else _reader(name),
        plain=False,
        format=to_text(parts.get("format")),
        width=max(to_int(parts.get("width", 0)), 0),
        align=to_text(parts.get("align")).lower(),
        descending=order,
    )


def properties_of(values: Sequence[Value]) -> list[Property]:
    """What a list of property arguments means."""
    return [property_of(value) for value in values]


def expanded(properties: Sequence[Property], item: Value, exclude: Sequence[str] = ()) -> list[Property]:
    """Wildcards replaced by the properties that an object has, spelled as it spells them; each property once."""
    made: dict[str, Property] = {}
    names = [name for name, _ in pairs(item)]
    for one in properties:
        if one.wild:
            for name in names:
                if like(name, one.label):
                    made.setdefault(name.lower(), Property(name, _reader(name)))
        else:
            label = item.name_of(one.label) if one.plain and isinstance(item, PSObject) else one.label
            made.setdefault(label.lower(), one if label == one.label else Property(label, one.read))
    return [one for one in made.values() if not any(like(one.label, pattern) for pattern in exclude)]


def read(one: Property, item: Value) -> Value:
    """A property's value, $null if there is none."""
    found = one.read(item)
    return None if found is MISSING else found

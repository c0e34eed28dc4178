"""Changes to the XML of a map, kept count of: whether there were any, and what to tell about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element


@dataclass(slots=True)
class Edits:
    """What was done to a map's elements on their way to the one reading of it.

    Attributes:
        changed: whether the XML differs from the text that it was read from.
        notes: what the file's author may want to know, each with its place.
    """

    changed: bool = False
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Remembers something to tell."""
        self.notes.append(text)

    def set(self, element: Element, key: str, value: str) -> None:
        """Gives an attribute a value."""
        if element.get(key) != value:
            element.set(key, value)
            self.changed = True

    def unset(self, element: Element, key: str) -> None:
        """Takes an attribute away."""
        if element.attrib.pop(key, None) is not None:
            self.changed = True

    def remove(self, parent: Element, child: Element) -> None:
        """Takes a child away."""
        parent.remove(child)
        self.changed = True

    def add(self, parent: Element, tag: str, attributes: dict[str, str], at: int | None = None) -> Element:
        """Gives an element a child, at the end or at an index."""
        child = Element(tag, attributes)
        parent.insert(len(parent) if at is None else at, child)
        self.changed = True
        return child

    def replace(self, parent: Element, old: list[Element], new: list[Element]) -> None:
        """Puts children in the place of others."""
        at = min((list(parent).index(child) for child in old), default=len(parent))
        for child in old:
            parent.remove(child)
        for child in reversed(new):
            parent.insert(at, child)
        self.changed = True


def plain(value: float) -> str:
    """A number as OpenDRIVE texts have it; reads back as the same number."""
    return repr(float(value))

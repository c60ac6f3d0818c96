"""Every address of the portal, as the resolver knows it, with or without a name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

# A converter's argument, <int:pk>, or a named group of a regular expression, (?P<pk>[0-9]+).
_ARGUMENT = re.compile(r"<(?:[^<>:]+:)?(\w+)>")
_GROUP = re.compile(r"\(\?P<(\w+)>[^()]*\)")


@dataclass(frozen=True, slots=True)
class Route:
    """One pattern: its path with <arguments>, its name where it has one, and the view behind it."""

    path: str
    name: str
    view: str

    @property
    def arguments(self) -> list[str]:
        """The names of its arguments."""
        return _ARGUMENT.findall(self.path)

    def filled(self, values: Mapping[str, object]) -> str:
        """Its path with these arguments."""
        return fill(self.path, values)


def fill(path: str, values: Mapping[str, object]) -> str:
    """A path with its arguments filled in; `values` may hold more than it asks for."""
    return _ARGUMENT.sub(lambda found: str(values[found[1]]), path)


def every_route() -> list[Route]:
    """All patterns below the root, in the resolver's order."""
    return list(_walk(get_resolver().url_patterns, "/", ""))


def _walk(patterns: list[object], path: str, namespace: str) -> Iterator[Route]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, path + _readable(pattern), inner)
        elif isinstance(pattern, URLPattern):
            name = f"{namespace}{pattern.name}" if pattern.name else ""
            yield Route(path + _readable(pattern), name, pattern.lookup_str)


def _readable(pattern: URLPattern | URLResolver) -> str:
    """The pattern's own piece of path: arguments by name only, a regular expression without its anchors."""
    text = _GROUP.sub(r"<\1>", str(pattern.pattern))
    return _ARGUMENT.sub(r"<\1>", text).removeprefix("^").removesuffix("$")

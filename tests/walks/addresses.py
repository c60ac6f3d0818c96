"""Every address of the portal, as the resolver knows it, with arguments that lead somewhere."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse


@dataclass(frozen=True)
class Address:
    """One pattern: its full name and the names of its arguments."""

    name: str
    arguments: frozenset[str]


def every_address() -> list[Address]:
    """All named patterns; one without a name fails, since nobody could walk it."""
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[object], prefix: str) -> Iterator[Address]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            namespace = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _walk(pattern.url_patterns, namespace)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield Address(f"{prefix}{pattern.name}", frozenset(pattern.pattern.regex.groupindex))


def url_of(address: Address, values: dict[str, object]) -> str:
    """The address with its arguments filled in."""
    return reverse(address.name, kwargs={name: values[name] for name in address.arguments})

"""Whether the settings of the pager make sense; asked while the settings are read, before there are apps."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

# The staff notices of SPEC 2.2.
PAGED = ("p1_filed", "target_warned", "target_missed", "escalated", "customer_replied")
SHORTEST_SECRET = 32


def faults_of(url: str, secrets: Sequence[str], kinds: Sequence[str], *, may_be_plain: bool) -> Iterator[str]:
    """Say what is wrong with them. A plain address is one of this machine, over HTTP."""
    if bool(url) != bool(secrets):
        yield "PORTAL_PAGER_URL and PORTAL_PAGER_SECRETS: set both for a pager, or neither."
    if any(len(secret) < SHORTEST_SECRET for secret in secrets):
        yield f"PORTAL_PAGER_SECRETS: each has {SHORTEST_SECRET} characters or more, separated by commas."
    if unknown := set(kinds) - set(PAGED):
        yield f"PORTAL_PAGER_KINDS: any of {', '.join(PAGED)}, not {', '.join(sorted(unknown))}."
    if url and not _is_address(url, may_be_plain=may_be_plain):
        yield "PORTAL_PAGER_URL: an https:// address without a user name or password."


def _is_address(url: str, *, may_be_plain: bool) -> bool:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_text = url.isascii() and url.isprintable() and " " not in url and "@" not in parts.netloc
    is_plain = parts.scheme == "http" and host in {"127.0.0.1", "::1", "localhost"}
    return bool(host) and has_port and is_text and (parts.scheme == "https" or (is_plain and may_be_plain))

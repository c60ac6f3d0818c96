"""How a line of the log is written: one event, one line, whatever a visitor or another server has said."""

import logging
import re
from types import TracebackType

# Everything that ends a line or steers a terminal, C1 and the Unicode line ends included.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LINE_END = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_ExceptionInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)  # as logging has it


class LineFormatter(logging.Formatter):
    """Writes control characters as escapes, and indents a trace: none of its lines looks like an event."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's
        """The line of the event."""
        record.message = _CONTROL.sub(_escape, record.message)
        return super().formatMessage(record)

    def formatException(self, ei: _ExceptionInfo) -> str:  # noqa: N802 -- logging's
        """The trace below it."""
        trace = _CONTROL_BUT_LINE_END.sub(_escape, super().formatException(ei))
        return "\n".join(f"    {line}" for line in trace.split("\n"))


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")

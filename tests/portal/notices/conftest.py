"""The mail server and the kinds of notice that these tests share with others."""

from tests.factories.mail_sink import adopted, no_server, note, sink
from tests.factories.pager import pager

__all__ = ["adopted", "no_server", "note", "pager", "sink"]

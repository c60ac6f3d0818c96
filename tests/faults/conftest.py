"""What breaks around the portal, and the people and cases that it must not harm."""

from tests.factories.mail_sink import adopted, no_server, note, scripted, sink
from tests.factories.pager import pager
from tests.portal.files.conftest import store_folder

__all__ = ["adopted", "no_server", "note", "pager", "scripted", "sink", "store_folder"]

"""The mail server of a run, a process of its own: `python -m tests.chaos.sink PORT FOLDER`.

It reads its mode from the file `sink-mode` at every command, and notes each accepted mail in `sink.jsonl`,
on the disk itself, before it answers. `answer` says what it was about to do: a mail noted as "die" or "hang"
was accepted, and the sender never learned it.
"""

import asyncio
import json
import os
import sys
import time
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

ACCEPT = "accept"
REFUSE_SENDER, REFUSE_RECIPIENT, REFUSE_TEXT = "refuse-sender", "refuse-recipient", "refuse-text"
HANG, HANG_AFTER, DIE = "hang", "hang-after-accepting", "die-after-accepting"
# Canary only: a mail is noted under an id that no row has.
FORGE = "forge"
_TRY_LATER = "451 4.3.0 Try again later"


@dataclass(frozen=True)
class Delivery:
    """One accepted mail."""

    at: float
    message_id: str
    recipients: tuple[str, ...]
    subject: str = ""
    # "250": the sender was to be told; anything else: it was not.
    answer: str = "250"


def set_mode(folder: Path, mode: str) -> None:
    """Let the server behave so from its next command on."""
    temporary = folder / "sink-mode.new"
    temporary.write_text(mode)
    temporary.replace(folder / "sink-mode")


def deliveries(folder: Path) -> list[Delivery]:
    """Every mail that was accepted, in order; a line that a kill cut short was never answered."""
    found = []
    log = folder / "sink.jsonl"
    for line in log.read_text().splitlines() if log.exists() else []:
        try:
            facts = json.loads(line)
        except ValueError:
            continue
        found.append(Delivery(**{**facts, "recipients": tuple(facts["recipients"])}))
    return found


@dataclass
class _Server:
    folder: Path
    accepted: int = 0
    log: int = field(init=False)

    def __post_init__(self) -> None:
        self.log = os.open(self.folder / "sink.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def mode(self) -> str:
        return (self.folder / "sink-mode").read_text()

    async def handle_MAIL(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        mode = self.mode()
        if mode == HANG:
            await asyncio.sleep(3600)
        if mode == REFUSE_SENDER:
            return _TRY_LATER
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.mode() == REFUSE_RECIPIENT:
            return _TRY_LATER
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        mode = self.mode()
        if mode == REFUSE_TEXT:
            return _TRY_LATER
        self._note(envelope, mode)
        if mode == DIE:
            os._exit(9)
        if mode == HANG_AFTER:
            await asyncio.sleep(3600)
        return "250 OK"

    def _note(self, envelope: Any, mode: str) -> None:
        message = message_from_bytes(envelope.original_content, policy=policy.default)
        self.accepted += 1
        message_id = str(message["Message-ID"]).strip()
        if mode == FORGE and self.accepted % 10 == 0:
            message_id = message_id.replace("<", "<forged-")
        line = {
            "at": time.time(),
            "message_id": message_id,
            "recipients": list(envelope.rcpt_tos),
            "subject": str(message["Subject"]),
            "answer": mode if mode in (DIE, HANG_AFTER) else "250",
        }
        os.write(self.log, json.dumps(line).encode() + b"\n")
        os.fsync(self.log)


async def _serve(port: int, folder: Path) -> None:
    handler = _Server(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, enable_SMTPUTF8=False), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), Path(sys.argv[2])))

"""A mail server that takes everything and forgets all but the Message-IDs; a process of its own.

It prints its port, serves until its input ends, then prints the id of each mail it took.
"""

import asyncio
import sys

_ANSWERS = {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}


class Mailbox(asyncio.Protocol):
    """One connection: commands line by line, then the text of a mail up to a single dot."""

    def __init__(self, taken: list[bytes]) -> None:
        self._taken = taken
        self._buffer = b""
        self._in_text = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every whole command, and every whole mail."""
        self._buffer += data
        while end := self._end():
            part, self._buffer = self._buffer[:end], self._buffer[end:]
            self._transport.write(self._answer_to(part))

    def _end(self) -> int:
        mark = b"\r\n.\r\n" if self._in_text else b"\r\n"
        found = self._buffer.find(mark)
        return 0 if found < 0 else found + len(mark)

    def _answer_to(self, part: bytes) -> bytes:
        if self._in_text:
            self._in_text = False
            self._taken.append(_message_id(part))
            return b"250 taken\r\n"
        verb = part[:4].upper()
        self._in_text = verb == b"DATA"
        return _ANSWERS.get(verb, b"250 ok\r\n")


def _message_id(text: bytes) -> bytes:
    head = text.partition(b"\r\n\r\n")[0]
    lines = head.replace(b"\r\n ", b" ").split(b"\r\n")
    [found] = [line for line in lines if line.lower().startswith(b"message-id:")]
    return found.partition(b":")[2].strip()


async def serve() -> None:
    """This will serve on a free port of this machine until the input ends."""
    taken: list[bytes] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Mailbox(taken), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
    print(*(one.decode() for one in taken), sep="\n", flush=True)


if __name__ == "__main__":
    asyncio.run(serve())

"""How the parts of the embedded run are started: web server, worker and beat."""

import sys
from collections.abc import Sequence
from pathlib import Path


def web_command(addresses: Sequence[str]) -> list[str]:
    """Serve the pages at these addresses, `host:port`, with two processes of four threads."""
    return [
        *(sys.executable, "-m", "gunicorn", "portal.wsgi:application"),
        *(part for address in addresses for part in ("--bind", address)),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4"),
        *("--preload", "--no-control-socket", "--graceful-timeout", "2", "--timeout", "120"),
        *("--name", "support-portal", "--log-level", "warning"),
    ]


def worker_command() -> list[str]:
    """Carry out ticks, send mail and pages, in two processes."""
    return [
        *(sys.executable, "-m", "celery", "--app", "portal", "--quiet", "worker"),
        *("--queues", "clock,mail,pager", "--pool", "prefork", "--concurrency", "2", "--loglevel", "INFO"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def beat_command(schedule: str | Path) -> list[str]:
    """Wake the worker, keeping in the file `schedule` when that was last done."""
    return [
        *(sys.executable, "-m", "celery", "--app", "portal", "--quiet", "beat"),
        *("--schedule", str(schedule), "--pidfile=", "--loglevel", "INFO"),
    ]

"""The embedded run as processes: what it starts, what it refuses, and that it leaves nothing behind."""

import os
import signal
import sys
import time

import pytest

from tests.system.running import Visitor, free_port, wait_for

pytestmark = [
    pytest.mark.system,
    pytest.mark.once(
        "starting, refusing and ending are the supervisor's; test_story.py runs a portal on each"
    ),
    pytest.mark.timeout(240),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks processes up in /proc"),
]


def test_customers_and_staff_find_their_page_at_the_printed_addresses(portal):
    customer = Visitor(f"http://127.0.0.1:{portal.port}")
    staff = Visitor(f"http://localhost:{portal.port}")

    assert f"http://127.0.0.1:{portal.port}/" in portal.output
    assert f"http://localhost:{portal.port}/admin/" in portal.output
    assert customer.get("/").url.startswith(f"http://127.0.0.1:{portal.port}/login/")
    assert customer.get("/").status == 200
    assert staff.get("/admin/").status == 200
    assert [customer.get(path).status for path in ("/healthz", "/readyz")] == [200, 200]
    assert wait_for(lambda: customer.get("/health/clock").status == 200, within_seconds=40), customer.get(
        "/health/clock"
    ).text


def test_a_second_start_is_refused_and_the_first_goes_on(portal, start):
    second = start()

    assert second.process.wait(timeout=60) == 1
    assert f"running already: process {portal.process.pid}" in second.output
    assert Visitor(f"http://127.0.0.1:{portal.port}").get("/healthz").status == 200
    assert portal.process.poll() is None


def test_a_port_in_use_is_refused_with_a_way_out(portal, start, tmp_path):
    second = start(var_dir=tmp_path / "other", port=portal.port)

    assert second.process.wait(timeout=60) == 1
    assert f"Port {portal.port} is taken" in second.output
    assert f"make run PORT={portal.port + 1}" in second.output
    assert not list((tmp_path / "other").glob("*.sqlite3"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_ends_everything_within_five_seconds(portal, number):
    began = time.monotonic()

    portal.process.send_signal(number)
    portal.process.send_signal(number)

    assert portal.process.wait(timeout=20) == 0
    assert time.monotonic() - began < 5
    assert wait_for(lambda: portal.processes() == {}, within_seconds=0.5), portal.processes()
    assert portal.output.endswith("Stopped.\n")


def test_ending_it_while_it_starts_leaves_nothing_either(start):
    portal = start(port=free_port())
    assert wait_for(lambda: len(portal.processes()) > 2, within_seconds=60)

    portal.process.send_signal(signal.SIGINT)

    assert portal.process.wait(timeout=20) == 0
    assert wait_for(lambda: portal.processes() == {}, within_seconds=1), portal.processes()


def test_a_killed_supervisor_takes_all_its_children_and_theirs_along(portal):
    family = portal.processes()
    assert len(family) > 6

    os.kill(portal.process.pid, signal.SIGKILL)
    portal.process.wait()

    assert wait_for(lambda: portal.processes() == {}, within_seconds=5), portal.processes()


def test_a_killed_supervisor_and_undertaker_leave_nothing_either(portal):
    os.kill(portal.process_of("undertaker.py"), signal.SIGKILL)
    os.kill(portal.process.pid, signal.SIGKILL)
    portal.process.wait()

    assert wait_for(lambda: portal.processes() == {}, within_seconds=8), portal.processes()


@pytest.mark.parametrize(
    ("part", "name"), [("gunicorn", "web"), ("celery --app portal --quiet beat", "beat")]
)
def test_a_part_that_dies_ends_the_whole_and_is_named(portal, part, name):
    os.kill(portal.process_of(part), signal.SIGKILL)

    assert portal.process.wait(timeout=20) == 1
    assert f"The {name} ended by itself (status -9)" in portal.output
    assert wait_for(lambda: portal.processes() == {}, within_seconds=2), portal.processes()

"""Every refusal has its sentence, and every event its name."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.utils import timezone

from entitlements.plans import Plan
from entitlements.wording import EVENT_NAMES, day, days, refusal_text
from entitlements.wording.refusals import _REFUSALS
from portal.accounts.refusals import REFUSALS as PEOPLE_REFUSALS
from portal.errors import DomainError

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [*(ROOT / "entitlements").rglob("*.py"), *(ROOT / "portal" / "accounts").rglob("*.py")]
EVERY_VALUE = {
    "product": "Analytics",
    "account": "Northwind",
    "name": "Northwind",
    "first_on": date(2026, 3, 1),
    "last_on": date(2026, 3, 31),
    "earliest": date(1990, 1, 1),
    "latest": date(2199, 12, 31),
    "plan": Plan.EXPERT,
    "day": date(2026, 3, 15),
    "capacity": 4,
    "taken": 15,
    "cases": 1,
    "seats": 2,
    "hours": 24,
    "most": 200,
    "invited": 1,
    "address": "ada@customer.example",
    **dict.fromkeys(
        ("removed_at", "revoked_at", "used_at", "expired_at", "asked_at", "until"),
        datetime(2026, 3, 1, tzinfo=UTC),
    ),
}


def _codes_in_the_source() -> set[str]:
    raised = re.compile(r'(?:DomainError|NotAllowed|FieldRefused|__init__)\(\s*"(\w+)"')
    chosen = re.compile(r'code = "(\w+)" if .* else "(\w+)"')
    codes: set[str] = set()
    for source in SOURCES:
        text = source.read_text()
        codes.update(raised.findall(text))
        codes.update(code for pair in chosen.findall(text) for code in pair)
    return codes


def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    assert _codes_in_the_source() == set(_REFUSALS) | set(PEOPLE_REFUSALS)


@pytest.mark.parametrize("code", sorted([*_REFUSALS, *PEOPLE_REFUSALS]))
def test_a_refusal_is_a_sentence_with_its_values(code: str) -> None:
    text = refusal_text(DomainError(code, **EVERY_VALUE))
    assert text[0].isupper()
    assert text.endswith((".", "name@company.example."))
    assert "%(" not in text


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            DomainError("license_full", plan=Plan.EXPERT, capacity=4, taken=4),
            "Every seat is taken: the Expert Success Plan allows 4 named contacts per product, and there"
            " are 4. Remove a contact first, or ask us about the plan.",
        ),
        (
            DomainError("over_capacity", plan=Plan.EXPERT, capacity=4, taken=15),
            "Every seat is taken: the Expert Success Plan allows 4 named contacts per product, and there"
            " are 15. Remove a contact first, or ask us about the plan. It is over capacity by 11.",
        ),
        (
            DomainError("terms_overlap", first_on=date(2026, 1, 1), last_on=date(2026, 12, 31)),
            "Terms of a license never overlap: there is one for 1 Jan 2026 – 31 Dec 2026. Choose days before"
            " or after it.",
        ),
        (
            DomainError("name_a_successor", cases=2),
            "The contact still has 2 open cases and requests. Choose another contact of the product to take"
            " over.",
        ),
        (
            DomainError(
                "already_asked", product="Analytics", asked_at=datetime(2026, 3, 1, 8, tzinfo=UTC), hours=5
            ),
            "You asked for a seat for Analytics already: Sun 1 Mar 2026, 08:00 UTC. Ask again after 5 hours,"
            " or write to your account administrator.",
        ),
        (
            DomainError("term_ended", product="Analytics", last_on=date(2026, 3, 31)),
            "The license for Analytics ended on 31 Mar 2026. Open cases run to their end; for new ones, ask"
            " your account administrator about a renewal.",
        ),
    ],
)
def test_a_refusal_says_rule_value_and_what_to_do(error: DomainError, text: str) -> None:
    assert refusal_text(error) == text


@pytest.mark.parametrize(
    ("error", "to_customers", "to_staff"),
    [
        (
            DomainError("seat_needs_a_term", product="Analytics"),
            "No term of Analytics is in force, so no plan says how many contacts it may have. Ask us about a"
            " renewal.",
            "No term of Analytics is in force, so no plan says how many contacts it may have. Add a term"
            " first.",
        ),
        (
            DomainError("hand_over_first", cases=1),
            "The contact still has 1 open case or request. Nobody else is there to take over: add another"
            " contact of the product first, or ask our staff.",
            "The contact still has 1 open case or request. Nobody else is there to take over: add another"
            " contact of the product first, or close what is open.",
        ),
        (
            DomainError("administrator_needs_a_seat"),
            "The account administrator is always an active named contact. Give the person a seat first, or"
            " hand the role to another contact before removing the last seat.",
            "The account administrator is always an active named contact. Give the person a seat first, or"
            " hand the role to another contact before removing the last seat. The role may rest once no"
            " license of the account has a term in force or to come.",
        ),
        (DomainError("access_is_over"), "This access has ended already.", "This access has ended already."),
    ],
)
def test_a_refusal_says_what_who_reads_it_can_do(
    error: DomainError, to_customers: str, to_staff: str
) -> None:
    assert refusal_text(error) == to_customers
    assert refusal_text(error, to_staff=True) == to_staff


def test_the_day_of_a_removal_is_the_readers() -> None:
    error = DomainError("already_removed", removed_at=datetime(2026, 3, 1, 20, tzinfo=UTC))
    said = "This contact was already removed on {}. Load the page again to see who has a seat."
    for zone, removed_on in (("Europe/London", "1 Mar 2026"), ("Asia/Tokyo", "2 Mar 2026")):
        with timezone.override(zone):
            assert refusal_text(error) == said.format(removed_on)


def test_every_recorded_event_has_a_name() -> None:
    recorded = re.compile(r'(?<!\.)\brecord\(\s*"(\w+)"')  # the catalogue's requests have their own history
    sources = [*SOURCES, *(ROOT / "accelerators").rglob("*.py")]
    kinds = {kind for source in sources for kind in recorded.findall(source.read_text())}
    assert kinds == set(EVENT_NAMES)


def test_days_are_written_as_people_read_them() -> None:
    assert day(date(2025, 12, 3)) == "3 Dec 2025"
    assert days(date(2025, 10, 1), date(2026, 9, 30)) == "1 Oct 2025 – 30 Sep 2026"

"""What the catalogue says: dated rows, their changes, and loading what is published (SPEC 4)."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accelerators import operations
from accelerators.models import CatalogueRow
from accelerators.operations.catalogue import COLUMNS, Outcome
from accelerators.published import PUBLISHED
from accelerators.queries import closed_by, offered_at, row_in_force, rows_in_force
from entitlements.models import License
from entitlements.plans import Plan
from entitlements.terms import EARLIEST_AT
from portal.accounts.groups import StaffGroup
from portal.accounts.models import User
from tests.accelerators.stage import DAY, NOW, ask, refused, row
from tests.factories.people import (
    make_account,
    make_agent,
    make_customer,
    make_license,
    make_staff,
    make_superuser,
)

pytestmark = pytest.mark.django_db
US = timedelta.resolution
THING = "environment-review"


@pytest.fixture
def cora() -> User:
    return make_staff(StaffGroup.CATALOGUE_MANAGER, name="Cora Catalogue")


def columns(of: CatalogueRow, **facts: Any) -> dict[str, Any]:
    return {name: getattr(of, name) for name in COLUMNS if name != "position"} | facts


def change(actor: User, slug: str = THING, *, at: Any = NOW + DAY, **facts: Any) -> CatalogueRow:
    return operations.change_thing(slug, columns(row(THING), **facts), in_force_from=at, actor=actor, now=NOW)


def test_every_installation_has_what_is_published() -> None:
    rows = list(rows_in_force(NOW))
    assert [(each.slug, each.name) for each in rows] == [(item.slug, item.name) for item in PUBLISHED]
    assert {each.in_force_from for each in rows} == {EARLIEST_AT}
    assert "service-level-operations" not in {each.slug for each in offered_at(NOW)}


def test_a_row_counts_from_its_instant_and_requests_keep_theirs(
    cora: User, ultimate: License, rita: User
) -> None:
    asked = ask(rita, ultimate)
    changed = change(cora, duration="1 week")
    at = NOW + DAY
    assert [row(THING, each).duration for each in (at - US, at, at + US)] == ["2–4 weeks", "1 week", "1 week"]
    asked.refresh_from_db()
    assert (asked.row.duration, changed.position) == ("2–4 weeks", row(THING).position)


def test_a_thing_is_withdrawn_from_a_date(cora: User, ultimate: License, rita: User) -> None:
    change(cora, is_offered=False)
    assert THING in {each.slug for each in offered_at(NOW + DAY - US)}
    assert THING not in {each.slug for each in offered_at(NOW + DAY)}
    assert refused(lambda: ask(rita, ultimate, now=NOW + DAY)) == ("not_available", 409)


def test_a_new_address_is_a_new_thing_at_the_end(cora: User) -> None:
    made = change(cora, "new-thing", name="New thing")
    assert made.position == len(PUBLISHED) + 1
    assert row_in_force("new-thing", NOW) is None
    assert [each.slug for each in offered_at(NOW + DAY)][-1] == "new-thing"


@pytest.mark.parametrize(
    ("slug", "facts", "code"),
    [
        (THING, {"at": NOW}, "row_in_the_past"),
        (THING, {"at": NOW + timedelta(days=365 * 200), "name": "Late"}, "row_out_of_range"),
        (THING, {}, "row_unchanged"),
        (THING, {"kind": "field-service"}, "kind_of_thing_changed"),
        ("compare", {}, "slug_reserved"),
        ("ask", {}, "slug_reserved"),
        ("new-add-on", {"kind": "add-on", "expert": "included", "ultimate": "included"}, "slug_of_an_add_on"),
        ("new-thing", {"expert": "included", "ultimate": "included"}, "cells_of_add_ons"),
        ("new-thing", {"category": ""}, "category_missing"),
        ("new-thing", {"kind": "learning"}, "category_of_accelerators"),
        ("new-thing", {"products": ["analytics", "photoshop"]}, "unknown_product_or_family"),
        ("new-thing", {"products": [""]}, "unknown_product_or_family"),
    ],
)
def test_rows_that_cannot_be_meant_are_refused(cora: User, slug: str, facts: Any, code: str) -> None:
    before = CatalogueRow.objects.count()
    assert refused(lambda: change(cora, slug, **facts))[0] == code
    assert CatalogueRow.objects.count() == before


def test_two_rows_of_one_instant_are_refused(cora: User) -> None:
    change(cora, duration="1 week")
    assert refused(lambda: change(cora, duration="2 weeks")) == ("row_taken", 400)


def test_only_a_catalogue_manager_changes_the_catalogue(ultimate: License, rita: User, tam: User) -> None:
    for person in (make_agent(), tam, rita):
        assert refused(lambda person=person: change(person, duration="1 week")) == ("not_for_your_role", 403)
    assert change(make_superuser(), duration="1 week").duration == "1 week"


# --- Loading ----------------------------------------------------------------------------------------


def load(*names: str) -> list[str]:
    said = StringIO()
    call_command("load_catalogue", *(("--replace", *names) if names else ()), stdout=said)
    return said.getvalue().splitlines()


def test_loading_again_changes_nothing_and_says_so() -> None:
    before = list(CatalogueRow.objects.order_by("pk").values())
    assert load() == [f"0 added, 0 renewed, {len(PUBLISHED)} same, 0 kept, 0 no longer published."]
    assert list(CatalogueRow.objects.order_by("pk").values()) == before


def test_a_thing_that_is_missing_is_added_from_the_start() -> None:
    CatalogueRow.objects.filter(slug=THING).delete()
    assert load() == [
        f"added: {THING}",
        f"1 added, 0 renewed, {len(PUBLISHED) - 1} same, 0 kept, 0 no longer published.",
    ]
    assert row(THING).in_force_from == EARLIEST_AT


def test_what_staff_have_edited_is_kept_and_reported_until_it_is_named(cora: User) -> None:
    change(cora, duration="1 week")
    assert load() == [
        f"kept: {THING}",
        "    duration: '1 week', published '2–4 weeks'",
        f"0 added, 0 renewed, {len(PUBLISHED) - 1} same, 1 kept, 0 no longer published.",
    ]
    assert row(THING, NOW + DAY).duration == "1 week"
    assert load(THING)[0] == f"renewed: {THING}"
    newest = CatalogueRow.objects.filter(slug=THING).latest("in_force_from")
    assert (newest.duration, newest.made_by, CatalogueRow.objects.filter(slug=THING).count()) == (
        "2–4 weeks",
        None,
        3,
    )
    assert load() == [f"0 added, 0 renewed, {len(PUBLISHED)} same, 0 kept, 0 no longer published."]


def test_a_newer_delivery_follows_an_older_one_from_now_on() -> None:
    item = next(item for item in PUBLISHED if item.slug == THING)
    newer = [item._replace(duration="2–5 weeks") if each is item else each for each in PUBLISHED]
    loaded = operations.load_catalogue(now=NOW, published=newer)
    assert [each.slug for each in loaded if each.outcome is Outcome.RENEWED] == [THING]
    assert [row(THING, at).duration for at in (NOW - US, NOW)] == ["2–4 weeks", "2–5 weeks"]


def test_what_a_newer_delivery_drops_is_reported_and_stays(cora: User) -> None:
    *newer, edited, dropped = PUBLISHED
    said = columns(row(edited.slug), summary="Said anew")
    operations.change_thing(edited.slug, said, in_force_from=NOW + DAY, actor=cora, now=NOW)
    before = list(CatalogueRow.objects.order_by("pk").values())
    loaded = operations.load_catalogue(now=NOW + 2 * DAY, published=newer)
    # What staff have said anew is theirs.
    assert [each.slug for each in loaded if each.outcome is not Outcome.SAME] == [dropped.slug]
    assert loaded[-1].outcome is Outcome.DROPPED
    assert list(CatalogueRow.objects.order_by("pk").values()) == before


def test_the_command_names_what_is_no_longer_published() -> None:
    old = row(THING)
    old.pk, old.slug, old.name = None, "older-thing", "Older thing"
    old.save(force_insert=True)
    assert load() == [
        "no longer published: older-thing",
        f"0 added, 0 renewed, {len(PUBLISHED)} same, 0 kept, 1 no longer published.",
    ]
    assert load("environment-review")[0] == "no longer published: older-thing"


def test_an_unknown_address_is_refused() -> None:
    with pytest.raises(CommandError, match="Not published: nothing"):
        load("nothing")


def test_counting_whom_a_row_closes_off_costs_the_same_for_one_account_and_for_three(
    ultimate: License, rita: User, django_assert_num_queries: Any
) -> None:
    old = row(THING)
    newer = CatalogueRow(**{**columns(old), "slug": THING, "is_offered": False, "in_force_from": NOW + DAY})
    ask(rita, ultimate)
    # Requests, licenses, their terms, grants, launches.
    with django_assert_num_queries(5):
        assert closed_by(old, newer, NOW) == 1
    for name in ("Second", "Third"):
        license_ = make_license(make_account(name), plan=Plan.ULTIMATE)
        ask(make_customer(license_, may_request=True), license_)
    with django_assert_num_queries(5):
        assert closed_by(old, newer, NOW) == 3

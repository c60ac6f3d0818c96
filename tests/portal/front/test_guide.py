"""How support works, and the glossary: they follow the rows and the tables of the rules."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from itertools import pairwise

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from cases.follow_up import CatchUp
from cases.lifecycle import TRANSITIONS, Action, Status
from cases.wording import (
    ACTION_EFFECTS,
    ACTION_NAMES,
    CUSTOMERS,
    STATUS_NAMES,
    STATUS_SENTENCES,
    conditions_of,
    span,
)
from entitlements import operations
from entitlements.business_time import ClockKind
from entitlements.queries import calendar_of, calendars_now
from entitlements.targets import Priority, Service
from portal.accounts.models import Region, User
from portal.accounts.operations import set_hotline
from portal.front.glossary import TERMS, groups
from portal.front.how_it_works import in_every_open_case, status_rows
from tests.factories.cases import make_policy
from tests.factories.people import make_account, make_agent, make_customer, make_license, make_superuser

pytestmark = pytest.mark.django_db

HOW, GLOSSARY = "/how-support-works/", "/glossary/"
# Wednesday before Thanksgiving, 10:00 in Los Angeles.
WEDNESDAY = datetime(2026, 11, 25, 18, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
LANGUAGES = ("en", "fr", "nl", "ja")
# SPEC 1: its glossary, and the words that a customer meets.
WANTED = {
    "activity",
    "adoption",
    "csm",
    "designated",
    "enablement",
    "environment",
    "expert-success",
    "kbo",
    "kpi",
    "mutual-action-plan",
    "maturity",
    "ssm",
    "success-accelerator",
    "swarming-pod",
    "tad",
    "tam",
    "ultimate-success",
    "use-case",
    "value",
    "account",
    "license",
    "term",
    "success-plan",
    "named-contact",
    "account-administrator",
    "case",
    "requestor",
    "watcher",
    "open-case",
    "targeted-initial-response",
    "waiting-period",
    "time-zone",
    "business-hours",
}


@pytest.fixture
def customer() -> User:
    return make_customer(make_license(make_account(country="US")))


def page_of(person: User, address: str, *, at: datetime = WEDNESDAY, language: str = "en") -> str:
    client = Client(headers={"accept-language": language})
    with time_machine.travel(at, tick=False):
        client.force_login(person)
        response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def text_of(page: str) -> str:
    """What is read on a page, without its markup."""
    main = page[page.index('<main id="main"') : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def row_of(page: str, anchor: str) -> str:
    """The text of one table row, found by its anchor."""
    found = re.search(rf'<tr role="row" id="{anchor}">(.*?)</tr>', page)
    assert found, anchor
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split())


# --- Who sees them ------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [HOW, GLOSSARY])
def test_a_stranger_is_led_to_sign_in(client: Client, address: str) -> None:
    assert client.get(address).headers["Location"] == f"/login/?next={address}"


@pytest.mark.parametrize("address", [HOW, GLOSSARY])
def test_staff_read_what_customers_read(address: str) -> None:
    assert "<h1>" in page_of(make_agent(), address)


def test_every_page_of_who_is_signed_in_leads_to_both(customer: User, client: Client) -> None:
    page = page_of(customer, "/profile/")
    assert f'<a href="{HOW}">How support works</a>' in page
    assert f'<a href="{GLOSSARY}">Glossary</a>' in page
    assert HOW not in client.get("/login/").content.decode()


@pytest.mark.parametrize(("address", "cost"), [(HOW, 11), (GLOSSARY, 4)])
def test_a_page_costs_the_same_whatever_rows_there_are(customer: User, address: str, cost: int) -> None:
    client = Client()
    with time_machine.travel(WEDNESDAY, tick=False):
        client.force_login(customer)
        with CaptureQueriesContext(connection) as few:
            client.get(address)
        operations.import_holidays([2030], now=WEDNESDAY)
        make_policy(WEDNESDAY - HOUR, reminder_hours=[1, 2, 3, 4, 5], closure_hours=6, reopening_hours=7)
        with CaptureQueriesContext(connection) as many:
            client.get(address)
    assert (len(few), len(many)) == (cost, cost)


# --- Priorities -----------------------------------------------------------------------------------------


def test_it_shows_the_targets_of_each_service_and_what_a_priority_asks(customer: User) -> None:
    page = text_of(page_of(customer, HOW))
    assert (
        "P1 Critical Production is down, or data is being lost or badly damaged."
        " 1 h, 24x7 15 min, 24x7 30 min, 24x7"
    ) in page
    assert "You work on it with support around the clock, until the effect is contained." in page
    assert page.count("Without vital information from the named contacts") == 2
    assert page.count("Support speaks with named contacts only") == 3


def test_a_new_target_row_changes_the_page_from_its_instant(customer: User) -> None:
    operations.add_response_target(
        Service.EXPERT,
        Priority.P2,
        clock=ClockKind.WEEKDAYS,
        minutes=95,
        in_force_from=WEDNESDAY,
        actor=make_superuser(),
        now=WEDNESDAY - HOUR,
    )
    before, after = (text_of(page_of(customer, HOW, at=at)) for at in (WEDNESDAY - SECOND, WEDNESDAY))
    assert "2 h, business hours 30 min, business hours" in before
    assert "1 h 35 min, 24x5 30 min, business hours" in after


# --- The lifecycle --------------------------------------------------------------------------------------


def customers_rows() -> list:
    return [row for row in TRANSITIONS if row.roles & CUSTOMERS]


def test_every_action_of_customers_is_explained_with_its_effect_and_its_conditions(customer: User) -> None:
    page = text_of(page_of(customer, HOW))
    missing = [
        words
        for row in customers_rows()
        for words in (ACTION_NAMES[row.action], ACTION_EFFECTS[row.action], *conditions_of(row))
        if str(words) not in page
    ]
    assert missing == []
    staffs = {row.action for row in TRANSITIONS} - {row.action for row in customers_rows()}
    assert Action.CLAIM in staffs
    assert [action for action in (Action.CLAIM, Action.ADD_NOTE) if str(ACTION_NAMES[action]) in page] == []


@pytest.mark.parametrize("status", Status)
def test_a_status_says_what_it_means_and_all_that_the_table_allows_in_it(
    customer: User, status: Status
) -> None:
    page = page_of(customer, HOW)
    row = row_of(page, status.value)
    assert str(STATUS_NAMES[status]) in row
    assert str(STATUS_SENTENCES[status]) in row
    allowed = {row.action for row in customers_rows() if status in row.sources}
    shown = next(one for one in status_rows() if one.status is status)
    named = {*shown.actions, *(in_every_open_case() if shown.is_open else ())}
    assert named == {ACTION_NAMES[action] for action in allowed}
    assert [str(name) for name in shown.actions if str(name) not in row] == []
    assert ("What every open case allows" in row) == shown.is_open
    listed = ", ".join(str(name) for name in in_every_open_case())
    assert f"Every open case allows: {listed}." in text_of(page)


# --- Waiting --------------------------------------------------------------------------------------------


def test_it_plans_a_waiting_period_that_begins_now(customer: User) -> None:
    page = text_of(page_of(customer, HOW))
    for words in (
        "1st reminder, after 24 h (1 day) (planned) Thu 26 Nov 2026, 10:00 PST",
        "3rd reminder, after 120 h (5 days) (planned) Mon 30 Nov 2026, 10:00 PST",
        "The case closes by itself, after 144 h (6 days) (planned) Tue 1 Dec 2026, 10:00 PST",
        "Reopening ends, 336 h (14 days) after the closing (planned) Tue 15 Dec 2026, 10:00 PST",
        "You keep the case open for 72 h (3 days) more",
        "at most 30 days ahead",
        "Possible for 336 h (14 days) after the latest closing",
        "A case whose closing instant has passed closes",
    ):
        assert words in page, words


def test_a_new_follow_up_policy_changes_the_page_from_its_instant(customer: User) -> None:
    make_policy(
        WEDNESDAY,
        reminder_hours=[10],
        closure_hours=48,
        reopening_hours=100,
        catch_up=CatchUp.NOTICE_FIRST,
    )
    assert "after 144 h (6 days)" in page_of(customer, HOW, at=WEDNESDAY - SECOND)
    page = text_of(page_of(customer, HOW))
    for words in (
        "1st reminder, after 10 h (planned) Wed 25 Nov 2026, 20:00 PST",
        "The case closes by itself, after 48 h (2 days) (planned) Fri 27 Nov 2026, 10:00 PST",
        "Reopening ends, 100 h after the closing",
        "Possible for 100 h after the latest closing",
        "the closure follows it by at least 24 h (1 day).",
    ):
        assert words in page, words
    assert "2nd reminder" not in page


def test_no_figure_of_the_published_policy_is_left_when_another_is_in_force(customer: User) -> None:
    make_policy(WEDNESDAY, reminder_hours=[10], closure_hours=48, reopening_hours=100)
    page = text_of(page_of(customer, HOW))
    assert [words for words in ("14 days", "144", "336", "6 days") if words in page] == []


@pytest.mark.parametrize(
    ("hours", "words"), [(1, "1 h"), (23, "23 h"), (24, "24 h (1 day)"), (25, "25 h"), (48, "48 h (2 days)")]
)
def test_a_span_names_days_where_they_are_whole(hours: int, words: str) -> None:
    assert span(hours * HOUR) == words


# --- Hours ----------------------------------------------------------------------------------------------


def test_it_shows_each_regions_hours_now_and_ones_own_first(customer: User) -> None:
    operations.import_holidays([2026, 2027], now=WEDNESDAY)
    page = text_of(page_of(customer, HOW))
    assert (
        "Americas America/Los_Angeles Your region Open now closes in 7 h 30 min Wed 25 Nov 2026, 17:30 PST"
        " Monday–Friday: 06:00–17:30 Saturday–Sunday: closed Business day: 11 h 30 min"
        " 26 Nov 2026: Thanksgiving Day 25 Dec 2026: Christmas Day 1 Jan 2027: New Year's Day Asia Pacific"
    ) in page
    assert "Japan Asia/Tokyo Closed now opens in 6 h 00 min" in page
    assert page.count("Your region") == 1


def test_other_hours_and_a_day_off_change_the_page(customer: User) -> None:
    root, region = make_superuser(), Region.objects.get(pk="AMER")
    operations.add_region_hours(
        region,
        in_force_from=WEDNESDAY,
        week=[[[480, 720], [780, 1020]]] * 6 + [[]],
        full_day_minutes=480,
        actor=root,
        now=WEDNESDAY - HOUR,
    )
    operations.add_day_off(region, date(2026, 11, 30), "Company day", actor=root, now=WEDNESDAY)
    page = text_of(page_of(customer, HOW))
    assert "closes in 2 h 00 min Wed 25 Nov 2026, 12:00 PST" in page
    assert "Monday–Saturday: 08:00–12:00, 13:00–17:00 Sunday: closed Business day: 8 h" in page
    assert "30 Nov 2026: Company day" in page
    monday = text_of(page_of(customer, HOW, at=WEDNESDAY + timedelta(days=5)))
    assert "Today is a day off there: Company day." in monday


def test_another_zone_of_the_hours_changes_every_page_that_prints_them(customer: User) -> None:
    operations.add_region_hours(
        Region.objects.get(pk="AMER"),
        in_force_from=WEDNESDAY,
        week=[[[360, 1050]]] * 5 + [[], []],
        full_day_minutes=690,
        zone="America/New_York",
        actor=make_superuser(),
        now=WEDNESDAY - HOUR,
    )
    page = text_of(page_of(customer, HOW))
    # 17:30 in New York.
    assert (
        "Americas America/New_York Your region Open now closes in 4 h 30 min Wed 25 Nov 2026, 14:30 PST"
        in page
    )
    have = text_of(page_of(customer, "/entitlements/"))
    assert "closes in 4 h 30 min" in have
    assert "Zone America/New_York" in have


def test_all_calendars_at_once_are_those_of_each_region() -> None:
    regions = Region.objects.order_by("pk")
    with CaptureQueriesContext(connection) as asked:
        found = calendars_now(WEDNESDAY)
    assert len(asked) == 3
    assert found == [calendar_of(region, WEDNESDAY) for region in regions]


# --- Channels, languages, plans ----------------------------------------------------------------------------


def test_hotlines_are_shown_where_a_region_has_one(customer: User) -> None:
    assert "tel:" not in page_of(customer, HOW)
    set_hotline(Region.objects.get(pk="EMEA"), "+44 20 7946 0142", actor=make_superuser())
    assert page_of(customer, HOW).count('<a href="tel:+442079460142">+44 20 7946 0142</a>') == 1


def test_it_shows_the_channels_of_each_plan_the_p1_path_and_the_plans_in_short(customer: User) -> None:
    page = text_of(page_of(customer, HOW))
    for words in (
        "Channels online phone Experience League forums personalised online portal prioritised phone",
        "Coverage P1: 24x7 P2, P3, P4: business hours P1: 24x7 P2, P3: 24x5 P4: business hours",
        "An engineer is to answer first within: Expert 1 h, 24x7; Ultimate 15 min, 24x7;",
        "Comes with every license",
        "Compare the plans",
    ):
        assert words in page, words
    assert 'href="/cases/new/"' in page_of(customer, HOW)
    assert 'href="/cases/new/"' not in page_of(make_agent(), HOW)


def test_it_tells_the_languages_of_pages_from_those_of_cases(customer: User) -> None:
    page = page_of(customer, HOW)
    assert '<span lang="ja">日本語</span>' in page
    words = text_of(page)
    assert "Pages and mail English , Français , Nederlands , 日本語 Cases English, Japanese" in words
    assert "In English only Commerce, Commerce on Managed Services" in words
    assert "Japanese is answered in Japan's business hours, next from Wed 25 Nov 2026, 16:00 PST" in words


# --- The glossary ---------------------------------------------------------------------------------------


def test_it_explains_every_word_with_its_anchor_and_its_long_form(customer: User) -> None:
    page = page_of(customer, GLOSSARY)
    for term in TERMS:
        row = row_of(page, term.anchor)
        assert row == " ".join(str(words) for words in (term.name, term.long, term.meaning) if words)
    assert row_of(page, "mutual-action-plan").startswith("MAP Mutual Action Plan One plan")


def test_it_has_the_words_of_the_plans_and_of_the_portal() -> None:
    anchors = [term.anchor for term in TERMS]
    assert sorted(set(anchors)) == sorted(anchors)
    assert sorted(WANTED - set(anchors)) == []


def test_the_anchors_by_which_other_pages_lead_to_a_word_exist(customer: User) -> None:
    page = page_of(customer, HOW) + page_of(customer, "/entitlements/")
    named = set(re.findall(rf'href="{GLOSSARY}#([\w-]+)"', page))
    assert {"targeted-initial-response", "waiting-period"} <= named
    assert named <= {term.anchor for term in TERMS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_stand_in_the_order_of_the_readers_alphabet(language: str) -> None:
    with override(language):
        found = groups(language)
        letters = [group.letter for group in found]
        assert letters == sorted(letters)
        assert len(set(letters)) == len(letters)
        assert sum(len(group.terms) for group in found) == len(TERMS)


def test_in_japanese_latin_names_come_first_and_others_by_their_reading() -> None:
    with override("ja"):
        found = groups("ja")
    letters = [group.letter for group in found]
    latin = [letter for letter in letters if letter.isascii()]
    assert letters == [*latin, *"あかさたはやら"]
    assert [term.anchor for term in found[-1].terms] == ["license"]


def test_a_french_accent_does_not_move_a_word() -> None:
    with override("fr"):
        under_e = next(group for group in groups("fr") if group.letter == "E")
    assert "environment" in [term.anchor for term in under_e.terms]


# --- Languages ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", [HOW, GLOSSARY])
def test_a_page_is_shown_in_every_language_with_headings_in_order(address: str, language: str) -> None:
    person = make_customer(make_license(make_account(country="US")), language=language)
    page = page_of(person, address)
    assert f'<html lang="{language}"' in page
    levels = [int(level) for level in re.findall(r"<h([1-6])", page[page.index("<main") :])]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    ids = re.findall(r' id="([^"]+)"', page)
    assert sorted(set(ids)) == sorted(ids)
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_nothing_is_left_in_english(language: str) -> None:
    """Whole sentences of the pages; names may be the same in every language."""
    english = text_of(page_of(make_customer(), HOW)) + text_of(page_of(make_customer(), GLOSSARY))
    person = make_customer(language=language)
    spoken = text_of(page_of(person, HOW)) + text_of(page_of(person, GLOSSARY))
    sentences = {one.strip() for one in re.findall(r"[A-Z][^.:;\d]{24,}\.", english)}
    sentences |= {str(term.meaning) for term in TERMS}
    assert len(sentences) > 50
    assert sorted(one for one in sentences if one in spoken) == []

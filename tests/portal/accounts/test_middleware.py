"""Every answer in the viewer's zone and language."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone, translation

from portal.accounts.middleware import speak_as_the_viewer
from portal.accounts.models import User
from tests.factories.people import make_account, make_person

pytestmark = pytest.mark.django_db


def _answer(user: object, *, accepts: str = "") -> HttpResponse:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"{timezone.get_current_timezone_name()} {translation.get_language()}")

    request = RequestFactory().get("/", headers={"accept-language": accepts})
    request.user = user  # type: ignore[assignment]
    return speak_as_the_viewer(view)(request)


def test_a_person_is_answered_in_their_zone_and_language() -> None:
    person = make_person(time_zone="Asia/Tokyo", language="ja")
    response = _answer(person, accepts="fr")
    assert response.content.decode() == "Asia/Tokyo ja"
    assert response["Content-Language"] == "ja"
    assert "Vary" not in response


def test_a_person_without_a_zone_is_answered_in_the_regions() -> None:
    person = User.objects.get(pk=make_person(make_account(country="FR"), language="fr").pk)
    assert _answer(person).content.decode() == "Europe/London fr"


@pytest.mark.parametrize(
    ("own", "of_account", "answered"),
    [("nl", "fr", "nl"), ("", "fr", "fr"), ("", "", "ja"), ("", "tlh", "ja")],
)
def test_a_person_without_a_language_is_answered_in_the_accounts_else_as_the_browser_asks(
    own: str, of_account: str, answered: str
) -> None:
    person = make_person(language=own)
    assert person.account is not None
    person.account.language = of_account
    assert _answer(person, accepts="ja")["Content-Language"] == answered


def test_who_is_not_signed_in_is_answered_in_utc_and_as_the_browser_asks() -> None:
    response = _answer(AnonymousUser(), accepts="nl,en;q=0.5")
    assert response.content.decode() == "UTC nl"
    assert (response["Content-Language"], response["Vary"]) == ("nl", "Accept-Language")


@pytest.mark.parametrize("accepts", ["", "xx", "zh", "nl\udcff;;;q=9"])
def test_english_is_spoken_when_the_browser_asks_for_nothing_that_is_known(accepts: str) -> None:
    assert _answer(AnonymousUser(), accepts=accepts)["Content-Language"] == "en"


def test_what_was_active_is_active_again_afterwards() -> None:
    with timezone.override("Europe/Paris"), translation.override("fr"):
        _answer(make_person(time_zone="Asia/Tokyo", language="ja"))
        assert (timezone.get_current_timezone_name(), translation.get_language()) == ("Europe/Paris", "fr")


def test_a_person_with_a_language_no_longer_spoken_is_answered_as_the_browser_asks() -> None:
    person = make_person()
    person.language = "tlh"
    assert _answer(person, accepts="fr")["Content-Language"] == "fr"

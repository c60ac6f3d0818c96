"""What the whole account holds, asked for by two colleagues at once for two licenses (SPEC 4.1, 4.5)."""

from accelerators.models import EngagementRequest
from entitlements.models import License
from portal.accounts.models import User
from tests.accelerators.stage import NOW, ask
from tests.factories.people import make_customer, make_license
from tests.races.stage import Actor, in_turn, refused_as


def asking(person: User, license_: License) -> Actor:
    return Actor(str(person), lambda: ask(person, license_, "event-management", now=NOW))


def test_of_two_colleagues_who_ask_for_two_licenses_one_is_told_of_the_others_request(
    committed: None,
) -> None:
    analytics = make_license()
    target = make_license(analytics.account, "target")
    rita = make_customer(analytics, name="Rita Requester", may_request=True)
    carl = make_customer(target, name="Carl Colleague", may_request=True)
    first, second = asking(rita, analytics), asking(carl, target)

    in_turn(first, second)

    assert (first.error, refused_as(second)) == (None, "already_requested_for_account")
    assert EngagementRequest.objects.get().requester == rita

"""Every verb about the catalogue: requests, add-ons, units, and what the catalogue says."""

from datetime import UTC, date, datetime, timedelta

from accelerators import operations
from accelerators.models import CatalogueRow, EngagementRequest
from accelerators.queries import row_in_force
from accelerators.sweep import ADD_ONS, UNITS
from entitlements.add_ons import AddOn
from entitlements.models import AddOnGrant
from portal.accounts.models import User
from tests.races.scenes import NOW, Scene, Verb, fresh

_TERM = {"first_on": date(2026, 3, 2), "last_on": date(2026, 12, 31)}
_LATER = NOW + timedelta(days=1)
# Within the last 30 days of the term, and after it.
_WARNED, _OVER = datetime(2026, 12, 20, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC)


def _thing(slug: str) -> CatalogueRow:
    row = row_in_force(slug, NOW)
    assert row is not None
    return row


def _may_request(scene: Scene) -> None:
    User.objects.filter(pk__in=(scene.rita.pk, scene.carl.pk)).update(may_request=True)


def _ask(scene: Scene) -> EngagementRequest:
    return operations.request_thing(
        _thing("mentor-sessions"), scene.license, goal="Learn", actor=fresh(scene.rita), now=NOW
    )


def _asked(scene: Scene) -> None:
    """Rita has asked for sessions, of which the license has eight in two grants."""
    _may_request(scene)
    for _ in range(2):
        operations.grant_units(
            scene.license, AddOn.MENTOR_SESSIONS, units=4, actor=scene.root, now=NOW, **_TERM
        )
    _ask(scene)


def _accept(scene: Scene) -> EngagementRequest:
    return operations.accept_request(_request(scene), units=6, actor=fresh(scene.agent), now=NOW)


def _accepted(scene: Scene) -> None:
    _asked(scene)
    _accept(scene)


def _request(scene: Scene) -> EngagementRequest:
    return EngagementRequest.objects.get(license=scene.license)


def _grant(scene: Scene) -> AddOnGrant:
    return operations.grant_add_on(
        scene.license.account,
        AddOn.EVENT_MANAGEMENT,
        license_=None,
        actor=scene.root,
        now=NOW,
        **_TERM,
    )


def _granted(scene: Scene) -> None:
    _may_request(scene)
    _grant(scene)


def _change(scene: Scene) -> CatalogueRow:
    columns = {"kind": "learning", "name": "New thing", "summary": "What it is", "is_offered": True}
    return operations.change_thing(
        f"thing-{scene.case.pk}", columns, in_force_from=_LATER, actor=scene.root, now=NOW
    )


def _forget_a_thing(_scene: Scene) -> None:
    """A published thing that is not loaded yet."""
    CatalogueRow.objects.filter(slug="service-level-optional").delete()


def _granted_units(scene: Scene) -> None:
    operations.grant_units(scene.license, AddOn.DEVELOPER_BOOST, units=4, actor=scene.root, now=NOW, **_TERM)


# What the clock does with them, each row in a transaction of its own.
THE_CLOCK: dict[str, Verb] = {
    "the end of an add-on is announced": Verb(
        "filed", lambda _scene: ADD_ONS.carry_out(_WARNED, 10), prepare=_granted
    ),
    "an add-on ends": Verb("filed", lambda _scene: ADD_ONS.carry_out(_OVER, 10), prepare=_granted),
    "units lapse": Verb("filed", lambda _scene: UNITS.carry_out(_OVER, 10), prepare=_granted_units),
}

CATALOGUE: dict[str, Verb] = {
    "request_thing": Verb("filed", _ask, prepare=_may_request),
    "accept_request": Verb("filed", _accept, prepare=_asked),
    "decline_request": Verb(
        "filed",
        lambda scene: operations.decline_request(
            _request(scene), reason="Too early", actor=fresh(scene.agent), now=NOW
        ),
        prepare=_asked,
    ),
    "cancel_request": Verb(
        "filed",
        lambda scene: operations.cancel_request(_request(scene), actor=fresh(scene.rita), now=NOW),
        prepare=_accepted,
    ),
    "hand_request_to_colleague": Verb(
        "filed",
        lambda scene: operations.hand_request_to_colleague(
            _request(scene), colleague=fresh(scene.carl), actor=fresh(scene.rita), now=NOW
        ),
        prepare=_asked,
    ),
    "ask_for_permission": Verb(
        "filed", lambda scene: operations.ask_for_permission(actor=fresh(scene.rita), now=NOW)
    ),
    "grant_add_on": Verb("filed", _grant, prepare=_may_request),
    "end_add_on": Verb(
        "filed",
        lambda scene: operations.end_add_on(
            AddOnGrant.objects.get(account=scene.license.account), actor=scene.root, now=NOW
        ),
        prepare=_granted,
    ),
    "grant_units": Verb(
        "filed",
        lambda scene: operations.grant_units(
            scene.license, AddOn.DEVELOPER_BOOST, units=4, actor=scene.root, now=NOW, **_TERM
        ),
    ),
    "change_thing": Verb("filed", _change),
    "load_catalogue": Verb(
        "filed",
        lambda _scene: operations.load_catalogue(now=NOW),
        prepare=_forget_a_thing,
        starts_over=True,
    ),
}

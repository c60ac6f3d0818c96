"""Every verb about what the house sets for all accounts: when regions work, targets, people, mail."""

from datetime import date, timedelta

from django.contrib.auth.models import Group

from entitlements import operations as entitlements
from entitlements.business_time import ClockKind
from entitlements.calendars import DaySource
from entitlements.models import DayOff, Invitation, RegionHours, ResponseTarget
from entitlements.operations.importing import invite_rows
from entitlements.sheets import SheetRow
from entitlements.targets import Priority, Service
from portal.accounts import operations as accounts
from portal.accounts.groups import StaffGroup
from portal.accounts.models import Region, User
from portal.notices import operations as mail
from portal.notices.models import Notice
from portal.notices.states import MailState
from tests.races.scenes import NOW, Scene, Verb, fresh

# Whose holidays nobody has brought yet: reference rows end before it.
YEAR, DAY = 2031, date(2040, 1, 2)
NINE_TO_FIVE = [[[540, 1020]], [[540, 1020]], [[540, 1020]], [[540, 1020]], [[540, 1020]], [], []]


def _region() -> Region:
    return Region.objects.get(pk="AMER")


# --- What takes back what a verb did: regions are everybody's, a scene of their own would not help -------


def _forget_the_day(_scene: Scene) -> None:
    DayOff.objects.filter(day=DAY).delete()


def _guess(scene: Scene) -> None:
    """A holiday whose date is a guess."""
    _forget_the_day(scene)
    _guess_on(DAY)


def _guess_on(day: date) -> None:
    DayOff.objects.create(
        region=_region(), day=day, name="Moon", source=DaySource.HOLIDAYS, is_estimated=True, added_at=NOW
    )


def _forget_the_year(_scene: Scene) -> None:
    """A year to be imported, of which two days were guessed: one rightly, one wrongly."""
    DayOff.objects.filter(day__year=YEAR).delete()
    _guess_on(date(YEAR, 7, 4))
    _guess_on(date(YEAR, 7, 5))


def _forget_the_rows(_scene: Scene) -> None:
    RegionHours.objects.filter(in_force_from__gte=NOW).delete()
    ResponseTarget.objects.filter(in_force_from__gte=NOW).delete()


def _forget_the_hotline(_scene: Scene) -> None:
    Region.objects.update(hotline="")


def _forget_the_list(scene: Scene) -> None:
    Invitation.objects.filter(license=scene.license, address__startswith="row").delete()


def _forget_sue(scene: Scene) -> None:
    User.objects.filter(email=_sues_address(scene)).delete()


def _as_they_were(scene: Scene) -> None:
    """The profiles of Rita and the agent, and what the agent may do."""
    for person in (scene.rita, scene.agent):
        person.save()
    scene.agent.groups.set(Group.objects.filter(name=StaffGroup.AGENT))


def _queue_again(scene: Scene) -> None:
    """Unread and not sent yet."""
    Notice.objects.filter(recipient=scene.rita).update(
        state=MailState.PENDING, attempts=0, read_at=None, cancelled_because=""
    )


def _give_up(scene: Scene) -> None:
    """The server has refused the mail for good."""
    Notice.objects.filter(pk=_notice(scene).pk).update(state=MailState.DEAD, attempts=12)


def _notice(scene: Scene) -> Notice:
    return Notice.objects.filter(recipient=scene.rita, about=scene.case.about).earliest("pk")


def _sues_address(scene: Scene) -> str:
    return f"sue{scene.case.pk}@staff.example"


def _day_off() -> DayOff:
    return DayOff.objects.get(day=DAY)


def _invite_rows(scene: Scene) -> object:
    rows = [
        SheetRow(line, f"row{line}.{scene.case.pk}@new.example", product)
        for line, product in enumerate(("Analytics", "No such thing", "Analytics"), start=2)
    ]
    outcomes = invite_rows(rows, [scene.license], admit=lambda: None, actor=scene.root, now=NOW)
    if refusals := [found.refusal for found in outcomes if found.refusal and found.row.line != 3]:
        raise refusals[0]
    return outcomes


# They lock the row of a region or nothing, and touch neither case nor license nor notice.
CALENDARS: dict[str, Verb] = {
    "add_day_off": Verb(
        "filed",
        lambda scene: entitlements.add_day_off(_region(), DAY, "Inventory", actor=scene.root, now=NOW),
        prepare=_forget_the_day,
        starts_over=True,
    ),
    "add_region_hours": Verb(
        "filed",
        lambda scene: entitlements.add_region_hours(
            _region(),
            in_force_from=NOW + timedelta(days=1),
            week=NINE_TO_FIVE,
            full_day_minutes=480,
            actor=scene.root,
            now=NOW,
        ),
        prepare=_forget_the_rows,
        starts_over=True,
    ),
    "add_response_target": Verb(
        "filed",
        lambda scene: entitlements.add_response_target(
            Service.EXPERT,
            Priority.P2,
            clock=ClockKind.BUSINESS,
            minutes=90,
            in_force_from=NOW + timedelta(days=1),
            actor=scene.root,
            now=NOW,
        ),
        prepare=_forget_the_rows,
        starts_over=True,
    ),
    "confirm_day_off": Verb(
        "filed",
        lambda scene: entitlements.confirm_day_off(_day_off(), actor=scene.root, now=NOW),
        prepare=_guess,
        starts_over=True,
    ),
    "import_holidays": Verb(
        "filed",
        lambda _scene: entitlements.import_holidays([YEAR], now=NOW),
        prepare=_forget_the_year,
        starts_over=True,
    ),
    "strike_day_off": Verb(
        "filed",
        lambda scene: entitlements.strike_day_off(_day_off(), actor=scene.root, now=NOW),
        prepare=_guess,
        starts_over=True,
    ),
}

LISTS: dict[str, Verb] = {
    "invite_rows": Verb("filed", _invite_rows, prepare=_forget_the_list, starts_over=True)
}


def _change_staff(scene: Scene) -> object:
    facts = {"name": "Ada A.", "language": "fr", "time_zone": "", "staff_mail": False, "actor": scene.root}
    return accounts.change_staff(fresh(scene.agent), email=f"new{scene.agent.email}", **facts, now=NOW)


PEOPLE: dict[str, Verb] = {
    "add_staff": Verb(
        "filed",
        lambda scene: accounts.add_staff(
            _sues_address(scene),
            "Sue",
            groups=[StaffGroup.AGENT, StaffGroup.LEAD],
            actor=scene.root,
            now=NOW,
        ),
        prepare=_forget_sue,
        starts_over=True,
    ),
    "change_profile": Verb(
        "filed",
        lambda scene: accounts.change_profile(
            fresh(scene.rita), name="Rita R.", language="fr", time_zone="Europe/Paris"
        ),
        prepare=_as_they_were,
        starts_over=True,
    ),
    "change_staff": Verb("filed", _change_staff, prepare=_as_they_were, starts_over=True),
    "set_hotline": Verb(
        "filed",
        lambda scene: accounts.set_hotline(_region(), "+1 555 0199", actor=scene.root),
        prepare=_forget_the_hotline,
        starts_over=True,
    ),
    "set_staff_groups": Verb(
        "filed",
        lambda scene: accounts.set_staff_groups(fresh(scene.agent), [StaffGroup.LEAD], actor=scene.root),
        prepare=_as_they_were,
        starts_over=True,
    ),
    "set_staff_sign_in": Verb(
        "waiting",
        lambda scene: accounts.set_staff_sign_in(scene.agent, is_active=False, actor=scene.root, now=NOW),
    ),
}


MAIL: dict[str, Verb] = {
    "cancel": Verb(
        "waiting",
        lambda scene: mail.cancel(_notice(scene), fresh(scene.lead)),
        prepare=_queue_again,
        starts_over=True,
    ),
    "mark_read": Verb(
        "waiting",
        lambda scene: mail.mark_read(Notice.objects.visible_to(fresh(scene.rita)), NOW),
        prepare=_queue_again,
        starts_over=True,
    ),
    "send_again": Verb(
        "waiting",
        lambda scene: mail.send_again(_notice(scene), fresh(scene.lead)),
        prepare=_give_up,
        starts_over=True,
    ),
}

HOUSE: dict[str, Verb] = {**CALENDARS, **LISTS, **PEOPLE, **MAIL}

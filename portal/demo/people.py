"""The story's accounts, licenses and people, made by the operations that staff use."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.contrib.auth.hashers import make_password

from entitlements import operations
from entitlements.models import License, Product
from entitlements.plans import Plan
from entitlements.teams import TeamRole
from portal.accounts.groups import StaffGroup
from portal.accounts.models import Account, Country, Duty, Region, User
from portal.accounts.operations import add_staff, change_profile, set_hotline
from portal.demo.story import ACCOUNTS, PEOPLE, AccountStory, LicenseStory, PersonStory

PASSWORD = "demo-portal-1"  # noqa: S105 -- the demo's, printed for everybody

# The story's own short names, where they differ from the portal's.
_PRODUCT_CODES = {"aem-cloud": "experience-manager-cloud"}
_GROUPS = {
    "agent": StaffGroup.AGENT,
    "lead": StaffGroup.LEAD,
    "success": StaffGroup.SUCCESS_MANAGER,
}
# Who is invited, by whom, for what, and how long before the demo begins.
INVITING, INVITED, INVITED_FOR = "admin@northwind.example", "shop-ops@northwind.example", "target"
_INVITED_AGO = timedelta(hours=26)
# Who is on duty where, Monday to Friday in the region's zone (SPEC 2.2).
_DUTIES = (
    ("agent", "AMER", time(7), time(19)),
    ("agent", "JP", time(9), time(18)),
    ("agent", "APAC", time(8), time(18)),
    ("lead", "EMEA", time(8), time(18)),
    ("lead", "AMER", time(6), time(12)),
)

# Who looks after an account by name; the third place is still to be filled.
_TEAM = (("northwind", TeamRole.TAM, "success"), ("northwind", TeamRole.SSM, "lead"))
# Examples: numbers kept free for stories.
_HOTLINES = {
    "AMER": "+1 555 0142",
    "EMEA": "+44 20 7946 0142",
    "APAC": "+65 555 0142",
    "JP": "+81 3 5555 0142",
}


@dataclass
class Cast:
    """Everybody and everything that the cases of the story refer to."""

    people: dict[str, User] = field(default_factory=dict)
    licenses: dict[tuple[str, str], License] = field(default_factory=dict)


def make_cast(now: datetime, *, opened_at: datetime) -> Cast:
    """Make accounts, licenses, people and seats as of `opened_at`, with terms that reach beyond `now`."""
    cast = Cast()
    root = _make_staff(cast, opened_at)
    for code, number in _HOTLINES.items():
        set_hotline(Region.objects.get(pk=code), number, actor=root)
    products = {product.code: product for product in Product.objects.all()}
    for story in ACCOUNTS:
        account = _open_account(story, root, opened_at)
        for license_story in story.licenses:
            product = products[_PRODUCT_CODES.get(license_story.product, license_story.product)]
            license_ = _add_license(account, product, license_story, root=root, at=opened_at, now=now)
            cast.licenses[story.key, license_story.product] = license_
        for key, role, staff in _TEAM:
            if key == story.key:
                operations.appoint_to_team(account, role, cast.people[staff], actor=root, now=opened_at)
        for person in (person for person in PEOPLE if person.account == story.key):
            _add_person(cast, account, person, root=root, at=opened_at)
    _invite_somebody(now)
    # Everybody has the same password: it is hashed once.
    User.objects.update(password=make_password(PASSWORD))
    cast.people = {person.email: person for person in _with_accounts()}
    return cast


def _invite_somebody(now: datetime) -> None:
    """Let one invitation be pending, as the page of the contacts shows it."""
    administrator = User.objects.get(email=INVITING)
    license_ = License.objects.get(account=administrator.account, product__code=INVITED_FOR)
    operations.invite_contact(license_, INVITED, actor=administrator, now=now - _INVITED_AGO)


def _with_accounts() -> list[User]:
    return list(User.objects.select_related("account__country__region"))


def _make_staff(cast: Cast, at: datetime) -> User:
    stories = {person.staff_role: person for person in PEOPLE if person.staff_role}
    root_story = stories.pop("superuser")
    root = User.objects.create_superuser(root_story.email, name=root_story.name)
    User.objects.filter(pk=root.pk).update(joined_at=at)
    change_profile(root, name=root_story.name, language=root_story.language, time_zone=root_story.zone)
    for role, story in stories.items():
        cast.people[role] = add_staff(
            story.email,
            story.name,
            groups=[_GROUPS[role]],
            actor=root,
            now=at,
            language=story.language,
            time_zone=story.zone,
        )
    regions = Region.objects.in_bulk()
    Duty.objects.bulk_create(
        Duty(user=cast.people[role], region=regions[region], starts=starts, ends=ends)
        for role, region, starts, ends in _DUTIES
    )
    return root


def _open_account(story: AccountStory, root: User, at: datetime) -> Account:
    return operations.open_account(story.name, Country.objects.get(pk=story.country), actor=root, now=at)


def _add_license(
    account: Account, product: Product, story: LicenseStory, *, root: User, at: datetime, now: datetime
) -> License:
    license_ = operations.add_license(account, product, actor=root, now=at)
    for term in story.terms(now.date()):
        operations.add_term(
            license_,
            Plan(term.plan.lower()),
            first_on=term.first_on,
            last_on=term.last_on,
            actor=root,
            now=at,
        )
    return license_


def _add_person(cast: Cast, account: Account, story: PersonStory, *, root: User, at: datetime) -> None:
    person = operations.add_person(
        account,
        story.email,
        name=story.name,
        actor=root,
        now=at,
        language=story.language,
        time_zone=story.zone,
    )
    for product in story.seats:
        operations.add_named_contact(cast.licenses[story.account, product], person, actor=root, now=at)
    operations.set_contact_permissions(
        person,
        may_file_cases=story.may_file,
        sees_account_cases=story.sees_account,
        may_request=story.may_request,
        actor=root,
        now=at,
    )
    if story.is_administrator:
        operations.appoint_administrator(account, person, actor=root, now=at)

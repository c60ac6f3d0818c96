"""Who takes part in the demo: three customers, their people, and the staff."""

from datetime import date

from portal.demo.story.shapes import AccountStory, LicenseStory, PersonStory

NW_ADMIN = "admin@northwind.example"
NW_CONTACT = "contact@northwind.example"
NW_COLLEAGUE = "colleague@northwind.example"
NW_RELEASE = "e.kowalczyk@northwind.example"
NW_DATA = "t.arsenault@northwind.example"
KAZE_CONTACT = "contact@kaze.example"
KAZE_SHOP = "s.tanabe@kaze.example"
LUMIERE_CONTACT = "contact@lumiere.example"
LUMIERE_SHOP = "l.guerin@lumiere.example"
AGENT = "agent@portal.example"
LEAD = "lead@portal.example"
SUCCESS = "tam@portal.example"
ROOT = "root@portal.example"

ACCOUNTS: tuple[AccountStory, ...] = (
    AccountStory(
        key="northwind",
        name="Northwind Outfitters",
        country="US",
        licenses=(
            LicenseStory(product="aem-cloud", plan="Ultimate", first_on=date(2023, 2, 1)),
            LicenseStory(product="analytics", plan="Ultimate", first_on=date(2022, 7, 1)),
            LicenseStory(product="target", plan="Expert", first_on=date(2024, 4, 15)),
        ),
    ),
    AccountStory(
        key="kaze",
        name="Kaze Denki",
        country="JP",
        licenses=(
            LicenseStory(product="analytics", plan="Expert", first_on=date(2022, 4, 1)),
            LicenseStory(product="commerce", plan="Expert", first_on=date(2023, 4, 1)),
        ),
    ),
    AccountStory(
        key="lumiere",
        name="Maison Lumiere",
        country="FR",
        licenses=(
            # Begins after 2021-09-20: the targets of Commerce on Managed Services apply (SPEC 3.2).
            LicenseStory(product="commerce-managed", plan="Expert", first_on=date(2021, 10, 1)),
            LicenseStory(product="campaign", plan="Expert", first_on=date(2024, 1, 1)),
        ),
    ),
)

# Everybody reads the portal in English until its other languages are complete.
PEOPLE: tuple[PersonStory, ...] = (
    PersonStory(
        email=NW_ADMIN,
        name="Dana Whitfield",
        account="northwind",
        language="en",
        zone="America/Chicago",
        seats=("aem-cloud", "analytics", "target"),
        may_file=True,
        sees_account=True,
        is_administrator=True,
        may_request=True,
        intro="Account administrator of Northwind Outfitters: sees every case of the company.",
    ),
    PersonStory(
        email=NW_CONTACT,
        name="Marcus Oyelaran",
        account="northwind",
        language="en",
        zone="America/Los_Angeles",
        seats=("aem-cloud", "analytics", "target"),
        may_file=True,
        sees_account=False,
        is_administrator=False,
        may_request=True,
        intro="Named contact for three products: several cases are waiting for his answer.",
    ),
    PersonStory(
        email=NW_COLLEAGUE,
        name="Priya Raman",
        account="northwind",
        language="en",
        zone="America/New_York",
        seats=(),
        may_file=True,
        sees_account=False,
        is_administrator=False,
        intro="Colleague without a seat: reads the cases she watches, and cannot file one.",
    ),
    PersonStory(
        email=NW_RELEASE,
        name="Elena Kowalczyk",
        account="northwind",
        language="en",
        zone="America/Denver",
        seats=("aem-cloud",),
        may_file=True,
        sees_account=False,
        is_administrator=False,
        intro="Release engineer at Northwind: named contact for Experience Manager only.",
        in_demo_bar=False,
    ),
    PersonStory(
        email=NW_DATA,
        name="Tom Arsenault",
        account="northwind",
        language="en",
        zone="America/Toronto",
        seats=("analytics", "target"),
        may_file=True,
        sees_account=True,
        is_administrator=False,
        intro="Head of data at Northwind: a named contact who sees the whole account's cases.",
        in_demo_bar=False,
    ),
    PersonStory(
        email=KAZE_CONTACT,
        name="水野 遥 (Haruka Mizuno)",
        account="kaze",
        language="en",
        zone="Asia/Tokyo",
        seats=("analytics", "commerce"),
        may_file=True,
        sees_account=True,
        is_administrator=True,
        may_request=True,
        intro="Administrator and named contact of Kaze Denki in Tokyo.",
    ),
    PersonStory(
        email=KAZE_SHOP,
        name="田辺 聡 (Satoshi Tanabe)",
        account="kaze",
        language="en",
        zone="Asia/Tokyo",
        seats=("commerce",),
        may_file=True,
        sees_account=False,
        is_administrator=False,
        intro="Shop developer at Kaze Denki: named contact for Commerce.",
        in_demo_bar=False,
    ),
    PersonStory(
        email=LUMIERE_CONTACT,
        name="Amélie Béranger",
        account="lumiere",
        language="en",
        zone="Europe/Paris",
        seats=("commerce-managed", "campaign"),
        may_file=True,
        sees_account=True,
        is_administrator=True,
        intro="Administrator and named contact of Maison Lumiere in Paris.",
    ),
    PersonStory(
        email=LUMIERE_SHOP,
        name="Loïc Guérin",
        account="lumiere",
        language="en",
        zone="Europe/Paris",
        seats=("commerce-managed", "campaign"),
        may_file=True,
        sees_account=False,
        is_administrator=False,
        intro="Platform engineer at Maison Lumiere: named contact for both products.",
        in_demo_bar=False,
    ),
    PersonStory(
        email=AGENT,
        name="Jordan Ellis",
        account="",
        language="en",
        zone="America/Los_Angeles",
        seats=(),
        may_file=False,
        sees_account=False,
        is_administrator=False,
        intro="Support engineer: claims cases, answers, asks and resolves.",
        staff_role="agent",
    ),
    PersonStory(
        email=LEAD,
        name="Sofia Lindqvist",
        account="",
        language="en",
        zone="Europe/London",
        seats=(),
        may_file=False,
        sees_account=False,
        is_administrator=False,
        intro="Support lead: assigns cases, answers escalations, looks after the clock and the outbox.",
        staff_role="lead",
    ),
    PersonStory(
        email=SUCCESS,
        name="Noor Haddad",
        account="",
        language="en",
        zone="America/New_York",
        seats=(),
        may_file=False,
        sees_account=False,
        is_administrator=False,
        intro="Technical Account Manager of Northwind: decides about its requests, reads its cases.",
        staff_role="success",
    ),
    PersonStory(
        email=ROOT,
        name="Rowan Okafor",
        account="",
        language="en",
        zone="UTC",
        seats=(),
        may_file=False,
        sees_account=False,
        is_administrator=False,
        intro="Superuser: sets the portal up, and is bound by the same rules.",
        staff_role="superuser",
    ),
)

"""The customers' forms: what they say of the limits that hold."""

from django.conf import settings

from entitlements.forms.access import GrantForm
from entitlements.forms.contacts import AcceptingForm
from entitlements.forms.importing import ListForm
from entitlements.operations.access import LONGEST_DAYS
from entitlements.sheets import MOST_ROWS
from entitlements.wording import SHEET_REFUSALS


def test_forms_name_the_limits_that_hold() -> None:
    said = [
        GrantForm.base_fields["last_on"].help_text,
        ListForm.base_fields["file"].help_text,
        SHEET_REFUSALS["too_many_rows"],
        AcceptingForm.base_fields["password"].help_text,
    ]
    lengths = [
        validator["OPTIONS"]["min_length"]
        for validator in settings.AUTH_PASSWORD_VALIDATORS
        if "OPTIONS" in validator
    ]
    assert [str(words) for words in said] == [
        f"At most {LONGEST_DAYS} days ahead, in your account's time zone.",
        f"With the columns email and product; at most {MOST_ROWS} rows.",
        f"A list has at most {MOST_ROWS} rows. Send it in parts.",
        f"At least {lengths[0]} characters; a sentence is easier to remember than a riddle.",
    ]

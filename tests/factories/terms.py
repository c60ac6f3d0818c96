"""Terms of a license as a renewal that came late leaves them."""

from datetime import date

from entitlements.models import License, Term


def leave_a_gap(license_: License) -> None:
    """From the 2nd of March 2026 to the 1st of December no term of the license is in force."""
    term = license_.terms.get()
    term.last_on = date(2026, 3, 1)
    term.save()
    Term.objects.create(
        license=license_, plan=term.plan, first_on=date(2026, 12, 1), last_on=date(2027, 11, 30)
    )

"""`manage.py check_invariants`: a line for each claim, the offenders of a broken one, and an exit status."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal.work.invariants import invariants
from portal.work.models import FormToken
from tests.factories.people import make_customer

pytestmark = pytest.mark.django_db


def report(*options: str) -> list[str]:
    out = StringIO()
    call_command("check_invariants", *options, stdout=out)
    return out.getvalue().splitlines()


def test_it_says_of_every_claim_that_it_holds() -> None:
    lines = report()
    assert lines[-1] == f"All {len(invariants())} claims hold."
    assert lines[:-1] == [f"{claim.code:<5} {claim.claim}: holds" for claim in invariants()]


def test_it_names_what_breaks_a_claim_and_fails() -> None:
    token = FormToken.objects.create(token="t" * 43, user=make_customer(), purpose="reply")
    out = StringIO()
    with pytest.raises(CommandError, match=f"1 of {len(invariants())} claims are broken"):
        call_command("check_invariants", stdout=out)
    assert "I19   a spent form leads to what came of it: BROKEN by 1" in out.getvalue()
    assert f"form:{token.pk}: a form is spent, and nothing came of it" in out.getvalue()


def test_it_asks_only_the_claims_that_are_named() -> None:
    FormToken.objects.create(token="t" * 43, user=make_customer(), purpose="reply")
    assert report("--only", "I16", "N1")[-1] == "All 2 claims hold."


def test_it_refuses_a_claim_that_it_does_not_know() -> None:
    with pytest.raises(CommandError, match=r"Unknown: I99\. Known: N1, N2"):
        call_command("check_invariants", "--only", "I99")

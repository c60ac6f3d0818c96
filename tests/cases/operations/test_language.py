"""The language of a case: English everywhere, Japanese but for Commerce (SPEC 3.3)."""

import pytest

from cases import operations
from entitlements.languages import CaseLanguage, is_supported
from entitlements.models import Product
from entitlements.products import COMMERCE
from entitlements.targets import Priority
from portal.errors import FieldRefused
from tests.cases.records import refused
from tests.factories.cases import FILED, current, make_case, make_closed_case
from tests.factories.people import make_customer, make_license

pytestmark = pytest.mark.django_db


def test_japanese_is_supported_for_every_product_but_those_of_commerce() -> None:
    refused_for = {
        product.code
        for product in Product.objects.all()
        if not is_supported(CaseLanguage.JAPANESE, family=product.family)
    }
    assert refused_for == {"commerce", "commerce-managed"}
    assert is_supported(CaseLanguage.ENGLISH, family=COMMERCE)


def test_a_case_is_in_the_language_that_was_chosen() -> None:
    assert make_case().language == CaseLanguage.ENGLISH
    case = make_case(language=CaseLanguage.JAPANESE)
    assert current(case).language == CaseLanguage.JAPANESE
    # It changes no clock.
    assert case.response_due_at == make_case().response_due_at


@pytest.mark.parametrize("product", ["commerce", "commerce-managed"])
def test_japanese_is_refused_for_commerce(product: str) -> None:
    license_ = make_license(product=product)
    requestor = make_customer(license_)
    with refused(FieldRefused, "language_not_supported"):
        make_case(requestor, language=CaseLanguage.JAPANESE)


def test_a_follow_up_is_in_the_language_that_was_chosen() -> None:
    old = make_closed_case()
    case = operations.file_follow_up(
        old,
        "Again",
        description="Still.",
        priority=Priority.P3,
        language=CaseLanguage.JAPANESE,
        actor=old.requestor,
        now=FILED.replace(day=5),
    )
    assert case.language == CaseLanguage.JAPANESE

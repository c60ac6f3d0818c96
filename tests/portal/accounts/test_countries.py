"""The table of billing countries: complete, and each in one region."""

from collections import Counter

import pytest
from babel import Locale

from portal.accounts.countries import COUNTRIES_BY_REGION, REGIONS

# Two-letter codes that Babel names and ISO 3166-1 does not assign.
_NOT_ASSIGNED = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}


def test_every_assigned_country_stands_in_exactly_one_region() -> None:
    codes = Counter(code for region in COUNTRIES_BY_REGION.values() for code in region)
    named = {code for code in Locale("en").territories if len(code) == 2 and code.isalpha()}
    assert set(codes) == named - _NOT_ASSIGNED
    assert len(codes) == 249
    assert set(codes.values()) == {1}


def test_every_region_has_countries() -> None:
    assert [row.code for row in REGIONS] == list(COUNTRIES_BY_REGION)
    assert {region: len(codes) for region, codes in COUNTRIES_BY_REGION.items()} == {
        "AMER": 57,
        "EMEA": 130,
        "APAC": 61,
        "JP": 1,
    }


@pytest.mark.parametrize(
    ("region", "codes"),
    [
        ("AMER", "US CA MX BR AR GL BM PR FK GF GP MQ BV GS"),
        ("EMEA", "GB FR NL DE RU TR CY GE IL IR AE SA QA EG ZA NG MA RE YT SH IO TF GI AX SJ"),
        ("APAC", "SG AU NZ IN CN KR TW HK KZ UZ AF PK MN AQ HM GU AS NC PF TL UM"),
        ("JP", "JP"),
    ],
)
def test_a_country_is_served_by_its_region(region: str, codes: str) -> None:
    wanted = set(codes.split())
    assert wanted - COUNTRIES_BY_REGION[region] == set()

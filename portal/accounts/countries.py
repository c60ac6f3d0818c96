"""Regions of support and the billing countries of each: ISO 3166-1 alpha-2 codes by UN M49 (SPEC 3.3).

Pure data. Every one of the 249 codes stands in exactly one region.
"""

from typing import NamedTuple


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


class RegionRow(NamedTuple):
    """A region as the portal is delivered."""

    code: str
    name: str
    time_zone: str


# SPEC 3.3: the zones are this portal's decision; the sources print hours only.
REGIONS = (
    RegionRow("AMER", "Americas", "America/Los_Angeles"),
    RegionRow("EMEA", "Europe, Middle East and Africa", "Europe/London"),
    RegionRow("APAC", "Asia Pacific", "Asia/Singapore"),
    RegionRow("JP", "Japan", "Asia/Tokyo"),
)

# UN M49 019: Northern America, the Caribbean, Central and South America.
_AMERICAS = _codes(
    "BM CA GL PM US"
    " AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI"
    " BZ CR GT HN MX NI PA SV"
    " AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE"
)

# UN M49 150: Eastern, Northern, Southern and Western Europe.
_EUROPE = _codes(
    "BG BY CZ HU MD PL RO RU SK UA"
    " AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ"
    " AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA"
    " AT BE CH DE FR LI LU MC NL"
)

# UN M49 002: Northern, Eastern, Middle, Southern and Western Africa.
_AFRICA = _codes(
    "DZ EG EH LY MA SD TN"
    " BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TF TZ UG YT ZM ZW"
    " AO CD CF CG CM GA GQ ST TD"
    " BW LS NA SZ ZA"
    " BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG"
)

# UN M49 145.
_WESTERN_ASIA = _codes("AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE")

# Central, Eastern (without Japan), South-eastern and Southern Asia (without Iran), Oceania, Antarctica;
# Taiwan, which M49 does not list.
_ASIA_PACIFIC = _codes(
    "KG KZ TJ TM UZ"
    " CN HK KP KR MN MO TW"
    " BN ID KH LA MM MY PH SG TH TL VN"
    " AF BD BT IN LK MV NP PK"
    " AU CC CX HM NF NZ FJ NC PG SB VU FM GU KI MH MP NR PW UM AS CK NU PF PN TK TO TV WF WS"
    " AQ"
)

COUNTRIES_BY_REGION: dict[str, frozenset[str]] = {
    "AMER": _AMERICAS,
    "EMEA": _EUROPE | _AFRICA | _WESTERN_ASIA | {"IR"},
    "APAC": _ASIA_PACIFIC,
    "JP": frozenset({"JP"}),
}

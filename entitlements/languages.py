"""The languages in which cases are supported, by product (SPEC 3.3). Pure.

The interface speaks more of them; that promises no answer in them.
"""

from enum import StrEnum

from entitlements.products import COMMERCE

# The region in whose hours Japanese is spoken.
JAPANESE_REGION = "JP"


class CaseLanguage(StrEnum):
    """What a case is written in. The values are stored."""

    ENGLISH = "en"
    JAPANESE = "ja"


def is_supported(language: CaseLanguage, *, family: str) -> bool:
    """Tell whether cases of a product of this family are supported in a language."""
    return language is CaseLanguage.ENGLISH or family != COMMERCE

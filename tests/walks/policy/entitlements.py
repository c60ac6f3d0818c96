"""What customers are entitled to: their own pages of it."""

from tests.walks.policy.entries import GO, Entry, get, post, signed_in
from tests.walks.roles import CUSTOMERS

ENTITLEMENTS = (
    Entry(
        "/entitlements/",
        (
            get(signed_in({200: CUSTOMERS}, otherwise=GO)),
            post(signed_in(otherwise=405)),
        ),
    ),
    # Staff read the comparison too; nothing is marked for them.
    Entry("/entitlements/plans/", (get(signed_in(otherwise=200)), post(signed_in(otherwise=405)))),
)

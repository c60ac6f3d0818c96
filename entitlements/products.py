"""The products that are supported (SPEC 1). Pure data."""

from typing import NamedTuple


class ProductRow(NamedTuple):
    """A product as the portal is delivered; `family` is empty where the product stands alone."""

    code: str
    name: str
    family: str = ""
    former_name: str = ""


EXPERIENCE_MANAGER = "Experience Manager"
COMMERCE = "Commerce"
# The code of the product whose targets differ (SPEC 3.2).
MANAGED_SERVICES = "commerce-managed"

PRODUCTS = (
    ProductRow("analytics", "Analytics"),
    ProductRow("audience-manager", "Audience Manager"),
    ProductRow("target", "Target"),
    ProductRow("campaign", "Campaign"),
    ProductRow("experience-manager", "Experience Manager", EXPERIENCE_MANAGER),
    ProductRow("experience-manager-cloud", "Experience Manager as a Cloud Service", EXPERIENCE_MANAGER),
    ProductRow("commerce", "Commerce", COMMERCE),
    ProductRow(
        MANAGED_SERVICES,
        "Commerce on Managed Services",
        COMMERCE,
        "Magento Commerce Pro: Managed Services",
    ),
    ProductRow("marketo-engage", "Marketo Engage"),
    ProductRow("journey-optimizer", "Journey Optimizer"),
    ProductRow("real-time-cdp", "Real-Time CDP"),
    ProductRow("customer-journey-analytics", "Customer Journey Analytics"),
    ProductRow("workfront", "Workfront"),
)

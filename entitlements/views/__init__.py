"""What customers see of their entitlements."""

from entitlements.views.comparison import plans
from entitlements.views.overview import what_we_have

__all__ = ["plans", "what_we_have"]

"""Cases and follow-up policies in Django admin: staff read here, and act through the operations (SPEC 5)."""

from cases.admin.case_admin import CaseAdmin
from cases.admin.policies import FollowUpPolicyAdmin

__all__ = ["CaseAdmin", "FollowUpPolicyAdmin"]

"""What the clock does with cases: reminders and auto-closures, and the targets of first responses."""

from cases.sweep.follow_up import FOLLOW_UP, carry_out_steps
from cases.sweep.response_targets import RESPONSE_TARGETS, carry_out_targets

__all__ = ["FOLLOW_UP", "RESPONSE_TARGETS", "carry_out_steps", "carry_out_targets"]

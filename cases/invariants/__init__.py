"""What must be true of every case, whatever crashed or ran twice (SPEC 2.1, 2.2)."""

from cases.invariants import belonging, clock, past, targets, told

INVARIANTS = (
    *clock.INVARIANTS,
    *past.INVARIANTS,
    *told.INVARIANTS,
    *belonging.INVARIANTS,
    *targets.INVARIANTS,
)

__all__ = ["INVARIANTS"]

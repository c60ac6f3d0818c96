"""A form with a text, as a browser sends it while something is broken."""

from cases.models import Case
from portal.work.form_tokens import new_token


def form_with(text: str, case: Case, *, is_filing: bool) -> tuple[str, dict[str, object]]:
    """The address and the fields of a reply to a case, or of a new case for its license."""
    form: dict[str, object] = {"form_token": new_token()}
    if not is_filing:
        return f"/cases/{case.number}/reply/", form | {"text": text}
    facts = {"product": case.license_id, "environment": "Production", "title": "Full", "priority": "3"}
    return "/cases/new/", form | facts | {"description": text}

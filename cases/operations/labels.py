"""Tags and links between cases: for staff, never shown to the customer."""

from collections.abc import Iterable
from datetime import datetime

from cases.folding import changes_between, recorded
from cases.lifecycle import Action
from cases.models import Case, CaseTag, RelatedLink
from cases.operations.changing import changing
from portal.accounts.models import User
from portal.errors import FieldRefused

MOST_TAGS = 10
TAG_LENGTH = 40


def set_tags(case: Case, *, tags: Iterable[str], actor: User, now: datetime) -> Case:
    """This will make `tags` the tags of the case, lower-cased, at most ten."""
    wanted = sorted({tag.strip().lower() for tag in tags if tag.strip()})
    if len(wanted) > MOST_TAGS or any(len(tag) > TAG_LENGTH for tag in wanted):
        raise FieldRefused("too_many_tags", field="tags")
    with changing(case, Action.TAG, actor=actor, now=now) as change:
        before = sorted(change.case.tags.values_list("name", flat=True))
        change.case.tags.exclude(name__in=wanted).delete()
        CaseTag.objects.bulk_create(
            CaseTag(case=change.case, name=name) for name in wanted if name not in before
        )
        lists = changes_between({"tags": recorded(before)}, {"tags": recorded(wanted)})
        change.record("tagged", {"before": before, "after": wanted}, is_public=False, lists=lists)
    return change.case


def link_related(case: Case, *, other: Case, actor: User, now: datetime) -> RelatedLink:
    """This will link two cases of one account."""
    with changing(case, Action.LINK_RELATED, actor=actor, now=now) as change:
        if other.pk == change.case.pk or other.account_id != change.case.account_id:
            raise FieldRefused("not_linkable", field="other")
        first, second = sorted((change.case.pk, other.pk))
        link, is_new = RelatedLink.objects.get_or_create(first_id=first, second_id=second)
        if not is_new:
            raise FieldRefused("already_linked", field="other")
        change.record("linked", {"other": other.pk}, is_public=False)
    return link

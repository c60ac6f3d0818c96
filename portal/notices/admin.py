"""The outbox in Django admin: every notice and page, what became of it, and what was sent (SPEC 5)."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.accounts.admin_access import ModelAdmin, StaffReads
from portal.accounts.groups import CASE_WORKERS, StaffGroup, staff_groups
from portal.accounts.models import User
from portal.accounts.wording import exact
from portal.errors import DomainError
from portal.notices.inbox import entry_of
from portal.notices.kinds import UnknownKind, kind_of, kinds
from portal.notices.models import Notice
from portal.notices.operations import cancel, send_again
from portal.notices.states import MailState, Transport
from portal.notices.wording import cancelled_text, refusal_text

# The mail's own page can do nothing: no script, no form, no request; only our page may frame it.
_MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


class _KindFilter(admin.SimpleListFilter):
    """Narrows the outbox to one kind, by its name."""

    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:  # noqa: ARG002 -- Django's
        """Offer every kind that is known."""
        return [(kind.code, str(kind.label)) for kind in kinds()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Notice]) -> QuerySet[Notice]:  # noqa: ARG002 -- Django's
        """Narrow down."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Notice)
class NoticeAdmin(StaffReads, ModelAdmin):
    """The outbox, for leads: to read, to send again, to cancel."""

    # Mail repeats what was said in cases.
    readers = CASE_WORKERS

    list_display = (
        "created_when",
        "kind_name",
        "recipient_name",
        "about_what",
        "state",
        "attempts",
        "sent_when",
    )
    list_display_links = ("created_when", "kind_name")
    list_filter = ("state", "transport", _KindFilter)
    list_select_related = ("recipient",)
    list_per_page = 50
    search_fields = ("recipient__email", "address", "about", "params__number")
    search_help_text = gettext_lazy("An address, or the number of a case.")
    ordering = ("-created_at", "-pk")
    show_full_result_count = False
    actions = ("send_selected_again", "cancel_selected")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Let leads find the outbox."""
        return _is_lead(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's
        """Let leads read it: it holds what was written to customers."""
        return _is_lead(request)

    def has_lead_permission(self, request: HttpRequest) -> bool:
        """Let leads act on several mails at once."""
        return _is_lead(request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Call the list what staff call it."""
        return super().changelist_view(request, {"title": _("Outbox"), **(extra_context or {})})

    @admin.display(description=gettext_lazy("when"), ordering="created_at")
    def created_when(self, notice: Notice) -> str:
        """When it was announced, in the viewer's zone."""
        return _exact(notice.created_at)

    @admin.display(description=gettext_lazy("about"), ordering="about")
    def about_what(self, notice: Notice) -> str:
        """What it is about, by the number that people use."""
        return str(notice.params.get("number", "")) or notice.about

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def kind_name(self, notice: Notice) -> str:
        """The kind's name."""
        return _kind_name(notice)

    @admin.display(description=gettext_lazy("recipient"))
    def recipient_name(self, notice: Notice) -> str:
        """Whom it is for."""
        if notice.transport == Transport.PAGER:
            return str(Transport.PAGER.label)
        return notice.recipient.email if notice.recipient else notice.address

    @admin.display(description=gettext_lazy("sent at"), ordering="sent_at")
    def sent_when(self, notice: Notice) -> str | None:
        """When the mail went out, by the clock that people see."""
        at = notice.sent_by_business_clock
        return _exact(at) if at else None

    def get_urls(self) -> list[URLPattern]:
        """Add the mail's own page and the two acts."""
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/mail/", view(self.mail_view), name="notices_notice_mail"),
            path("<int:pk>/again/", view(self.again_view), name="notices_notice_again"),
            path("<int:pk>/cancel/", view(self.cancel_view), name="notices_notice_cancel"),
        ]
        return own + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",  # noqa: ARG002 -- Django's signature
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one notice, and its mail as it was sent."""
        notice = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, notice):
            raise PermissionDenied
        if notice is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": _kind_name(notice),
            "opts": self.opts,
            "notice": notice,
            "kind_name": _kind_name(notice),
            "headline": _headline(notice),
            "about": self.about_what(notice),
            "cancelled_text": cancelled_text(notice.cancelled_because),
            "is_page": notice.transport == Transport.PAGER,
            "is_secret": _is_secret(notice),
            "may_send_again": notice.state == MailState.DEAD,
            "may_cancel": notice.state == MailState.PENDING,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/notices/notice.html", context)

    def mail_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The HTML of a sent mail, as a page that can do nothing, for the frame on the notice's page."""
        notice = self._notice_or_404(request, pk)
        if not notice.sent_html:
            raise Http404
        response = HttpResponse(notice.sent_html)
        response.headers["Content-Security-Policy"] = _MAIL_POLICY
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return response

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send again what was given up."""
        return self._act_on(request, pk, act=send_again, done=_("It will be sent again."))

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Cancel what waits."""
        return self._act_on(request, pk, act=cancel, done=_("It is cancelled."))

    def _act_on(
        self, request: HttpRequest, pk: int, *, act: Callable[[Notice, User], None], done: str
    ) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        notice = self._notice_or_404(request, pk)
        try:
            act(notice, _actor(request))
        except DomainError as error:
            self.message_user(request, refusal_text(error), messages.ERROR)
        else:
            self.message_user(request, done, messages.SUCCESS)
        return redirect(reverse("admin:notices_notice_change", args=[pk]))

    def _notice_or_404(self, request: HttpRequest, pk: int) -> Notice:
        if not self.has_view_permission(request):
            raise PermissionDenied
        notice = Notice.objects.filter(pk=pk).first()
        if notice is None:
            raise Http404
        return notice

    @admin.action(description=gettext_lazy("Send the chosen mail again"), permissions=["lead"])
    def send_selected_again(self, request: HttpRequest, chosen: QuerySet[Notice]) -> None:
        """Send several mails again; those that were not given up are counted as refused."""
        self._act_on_many(request, chosen, act=send_again)

    @admin.action(description=gettext_lazy("Cancel the chosen mail"), permissions=["lead"])
    def cancel_selected(self, request: HttpRequest, chosen: QuerySet[Notice]) -> None:
        """Cancel several mails; those that do not wait are counted as refused."""
        self._act_on_many(request, chosen, act=cancel)

    def _act_on_many(
        self, request: HttpRequest, chosen: QuerySet[Notice], *, act: Callable[[Notice, User], None]
    ) -> None:
        done, refused = 0, ""
        for notice in chosen:
            try:
                act(notice, _actor(request))
                done += 1
            except DomainError as error:
                refused = refusal_text(error)
        if done:
            told = ngettext("Done for %(count)d mail.", "Done for %(count)d mails.", done) % {"count": done}
            self.message_user(request, told, messages.SUCCESS)
        if refused:
            self.message_user(request, refused, messages.ERROR)


def _is_lead(request: HttpRequest) -> bool:
    return StaffGroup.LEAD in staff_groups(request.user)


def _actor(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _exact(at: datetime) -> str:
    return exact(at, timezone.get_current_timezone())


def _kind_name(notice: Notice) -> str:
    try:
        return str(kind_of(notice).label)
    except UnknownKind:
        return notice.kind


def _headline(notice: Notice) -> str:
    """The line in the inbox; staff must be able to open a notice that cannot be rendered, too."""
    try:
        return entry_of(notice).headline
    except Exception:
        return notice.kind


def _is_secret(notice: Notice) -> bool:
    try:
        return kind_of(notice).is_secret
    except UnknownKind:
        return False

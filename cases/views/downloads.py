"""Downloads of attached files: only for those who may see the case now."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from cases.models import Attachment
from cases.views.page import case_or_404
from portal.accounts.visitors import signed_in
from portal.files.response import download_response


@login_required
@require_safe
def download(request: HttpRequest, key: int, file_key: str) -> HttpResponseBase:
    """This will send an attached file as a download; staff use the same address."""
    case = case_or_404(signed_in(request), key)
    attachment = (
        Attachment.objects.filter(message__case=case, file__key=file_key).select_related("file").first()
    )
    if attachment is None:
        raise Http404
    return download_response(attachment.file)

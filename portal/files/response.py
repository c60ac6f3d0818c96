"""Handing a file out: to be saved, never to be shown or run. The caller has checked who may have it."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404

from portal.files.models import StoredFile

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def download_response(file: StoredFile) -> FileResponse:
    """Stream a file as a download under its own name (RFC 6266). Raises Http404 where its bytes are gone."""
    try:
        content = default_storage.open(file.blob, "rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(
        content,
        as_attachment=True,
        filename=file.name,
        content_type="application/octet-stream",
        headers=_HEADERS,
    )

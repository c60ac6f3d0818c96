"""Every operation with a scene to be carried out in: those that race, and a form with a file."""

from django.core.files.uploadedfile import SimpleUploadedFile

from cases import operations
from portal.files.storing import stored
from portal.work.form_tokens import submit_once
from tests.races.verbs import CASES, ENTITLEMENTS, MACHINE_NOW, NOW, Scene, Verb
from tests.races.verbs import CLOCKS as _CLOCKS


def _submit_with_a_file(scene: Scene) -> object:
    def reply() -> str:
        operations.reply_to_case(scene.case, text="See the log.", actor=scene.rita, now=NOW, files=blobs)
        return "/done/"

    log = SimpleUploadedFile("app.log", b"line 1\n")
    with stored([log], scene.rita, now=MACHINE_NOW) as blobs:
        return submit_once(token=f"{scene.case.pk:0>43}", user=scene.rita, purpose="reply", act=reply)


VERBS: dict[str, Verb] = {
    **CASES,
    **ENTITLEMENTS,
    "staff leave": _CLOCKS["staff leave"],
    "a form with a file": Verb("waiting", _submit_with_a_file),
}

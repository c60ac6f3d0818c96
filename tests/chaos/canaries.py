"""What a canary breaks in the portal's own processes, so that the checker has something to find.

An app of the run's settings, present only with CHAOS_CANARY; `forging-sink` is the mail server's own.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from django.apps import AppConfig

# Name -> what is broken.
NAMES: Mapping[str, str] = {
    "forging-sink": "the mail server notes every tenth mail under an id that no row has",
    "forgetful-sender": "every attempt at a mail carries a Message-ID of its own",
    "noted-before-sent": "a mail is called sent before the server has it",
    "announced-twice": "the notices' key is not unique, and every tenth is announced twice",
    "forms-twice": "a form's token is forgotten: sent twice is done twice",
    "answer-ignored": "every fifth reply leaves the waiting period running",
    "broken-page": "every hundredth page fails",
}
# Name -> the row of the table that it must turn red.
TURNS_RED: Mapping[str, str] = {
    "forging-sink": "mail that arrived, with its row",
    "forgetful-sender": "mail that arrived, with its row",
    "noted-before-sent": "rows sent, with their mail",
    "announced-twice": "notices, one per event and recipient",
    "forms-twice": "operations answered",
    "answer-ignored": "cases as the model says",
    "broken-page": "5xx anywhere",
}
# What the database has to lose for it.
STATEMENTS: Mapping[str, str] = {
    "announced-twice": "ALTER TABLE notices_notice DROP CONSTRAINT notices_notice_key_key",
}


class CanaryConfig(AppConfig):
    """Breaks the one thing that the environment names."""

    name = "tests.chaos.canaries"
    label = "chaos_canary"

    def ready(self) -> None:
        if break_it := _BREAKS.get(os.environ["CHAOS_CANARY"]):
            break_it()


def _every(times: int) -> Callable[[], bool]:
    """True at every so manieth call, in each process."""
    count = [0]

    def is_due() -> bool:
        count[0] += 1
        return count[0] % times == 0

    return is_due


def _forgetful_sender() -> None:
    from portal.notices import sender

    compose = sender._compose

    def compose_anew(notice: Any) -> Any:
        mail, message = compose(notice)
        message.extra_headers["Message-ID"] = f"<{secrets.token_hex(8)}@portal.example>"
        return mail, message

    sender._compose = compose_anew


def _noted_before_sent() -> None:
    from portal.notices import sender

    hand_over = sender._Round._hand_over

    def note_first(round_: Any, notice: Any, mail: Any, message: Any) -> None:
        round_._note_sent(notice, mail, to=message.to[0])
        hand_over(round_, notice, mail, message)

    sender._Round._hand_over = note_first


def _announced_twice() -> None:
    from cases.notices import telling
    from cases.sweep import follow_up

    is_due = _every(10)

    def doubling(announce: Callable[..., Any]) -> Callable[..., Any]:
        def announce_again(drafts: Any, now: Any) -> Any:
            once = list(drafts)
            return announce(once + once[:1] if is_due() else once, now=now)

        return announce_again

    telling.announce = doubling(telling.announce)
    follow_up.announce = doubling(follow_up.announce)


def _forms_twice() -> None:
    from cases import submitting
    from portal.work.form_tokens import submit_once

    def forget(*, token: str, **facts: Any) -> str:
        address = submit_once(token=token, **facts)
        submit_once(token=secrets.token_urlsafe(32), **facts)
        return address

    is_due = _every(20)

    def submit(**facts: Any) -> str:
        return forget(**facts) if is_due() else submit_once(**facts)

    submitting.submit_once = submit


def _answer_ignored() -> None:
    from cases.operations import conversation

    finish_period, move, is_due = conversation.finish_period, conversation.Change.move, _every(5)

    def forget_to_finish(case: Any, *, now: Any) -> None:
        if not is_due():
            finish_period(case, now=now)

    def stay_or_move(change: Any) -> None:
        if change.action != "reply" or change.case.period is None:
            move(change)

    conversation.finish_period = forget_to_finish
    conversation.Change.move = stay_or_move


def _broken_page() -> None:
    from cases.views import page

    context, is_due = page.page_context, _every(100)

    def fail_now_and_then(*args: Any, **facts: Any) -> Any:
        if is_due():
            raise ZeroDivisionError("the canary's")
        return context(*args, **facts)

    page.page_context = fail_now_and_then


_BREAKS: Mapping[str, Callable[[], None]] = {
    "forgetful-sender": _forgetful_sender,
    "noted-before-sent": _noted_before_sent,
    "announced-twice": _announced_twice,
    "forms-twice": _forms_twice,
    "answer-ignored": _answer_ignored,
    "broken-page": _broken_page,
}

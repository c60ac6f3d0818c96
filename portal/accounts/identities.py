"""Verbs about identities: how a person is found behind what a provider says, and how a link ends."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from portal.accounts.addresses import prove_address
from portal.accounts.models import SUBJECT_LENGTH, Identity, User, checked_email
from portal.accounts.operations import require_superuser
from portal.errors import FieldRefused, NotAllowed


class SignInRefused(NotAllowed):
    """A sign-in through a provider that comes to nothing; people are told the same whatever the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__("provider_sign_in", reason=reason)


@dataclass(frozen=True, slots=True)
class Known:
    """Whom a provider has signed in; `email` is empty where it does not state it as verified."""

    issuer: str
    subject: str
    email: str


@dataclass(frozen=True, slots=True)
class Found:
    """The person behind it, and whether this sign-in linked the two."""

    person: User
    is_new: bool


def find_person(known: Known, *, domains: Collection[str], now: datetime) -> Found:
    """Find the person whom a provider has signed in, linking the two the first time. `now` is machine time.

    Once they are linked only issuer and subject count. The provider answers for addresses of `domains` only.
    Raises SignInRefused.
    """
    if not known.subject or len(known.subject) > SUBJECT_LENGTH or "\x00" in known.subject:
        raise SignInRefused("subject")
    with transaction.atomic():
        linked = Identity.objects.filter(issuer=known.issuer, subject=known.subject).select_related("user")
        if identity := linked.first():
            _require_welcome(identity.user, domains)
            linked.update(used_at=now)
            return Found(identity.user, is_new=False)
        return Found(_linked(known, domains=domains, now=now), is_new=True)


def _linked(known: Known, *, domains: Collection[str], now: datetime) -> User:
    """Link a subject that is seen for the first time to the person who has its address."""
    try:
        email = checked_email(known.email)
    except FieldRefused as error:
        raise SignInRefused("unverified") from error
    # Two subjects that state one address at once: the second waits here, and is refused.
    person = User.objects.select_for_update(no_key=True).filter(email=email).first()
    if person is None:
        raise SignInRefused("unknown")
    _require_welcome(person, domains)
    if person.identities.filter(issuer=known.issuer).exists():
        raise SignInRefused("other_subject")
    try:
        with transaction.atomic():
            person.identities.create(issuer=known.issuer, subject=known.subject, linked_at=now, used_at=now)
    except IntegrityError as error:
        # The same sign-in, twice at once, by an address that changed hands in between.
        raise SignInRefused("other_person") from error
    prove_address(person, now)
    return person


def _require_welcome(person: User, domains: Collection[str]) -> None:
    """Refuse whom the provider does not answer for (any longer), and who may not sign in."""
    if person.email.rpartition("@")[2] not in domains:
        raise SignInRefused("domain")
    if not person.is_active:
        raise SignInRefused("inactive")


def remove_identity(identity: Identity, *, actor: User) -> User:
    """End a link and, with it, every session of its person; another subject may be linked from then on.

    Raises NotAllowed "not_superuser".
    """
    require_superuser(actor)
    person = identity.user
    with transaction.atomic():
        identity.delete()
        # A session does not know by which way it was opened.
        person.sign_ins.all().delete()
    return person

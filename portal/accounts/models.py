"""Regions, countries, customer companies, people and sessions.

Rows for people come through `visible_to(user)`.
"""

from datetime import datetime
from importlib import import_module
from typing import ClassVar

from babel import Locale, UnknownLocaleError
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import AnonymousUser, PermissionsMixin
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from portal.accounts.groups import staff_groups
from portal.accounts.languages import interface_languages
from portal.accounts.zones import validate_zone
from portal.clock import machine_now
from portal.errors import FieldRefused
from portal.oidc_settings import ISSUER_LENGTH

HOTLINE_LENGTH = 40
EMAIL_LENGTH = 254
NAME_LENGTH = 200
# OpenID Connect Core 1.0, section 2: `sub` has at most 255 ASCII characters.
SUBJECT_LENGTH = 255


class Region(models.Model):
    """A part of the world with its own support team and hours."""

    code = models.CharField(_("code"), max_length=4, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_zone])
    hotline = models.CharField(
        _("hotline"),
        max_length=HOTLINE_LENGTH,
        blank=True,
        help_text=_("Answered at any hour; customers see it where they file a P1. Empty: none is shown."),
    )

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def __str__(self) -> str:
        return self.name


class Country(models.Model):
    """A billing country and the region that serves it."""

    code = models.CharField(_("code"), max_length=2, primary_key=True)
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="countries", verbose_name=_("region")
    )

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The country's name in the active language, else in English, else its code."""
        return country_name(self.code)


def country_name(code: str) -> str:
    """Name a country by its ISO 3166 code in the active language, else in English, else by the code."""
    for language in (get_language(), "en"):
        try:
            territories = Locale.parse(to_locale(language or "en")).territories
        except (UnknownLocaleError, ValueError):
            continue
        if code in territories:
            return str(territories[code])
    return code


class AccountQuerySet(models.QuerySet["Account"]):
    """Ways to narrow accounts down."""

    def visible_to(self, user: "User | AnonymousUser") -> "AccountQuerySet":
        """Accounts that `user` may see: staff all, a customer their own."""
        if staff_groups(user):
            return self
        if not isinstance(user, User) or not user.is_active or user.account_id is None:
            return self.none()
        return self.filter(pk=user.account_id)


class Account(models.Model):
    """A customer company. Its billing country decides its region (SPEC 1)."""

    name = models.CharField(_("name"), max_length=NAME_LENGTH, unique=True)
    country = models.ForeignKey(
        Country, on_delete=models.PROTECT, related_name="accounts", verbose_name=_("billing country")
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[validate_zone],
        help_text=_("Empty: the region's."),
    )
    # Of its people's pages and mail, where they have chosen none; empty: as their browsers ask.
    language = models.CharField(_("language"), max_length=10, blank=True, choices=interface_languages)
    administrator = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="administered_account",
        verbose_name=_("account administrator"),
    )
    created_at = models.DateTimeField(_("created at"))

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = (models.CheckConstraint(condition=~Q(name=""), name="account_has_a_name"),)

    def __str__(self) -> str:
        return self.name


class UserQuerySet(models.QuerySet["User"]):
    """Ways to narrow people down."""

    def visible_to(self, user: "User | AnonymousUser") -> "UserQuerySet":
        """People whom `user` may see: staff all, a customer those of their account."""
        if staff_groups(user):
            return self
        if not isinstance(user, User) or not user.is_active or user.account_id is None:
            return self.none()
        return self.filter(account_id=user.account_id)

    def active(self) -> "UserQuerySet":
        """People who may sign in."""
        return self.filter(is_active=True)


class UserManager(BaseUserManager["User"]):
    """Makes people, always with a checked, lower-cased e-mail address."""

    def get_queryset(self) -> UserQuerySet:
        """All people."""
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, user: "User | AnonymousUser") -> UserQuerySet:
        """People whom `user` may see."""
        return self.get_queryset().visible_to(user)

    def active(self) -> UserQuerySet:
        """People who may sign in."""
        return self.get_queryset().active()

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by e-mail address in any case."""
        return self.get(email=(username or "").lower())

    def create_user(
        self,
        email: str,
        password: str | None = None,
        *,
        name: str = "",
        account: Account | None = None,
        language: str = "",
        time_zone: str = "",
        is_staff: bool = False,
        is_superuser: bool = False,
        joined_at: datetime | None = None,
    ) -> "User":
        """Make one person; without a password nobody can sign in as them.

        Raises FieldRefused "email_invalid" or "nul".
        """
        user = User(
            email=checked_email(email),
            name=checked_name(name),
            account=account,
            language=language,
            time_zone=time_zone,
            is_staff=is_staff,
            is_superuser=is_superuser,
            joined_at=joined_at or machine_now(),
            email_verified_at=machine_now() if is_superuser else None,
        )
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, *, name: str = "") -> "User":
        """Make one person of staff with every right in the admin; bound by the same operations (SPEC 5)."""
        return self.create_user(email, password, name=name, is_staff=True, is_superuser=True)


def checked_email(email: str) -> str:
    """Bring an e-mail address into its one form: trimmed, lower case, ASCII.

    Raises FieldRefused "nul" or "email_invalid".
    """
    if "\x00" in email:
        raise FieldRefused("nul", "email")
    tidy = email.strip().lower()
    try:
        validate_email(tidy)
    except ValidationError as error:
        raise FieldRefused("email_invalid", "email") from error
    if not tidy.isascii() or len(tidy) > EMAIL_LENGTH:
        raise FieldRefused("email_invalid", "email")
    return tidy


def checked_name(name: str) -> str:
    """Bring a person's or company's name into its one form: trimmed, at most 200 characters, no NUL.

    Raises FieldRefused "nul" or "name_too_long".
    """
    if "\x00" in name:
        raise FieldRefused("nul", "name")
    tidy = name.strip()
    if len(tidy) > NAME_LENGTH:
        raise FieldRefused("name_too_long", "name", most=NAME_LENGTH)
    return tidy


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail: of one account, or of staff, never both (SPEC 3.4)."""

    email = models.EmailField(
        _("e-mail address"),
        max_length=EMAIL_LENGTH,
        unique=True,
        error_messages={"unique": _("Somebody already uses this e-mail address.")},
    )
    name = models.CharField(_("name"), max_length=NAME_LENGTH, blank=True)
    account = models.ForeignKey(
        Account,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="people",
        verbose_name=_("account"),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[validate_zone],
        help_text=_("Empty: the account's, else the region's."),
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        choices=interface_languages,
        help_text=_("Empty: the account's."),
    )
    is_staff = models.BooleanField(_("is staff"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    # SPEC 3.4: permissions of a person of an account, set by its administrator.
    may_file_cases = models.BooleanField(_("may file cases"), default=True)
    sees_account_cases = models.BooleanField(_("sees the whole account's cases"), default=False)
    may_request = models.BooleanField(_("may request from the catalogue"), default=False)
    staff_mail = models.BooleanField(
        _("staff notices by mail too"), default=True, help_text=_("For staff: the inbox has them anyway.")
    )
    joined_at = models.DateTimeField(_("joined at"))
    email_verified_at = models.DateTimeField(_("address proven at"), null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = (
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case"),
            models.CheckConstraint(condition=~Q(email=""), name="user_has_an_email"),
            models.CheckConstraint(
                condition=Q(is_staff=True, account__isnull=True) | Q(is_staff=False, account__isnull=False),
                name="user_of_staff_or_of_an_account",
            ),
            models.CheckConstraint(
                condition=Q(is_superuser=False) | Q(is_staff=True), name="user_superuser_is_staff"
            ),
        )

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """The person's name, else the address; the admin greets with it."""
        return str(self)

    def get_short_name(self) -> str:
        """The same as the full name: names are not cut apart."""
        return str(self)


class StaffMember(User):
    """A person of staff, as the admin lists them."""

    class Meta:
        proxy = True
        verbose_name = _("person of staff")
        verbose_name_plural = _("people of staff")


class Duty(models.Model):
    """Hours, Monday to Friday in the region's zone, in which a person of staff is on duty for a region.

    Half-open: the first instant counts, the last does not. Staff notices of cases that nobody owns go to
    whom is on duty (SPEC 2.2).
    """

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="duties", verbose_name=_("person of staff")
    )
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="duties", verbose_name=_("region")
    )
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints = (
            models.CheckConstraint(condition=Q(starts__lt=F("ends")), name="duty_ends_after_it_starts"),
            models.UniqueConstraint(fields=("user", "region", "starts"), name="duty_once"),
        )

    def __str__(self) -> str:
        return f"{self.region_id} {self.starts:%H:%M}–{self.ends:%H:%M}"


class SignIn(AbstractBaseSession):
    """A session: who is signed in where and since when, or nobody yet. Deleting it ends it at once."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sign_ins")
    # Machine time, both: people are signed out by the clock on the wall.
    signed_in_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(user__isnull=True) | Q(signed_in_at__isnull=False, used_at__isnull=False),
                name="sign_in_of_somebody_has_its_times",
            ),
        )

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        """Say what reads and writes sessions."""
        store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
        return store


class Identity(models.Model):
    """Whom a provider knows a person as; it gives the pair to nobody else. Both times are machine time."""

    user = models.ForeignKey(User, models.CASCADE, related_name="identities", verbose_name=_("person"))
    issuer = models.CharField(_("provider"), max_length=ISSUER_LENGTH)
    subject = models.CharField(_("known there as"), max_length=SUBJECT_LENGTH)
    linked_at = models.DateTimeField(_("linked at"))
    used_at = models.DateTimeField(_("last used at"))

    class Meta:
        verbose_name = _("identity at a provider")
        verbose_name_plural = _("identities at a provider")
        constraints = (
            models.UniqueConstraint(fields=("issuer", "subject"), name="identity_of_one_person"),
            models.UniqueConstraint(fields=("user", "issuer"), name="identity_once_at_a_provider"),
        )

    def __str__(self) -> str:
        return f"{self.user}, {self.issuer}"

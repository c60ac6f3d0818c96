"""What is offered, as dated rows (SPEC 4)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accelerators.availability import Offer
from accelerators.kinds import Category, Cell, Kind
from accelerators.wording import CATEGORIES, CELLS, KINDS

NAME_LENGTH = 120
LINE_LENGTH = 300
SHORT_LENGTH = 120


class CatalogueRow(models.Model):
    """A thing of the catalogue, in force from its instant until the next row of its slug; never changed.

    Texts are in the language in which staff wrote them. `products` are codes of products and names of
    families, none for every product; `parts` phases, features or tasks, each with name, content and
    deliverable. An empty duration or effort is agreed with the success team.
    """

    slug = models.SlugField(_("address"), max_length=60)
    kind = models.CharField(_("kind"), max_length=16, choices=KINDS)
    in_force_from = models.DateTimeField(_("in force from"))
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    summary = models.CharField(_("what it is"), max_length=LINE_LENGTH)
    category = models.CharField(_("category"), max_length=24, blank=True, choices=CATEGORIES)
    duration = models.CharField(_("duration"), max_length=SHORT_LENGTH, blank=True)
    effort = models.CharField(_("customer's effort"), max_length=SHORT_LENGTH, blank=True)
    audience = models.CharField(_("for whom"), max_length=LINE_LENGTH, blank=True)
    products = models.JSONField(_("products"), default=list, blank=True)
    expert = models.CharField(_("under Expert"), max_length=16, blank=True, choices=CELLS)
    ultimate = models.CharField(_("under Ultimate"), max_length=16, blank=True, choices=CELLS)
    parts = models.JSONField(_("parts"), default=list, blank=True)
    position = models.PositiveSmallIntegerField(_("position in lists"))
    is_offered = models.BooleanField(_("is offered"), default=True)
    # None: delivered with the portal.
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("made by"),
    )

    class Meta:
        verbose_name = _("catalogue row")
        verbose_name_plural = _("catalogue rows")
        constraints = (
            models.UniqueConstraint(fields=("slug", "in_force_from"), name="catalogue_row_once"),
            models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="catalogue_kind_known"),
            models.CheckConstraint(
                condition=Q(category="") | Q(category__in=list(Category)), name="catalogue_category_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.ADD_ON, expert__in=list(Cell), ultimate__in=list(Cell))
                | (~Q(kind=Kind.ADD_ON) & Q(expert="", ultimate="")),
                name="catalogue_cells_of_add_ons",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def offer(self) -> Offer:
        """Say of the row what the rule asks."""
        return Offer(
            kind=Kind(self.kind),
            slug=self.slug,
            products=frozenset(self.products),
            expert=Cell(self.expert) if self.expert else None,
            ultimate=Cell(self.ultimate) if self.ultimate else None,
            is_offered=self.is_offered,
        )

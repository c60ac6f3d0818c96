"""The words of the portal, each with a sentence that says what it means (SPEC 1). The terms are data."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext_lazy as _

from entitlements.wording import Words


@dataclass(frozen=True)
class Term:
    """A word; `long` is what an abbreviation stands for. `anchor` is its place on the page: keep it.

    `kana` is how the Japanese name is read; its place in the Japanese alphabet follows from it. A name in
    Latin letters has none.
    """

    anchor: str
    name: Words
    meaning: Words
    long: Words = ""
    kana: str = ""


TERMS = (
    Term("account", _("Account"), _("Your company, as a customer."), kana="あかうんと"),
    Term(
        "account-administrator",
        _("Account administrator"),
        _("The named contact who gives and takes seats and permissions; an account has one at most."),
        kana="あかうんとかんりしゃ",
    ),
    Term(
        "activity",
        _("Activity"),
        _("Something that is done to bring you nearer to a goal: a task, a session, a whole engagement."),
        kana="かつどう",
    ),
    Term(
        "adoption",
        _("Adoption"),
        _("A product finds its way into what people do every day."),
        kana="ていちゃく",
    ),
    Term(
        "business-day",
        _("Business day"),
        _("The business hours of a whole day in your region: from a clock time to the same on the next one."),
        kana="えいぎょうび",
    ),
    Term(
        "business-hours",
        _("Business hours"),
        _("When support works in your region; its holidays and days off do not count."),
        kana="えいぎょうじかん",
    ),
    Term(
        "case",
        _("Case"),
        _("One request for help, under a number of its own, from the first question to its closing."),
        kana="けえす",
    ),
    Term(
        "csm",
        "CSM",
        _("Your partner for strategy: plans with you how products are adopted, used well and pay off."),
        long=_("Customer Success Manager"),
    ),
    Term(
        "designated",
        _("Designated"),
        _("Meant for you alone: a person or a role that is assigned to one customer."),
        kana="せんにん",
    ),
    Term(
        "enablement",
        _("Enablement"),
        _("What helps people to use a product well and safely: training, tools, things to read."),
        kana="しゅうじゅくしえん",
    ),
    Term(
        "environment",
        _("Environment"),
        _("The set-up in which you use a product, for example production or a test system."),
        kana="かんきょう",
    ),
    Term(
        "escalation",
        _("Escalation"),
        _("You are not content with how a case goes, and those who answer for it look into it."),
        kana="えすかれえしょん",
    ),
    Term(
        "expert-success",
        _("Expert Success"),
        _("Technical support when you ask for it. Every license comes with it."),
    ),
    Term(
        "extension",
        _("Extension"),
        _("You keep a case open longer while it waits for your answer."),
        kana="えんちょう",
    ),
    Term(
        "follow-up",
        _("Follow-up"),
        _("A new case that carries on a closed one; each leads to the other."),
        kana="こうぞくけえす",
    ),
    Term(
        "on-hold",
        _("On hold"),
        _("Support has stopped the reminders and the closing of a case for some time, and says why."),
        kana="ほりゅう",
    ),
    Term(
        "kbo",
        "KBO",
        _("A goal of your company, at a high level, that the products help to reach."),
        long=_("Key Business Objective"),
    ),
    Term(
        "kpi",
        "KPI",
        _("A figure by which you see how nearly a goal is reached."),
        long=_("Key Performance Indicator"),
    ),
    Term(
        "license",
        _("License"),
        _("Your right to use one product. It runs in terms, each with its success plan."),
        kana="らいせんす",
    ),
    Term(
        "mutual-action-plan",
        "MAP",
        _(
            "One plan, made together, for reaching your KBOs. Its five parts: strategic priorities, action"
            " plan, value tracker, partnership governance, service review."
        ),
        long=_("Mutual Action Plan"),
    ),
    Term(
        "maturity",
        _("Maturity"),
        _("How far the use of a product has grown in your company."),
        kana="せいじゅくど",
    ),
    Term(
        "named-contact",
        _("Named contact"),
        _("A person of your account with a seat for a product, who may work on its cases."),
        kana="とうろくれんらくたんとうしゃ",
    ),
    Term(
        "open-case",
        _("Open case"),
        _("A case in any status except Closed and Auto Closed."),
        kana="おおぷんなけえす",
    ),
    Term(
        "priority",
        _("Priority"),
        _("How much a problem hurts your business, from P1, production is down, to P4, a question."),
        kana="ゆうせんど",
    ),
    Term(
        "reopening",
        _("Reopening"),
        _("You bring a closed case back to support, with its conversation, while the time for it runs."),
        kana="さいおおぷん",
    ),
    Term(
        "requestor",
        _("Requestor"),
        _("Whose case it is: the named contact with whom support speaks."),
        kana="いらいしゃ",
    ),
    Term(
        "ssm",
        "SSM",
        _("Brings those together who look into an incident, and tells you steadily how it goes."),
        long=_("Support Service Manager"),
    ),
    Term(
        "success-accelerator",
        _("Success Accelerator"),
        _("A short engagement with much effect, led by experts in business and in technology."),
    ),
    Term(
        "success-plan",
        _("Success plan"),
        _("What support gives you for a license: Expert with every license, or Ultimate."),
        kana="さくせすぷらん",
    ),
    Term(
        "support-access",
        _("Support access"),
        _("Your leave for support to look into an environment, until a day that you choose."),
        kana="さぽおとのあくせす",
    ),
    Term(
        "swarming-pod",
        _("Swarming Pod"),
        _("Experts of several fields who gather quickly round one complex problem."),
    ),
    Term(
        "tad",
        "TAD",
        _(
            "Your first technical expert, who also speaks with your executives and sees to governance; an"
            " add-on to the Ultimate Success Plan."
        ),
        long=_("Technical Account Director"),
    ),
    Term(
        "tam",
        "TAM",
        _("Leads you technically and shares what your business should know, before problems arise."),
        long=_("Technical Account Manager"),
    ),
    Term(
        "targeted-initial-response",
        _("Targeted initial response"),
        _("The time within which an engineer is to answer first. None is set for the solution."),
        kana="しょかいかいとうのもくひょう",
    ),
    Term(
        "term",
        _("Term"),
        _("A stretch of days, from the first to the end of the last, in which a license has one plan."),
        kana="けいやくきかん",
    ),
    Term(
        "time-zone",
        _("Time zone"),
        _("Where a time counts. Yours is that of your profile, else of your account, else of its region."),
        kana="たいむぞおん",
    ),
    Term(
        "ultimate-success",
        _("Ultimate Success"),
        _("The plan with full care: a team that knows you, guides you and acts before problems arise."),
    ),
    Term(
        "use-case",
        _("Use case"),
        _("One way to apply a product, whose effect can be followed."),
        kana="ゆうすけえす",
    ),
    Term(
        "value",
        _("Value"),
        _("The good that comes of it, and that you can point at: time, money, growth."),
        kana="かち",
    ),
    Term(
        "waiting-period",
        _("Waiting period"),
        _("From a question or a solution of support until your answer, or until the case closes by itself."),
        kana="たいききかん",
    ),
    Term(
        "watcher",
        _("Watcher"),
        _("A person of your account who gets the notices of a case as its requestor does."),
        kana="うぉっちゃあ",
    ),
)

_KANA_ROWS = "あかさたなはまやらわ"


@dataclass(frozen=True)
class Group:
    """The terms under one letter, or in Japanese under one row of the kana."""

    letter: str
    terms: tuple[Term, ...]

    @property
    def anchor(self) -> str:
        """Where the group begins on the page."""
        return self.terms[0].anchor


def groups(language: str) -> list[Group]:
    """This will put the terms into the order of the active language's alphabet, by its letters.

    In Japanese names in Latin letters come first, the others follow by how they are read.
    """
    by_kana = language == "ja"
    ordered = sorted(TERMS, key=lambda term: _sort_key(term, by_kana=by_kana))
    return [
        Group(letter, tuple(terms))
        for letter, terms in groupby(ordered, key=lambda term: _letter(term, by_kana=by_kana))
    ]


def _sort_key(term: Term, *, by_kana: bool) -> tuple[bool, str]:
    is_read = by_kana and bool(term.kana)
    return is_read, _bare(term.kana if is_read else str(term.name))


def _letter(term: Term, *, by_kana: bool) -> str:
    if not (by_kana and term.kana):
        return _bare(str(term.name))[0].upper()
    return max(_up_to(_bare(term.kana)[0]))


def _up_to(kana: str) -> Iterable[str]:
    return (row for row in _KANA_ROWS if row <= kana)


def _bare(text: str) -> str:
    """Without accents, voiced marks and capitals, which the alphabets do not order by."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).casefold()

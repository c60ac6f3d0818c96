from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import mark_safe

TOKYO = ZoneInfo("Asia/Tokyo")
REMINDER = {
    "heading": "We still need your answer",
    "lead": ["Your case “Currency & <tax>” waits for you."],
    "deadline": datetime(2025, 12, 9, 2, 20, tzinfo=UTC),
    "deadline_label": "Without an answer it closes by itself:",
    "zone_name": "Asia/Tokyo",
    "quote_label": "What the support engineer asked",
    "quote_html": mark_safe("<p>The <em>suite</em></p>"),
    "quote_text": "The suite\nand & more",
    "button_label": "Answer in the portal",
    "button_url": "https://support.example/cases/E-000000051/",
    "others": [("Close the case", "https://support.example/close")],
    "steps": [("3rd reminder", datetime(2025, 12, 8, 2, 20, tzinfo=UTC))],
    "why_you": "You get it because you filed the case.",
    "position": "This is the 2nd of 3 reminders.",
    "profile_url": "https://support.example/profile/",
    "account_name": "Kaze Denki",
    "number": "E-000000051",
    "language": "en",
}


def test_the_text_of_a_notice_holds_everything_in_the_recipients_zone_without_markup() -> None:
    with timezone.override(TOKYO):
        text = render_to_string("mail/notice.txt", REMINDER)

    assert text == (
        "Experience Cloud Support · Kaze Denki · E-000000051\n"
        "\n"
        "We still need your answer\n"
        "\n"
        "Your case “Currency & <tax>” waits for you.\n"
        "\n"
        "Without an answer it closes by itself:\n"
        "Tue 9 Dec 2025, 11:20 JST\n"
        "Time zone Asia/Tokyo, the one your profile shows\n"
        "\n"
        "What the support engineer asked\n"
        "\n"
        "> The suite\n"
        "> and & more\n"
        "\n"
        "Answer in the portal:\n"
        "https://support.example/cases/E-000000051/\n"
        "\n"
        "Close the case:\n"
        "https://support.example/close\n"
        "\n"
        "What is planned\n"
        "1. 3rd reminder: Mon 8 Dec 2025, 11:20 JST\n"
        "\n"
        "-- \n"
        "This is the 2nd of 3 reminders. You get it because you filed the case. "
        "Replies to this mail reach nobody: the address it comes from is not read.\n"
        "Your profile: language, time zone, mail: https://support.example/profile/\n"
    )


def test_the_html_of_a_notice_escapes_what_people_wrote_and_asks_nothing_from_elsewhere() -> None:
    with timezone.override(TOKYO):
        html = render_to_string("mail/notice.html", REMINDER)

    assert "Currency &amp; &lt;tax&gt;" in html
    assert "<p>The <em>suite</em></p>" in html
    assert '<time class="exact" datetime="2025-12-09T11:20+09:00">Tue 9 Dec 2025, 11:20 JST</time>' in html
    assert "<img" not in html
    assert "<link" not in html
    assert "url(" not in html


def test_a_notice_without_deadline_quote_or_steps_leaves_no_empty_parts() -> None:
    plain = {"heading": "Your case was received", "lead": ["Nothing is needed from you."], "language": "en"}

    html = render_to_string("mail/notice.html", plain)

    assert "<h2>" not in html
    assert "<blockquote>" not in html
    assert "<li>" not in html
    assert 'class="action"' not in html

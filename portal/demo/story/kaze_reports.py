"""Kaze Denki's cases for Analytics."""

from portal.demo.attachments import hourly_orders_csv
from portal.demo.story.people import AGENT, KAZE_CONTACT
from portal.demo.story.shapes import CaseStory, FileStory, StepStory, after, ago, prose

CASES: tuple[CaseStory, ...] = (
    # Pending Response, set 50 hours ago, after the 1st reminder.
    CaseStory(
        key="kz-time-zone",
        account="kaze",
        product="analytics",
        priority=3,
        title="レポートスイートの時刻が9時間ずれる / report suite shows hours in UTC since the copy",
        environment="Production",
        requestor=KAZE_CONTACT,
        filed_ago=ago(days=3, hours=9),
        ends="Pending Response",
        text=prose("""
            新しいレポートスイート `kazeprod2` を `kazeprod` からコピーしました。時間別レポートが9時間ずれて
            います。

            We copied the suite for the renewed shop. Orders placed at 10:00 in Tokyo appear at 01:00 in the
            hourly report. The setting says *Asia/Tokyo* for both suites. Orders by hour are attached, as
            our shop counts them.
        """),
        files=(FileStory("orders_by_hour.csv", hourly_orders_csv),),
        steps=(
            StepStory("claim", after(hours=2), AGENT),
            StepStory(
                "request_information",
                after(days=1, hours=7),
                AGENT,
                prose("""
                    Two settings can cause exactly nine hours: the suite's zone, which is right, and
                    *timestamp-enabled* hits, which carry their own time. The copied suite accepts
                    timestamps. Does the renewed shop send `timestamp` with its hits, and if so in which
                    zone? ヒットを一つ(リクエスト全体)お送りください。
                """),
            ),
        ),
    ),
    # Auto Closed nine days ago; can still be reopened for five days.
    CaseStory(
        key="kz-bot-rules",
        account="kaze",
        product="analytics",
        priority=4,
        title="ボットルールの一括登録について / how to upload 300 bot rules at once",
        environment="Production",
        requestor=KAZE_CONTACT,
        filed_ago=ago(days=16),
        ends="Auto Closed",
        text=prose("""
            社内監視ツールのIPアドレス(約300件)をボットとして除外したいです。 Entering 300 rules by hand
            would take days. Is there an upload, and does a rule also apply to hits that were collected
            earlier?
        """),
        steps=(
            StepStory(
                "answer",
                after(hours=8),
                AGENT,
                prose("""
                    はい、CSVで登録できます。 *Admin, Report suites, Edit settings, General, Bot rules* has
                    an import that takes a CSV with the columns name, user agent match and IP range. A rule
                    applies from the moment it is saved; earlier hits keep what they were.
                """),
            ),
            StepStory(
                "provide_resolution",
                after(days=1),
                AGENT,
                prose("""
                    A range written as `203.0.113.0-203.0.113.255` counts as one rule, so your 300 addresses
                    probably become a dozen. Please import one range, look at the *Bots* report after an
                    hour, and confirm that it counts your monitoring there.
                """),
            ),
        ),
    ),
)

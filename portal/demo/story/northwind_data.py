"""Northwind's cases for Analytics."""

from portal.demo.attachments import chart_png, hits_csv
from portal.demo.story.people import AGENT, LEAD, NW_ADMIN, NW_COLLEAGUE, NW_CONTACT, NW_DATA
from portal.demo.story.shapes import CaseStory, FileStory, StepStory, after, ago, prose

CASES: tuple[CaseStory, ...] = (
    # Pending Response, set 80 hours ago, after the 2nd reminder: waits for contact@northwind.example.
    CaseStory(
        key="nw-evar-wallet",
        account="northwind",
        product="analytics",
        priority=3,
        title="Payment type (eVar18) is Unspecified for almost half of the orders paid by wallet",
        environment="Production",
        requestor=NW_CONTACT,
        watchers=(NW_DATA, NW_COLLEAGUE),
        filed_ago=ago(days=5, hours=2),
        ends="Pending Response",
        text=prose("""
            Since we offer wallet payments, 30 to 60 % of those orders have no value in eVar18. Orders by
            card and by invoice are complete. The shop's own count and the reported orders agree, so no hit
            is lost, only the variable is empty. Four days by hour are attached.

            On the confirmation page we call:

            ```javascript
            s.eVar18 = digitalData.order.paymentType;      // "wallet"
            s.events = "purchase:" + digitalData.order.id;
            s.t();
            ```
        """),
        files=(FileStory("orders-by-payment.csv", hits_csv),),
        steps=(
            StepStory("claim", after(minutes=50), AGENT),
            StepStory(
                "answer",
                after(hours=1, minutes=30),
                AGENT,
                prose("""
                    The table is very clear: the gap appears with the wallet only, at every hour of the day.
                    A wallet returns the visitor from another domain, so my first suspicion is the order of
                    events on the confirmation page: `digitalData.order` may not be there yet when the rule
                    fires.
                """),
            ),
            StepStory(
                "request_information",
                after(days=1, hours=18),
                AGENT,
                prose("""
                    To tell a late data layer from a cleared variable, please send us

                    1. one browser record (HAR) of a wallet order on stage, from the shop's cart to the
                       confirmation page,
                    2. the load rule's trigger: *DOM ready* or *window loaded*,
                    3. whether `s.clearVars()` is called in the wallet's return handler.
                """),
            ),
        ),
    ),
    # In Progress, escalated nine hours ago and acknowledged by the lead.
    CaseStory(
        key="nw-report-latency",
        account="northwind",
        product="analytics",
        priority=2,
        title="Report suite northwind-global is 9 hours behind, board figures cannot be drawn",
        environment="Production",
        requestor=NW_CONTACT,
        watchers=(NW_DATA, NW_ADMIN),
        filed_ago=ago(days=1, hours=5),
        ends="In Progress",
        text=prose("""
            Data in `northwind-global` has been late since this morning; at the moment the newest hits in
            Workspace are nine hours old. Real-time reports are current. The regional suites, which receive
            the same hits, are half an hour late at most.

            Our weekly figures for the board come from this suite, and the sale's opening falls into the
            gap.
        """),
        files=(FileStory("latency-by-hour.png", chart_png),),
        steps=(
            StepStory("claim", after(minutes=14), AGENT),
            StepStory(
                "answer",
                after(minutes=24),
                AGENT,
                prose("""
                    We see the same nine hours. Nothing is lost: the hits are in the collection layer and
                    wait to be processed. The global suite has a processing rule that the regional ones have
                    not, a lookup with 210,000 rows on the campaign code; it was replaced last night and
                    each hit now takes four times as long. I will come back with what can be done without
                    touching your rule.
                """),
            ),
            StepStory(
                "reply",
                after(hours=9),
                NW_DATA,
                prose("""
                    Ten hours by now. We can live without that lookup for a few days. Shall we switch the
                    rule off, or does that make it worse?
                """),
            ),
            StepStory(
                "escalate",
                after(hours=20),
                NW_CONTACT,
                prose("""
                    We asked eleven hours ago whether to switch the rule off and have not heard since. The
                    board meets tomorrow, and we still do not know whether the figures will be there. We
                    need one person who tells us where we stand.
                """),
                {"reason": "awaiting_callback_or_update"},
            ),
            StepStory(
                "acknowledge_escalation",
                after(hours=20, minutes=35),
                LEAD,
                prose("""
                    You are right, Marcus, the question should not have been left without an answer. I have
                    taken the lead in this case myself; Jordan and the processing team report to me.
                    **Please do switch the lookup off**: the change takes effect for waiting hits too. I
                    write here every two hours from now on, whether or not there is news.
                """),
            ),
            StepStory(
                "internal_note",
                after(hours=21),
                LEAD,
                prose("""
                    Processing moved the suite to its own partition. Drain rate after the rule went off: 3.1
                    hours of hits per hour.
                """),
            ),
            StepStory(
                "answer",
                after(hours=23),
                LEAD,
                prose("""
                    First update: the rule is off since half past, the delay has come down from 11 h 20 min
                    to 8 h 05 min. The sale's first hours are complete.
                """),
            ),
            StepStory(
                "answer",
                after(hours=25),
                LEAD,
                prose("""
                    Second update: 3 h 50 min. It is a little slower now, because the regional suites have
                    their evening peak; no more than that.
                """),
            ),
            StepStory(
                "answer",
                after(hours=27),
                LEAD,
                prose("""
                    Third update: 1 h 10 min, and still falling. The board's week is complete; you can draw
                    the figures. Meanwhile we look for a form of the lookup that your volume bears.
                """),
            ),
        ),
    ),
    # Pending Response on hold: set three days ago, held since the day before yesterday for twelve days.
    CaseStory(
        key="nw-data-feed",
        account="northwind",
        product="analytics",
        priority=3,
        title="Data feed to our S3 bucket fails with AccessDenied after rotating the credentials",
        environment="Production",
        requestor=NW_CONTACT,
        filed_ago=ago(days=4),
        ends="Pending Response",
        text=prose("""
            After we rotated the access key of the bucket the hourly feed fails:

            ```text
            Upload failed: s3://nw-clickstream/feed/nwglobal_090000.tsv.gz
            AccessDenied: User is not authorized to perform: s3:PutObjectAcl
            ```

            We entered the new key in the feed's destination and the test upload went through. Our policy
            grants `s3:PutObject` on the prefix.
        """),
        steps=(
            StepStory("claim", after(hours=4), AGENT),
            StepStory(
                "request_information",
                after(days=1),
                AGENT,
                prose("""
                    The feed gives the bucket's owner full control of each file, for which it needs
                    `s3:PutObjectAcl` in addition; the test upload does not. Please add the action, for the
                    same prefix, and tell us when that is done, so that we send the missed hours again.

                    ```json
                    { "Effect": "Allow", "Action": ["s3:PutObject", "s3:PutObjectAcl"],
                      "Resource": "arn:aws:s3:::nw-clickstream/feed/*" }
                    ```
                """),
            ),
            StepStory(
                "hold",
                after(days=2, hours=1),
                AGENT,
                values={
                    "days": 12,
                    "reason": prose("""
                        Your cloud team told us by telephone that no policy may change during the sale. We
                        keep the case for you until the change freeze is over; the missed hours stay
                        available for sending.
                    """),
                },
            ),
        ),
    ),
    # Awaiting Assignment, filed 25 minutes ago.
    CaseStory(
        key="nw-warehouse-segment",
        account="northwind",
        product="analytics",
        priority=3,
        title='Data Warehouse request with a sequential segment never leaves "Processing"',
        environment="Production",
        requestor=NW_CONTACT,
        watchers=(NW_DATA,),
        filed_ago=ago(minutes=25),
        ends="Awaiting Assignment",
        text=prose("""
            A scheduled request that uses the segment *Sale page, then store finder within 2 days* has been
            in "Processing" for 19 hours. The same request without the segment takes 40 minutes. In
            Workspace the segment answers in seconds.

            Request name: `dw_sale_to_store_weekly`, granularity day, 31 days, five breakdowns. Is there a
            limit for sequences with a time bound that we overlook?
        """),
    ),
    # Awaiting Assignment, filed seven minutes ago, the youngest of all.
    CaseStory(
        key="nw-attribution-question",
        account="northwind",
        product="analytics",
        priority=4,
        title="Can attribution panels use our 45-day lookback instead of the 30 and 90 days offered?",
        environment="Production",
        requestor=NW_DATA,
        filed_ago=ago(minutes=7),
        ends="Awaiting Assignment",
        text=prose("""
            Our buying cycle for tents is about six weeks, so we report with a 45-day lookback everywhere
            else. The panel offers 30 and 90 days by default and a custom window that seems to end at the
            reporting period. Does a custom window of 45 days reach back before the first day of the panel?
        """),
    ),
    # Closed, Resolution Irrelevant, by the customer, eight days ago.
    CaseStory(
        key="nw-bounce-rate",
        account="northwind",
        product="analytics",
        priority=3,
        title="Bounce rate doubled overnight on all article pages",
        environment="Production",
        requestor=NW_DATA,
        watchers=(NW_CONTACT,),
        filed_ago=ago(days=8, hours=20),
        ends="Closed",
        text=prose("""
            From one day to the next the bounce rate of our article pages went from 38 to 79 %. Nothing was
            deployed to those pages. Visits and page views are stable.
        """),
        steps=(
            StepStory("claim", after(hours=1), AGENT),
            StepStory(
                "answer",
                after(hours=2),
                AGENT,
                prose("""
                    A bounce is a visit with a single hit. If visits and page views are stable, then hits
                    other than page views must have gone: scroll or video events, for example. `event41`
                    (scroll depth) has not been received since midnight two days ago. Was the extension that
                    sends it changed?
                """),
            ),
            StepStory(
                "close",
                after(hours=20),
                NW_DATA,
                prose("""
                    Our agency had switched the scroll tracking off in a test and published it by accident.
                    So the rate was never wrong before, and is not now. Thank you for pointing us there.
                """),
                {"resolution": "resolution_irrelevant"},
            ),
        ),
    ),
)

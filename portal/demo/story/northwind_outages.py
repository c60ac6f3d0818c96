"""Northwind's two P1 cases: one running, one over."""

from portal.demo.attachments import chart_png, incident_pdf, publish_error_log
from portal.demo.story.people import AGENT, LEAD, NW_ADMIN, NW_COLLEAGUE, NW_CONTACT, NW_RELEASE
from portal.demo.story.shapes import CaseStory, FileStory, StepStory, after, ago, prose

CASES: tuple[CaseStory, ...] = (
    # P1, In Progress, filed 50 minutes ago, with phone and impact; the customer rang in between.
    CaseStory(
        key="nw-publish-down",
        account="northwind",
        product="aem-cloud",
        priority=1,
        title="All publish pods restart every four minutes, www.northwind.example answers 503",
        environment="Production",
        requestor=NW_ADMIN,
        watchers=(NW_CONTACT, NW_RELEASE, NW_COLLEAGUE),
        filed_ago=ago(minutes=50),
        ends="In Progress",
        phone="+1 312 555 0148",
        impact=prose("""
            The whole web shop and the store finder are down in the United States and Canada. About 2,400
            visitors a minute see the error page; the autumn sale opened this morning.
        """),
        text=prose("""
            The site went down twenty minutes ago. In the Developer Console all publish pods turn to
            `NotReady` about four minutes after they start, and are then killed. The author is well.

            The last lines before each restart are always these:

            ```java
            java.lang.OutOfMemoryError: Java heap space
                at java.base/java.util.Arrays.copyOf(Arrays.java:3537)
                at org.apache.jackrabbit.oak.query.QueryEngineImpl.executeQuery(QueryEngineImpl.java)
                at com.northwind.core.models.StoreFinder.nearby(StoreFinder.java:118)
                at com.northwind.core.models.StoreFinder.init(StoreFinder.java:64)
            ```

            We rolled back yesterday's content package: no change. I am reachable at the number in this
            case, and so is our release engineer, who watches it.
        """),
        files=(FileStory("aemerror-publish.log", publish_error_log),),
        steps=(
            StepStory("claim", after(minutes=4), AGENT),
            StepStory(
                "answer",
                after(minutes=7),
                AGENT,
                prose("""
                    I am on it, Dana, and I have your pods in front of me. The store finder runs a query
                    that no index covers and reads the whole content tree for every visitor; under the
                    sale's traffic that fills the heap. **First step, to get you back:** let the CDN serve
                    `/us/en/stores` and the finder's JSON from a static answer, so that the pods get air.

                    ```yaml
                    - name: stop-store-finder
                      when: { reqProperty: path, like: "/us/en/stores*" }
                      action: { type: respond, status: 503, reason: "store finder paused" }
                    ```

                    Can your release engineer deploy that through the configuration pipeline now?
                """),
            ),
            StepStory(
                "log_contact",
                after(minutes=16),
                AGENT,
                prose("""
                    The configuration pipeline with the rule is running. No other deployment is under way.
                    The shop may stay without a store finder until tomorrow if that is what it takes.
                """),
                {"by_whom": "Elena Kowalczyk", "channel": "phone"},
            ),
            StepStory(
                "internal_note",
                after(minutes=24),
                LEAD,
                prose("""
                    Heap dump of publish-7 is secured. The index `storeCode-2` exists on the author only:
                    its definition was installed at runtime and never committed, so publish never got it.
                """),
            ),
            StepStory("tag", after(minutes=25), LEAD, values={"tags": ("oak-index", "sale-traffic")}),
            StepStory(
                "reply",
                after(minutes=33),
                NW_RELEASE,
                prose("""
                    Rule is live. Two of six pods have now been up for eight minutes, the home page opens
                    again. Error rate is down from 100 % to about 35 %.
                """),
                files=(FileStory("requests-last-hour.png", chart_png),),
            ),
            StepStory(
                "answer",
                after(minutes=41),
                AGENT,
                prose("""
                    That matches what we see: four of six pods are ready, the last two are starting. Please
                    leave the rule in place. Meanwhile I am preparing the index definition for your
                    repository, so that the finder can return with the next deployment instead of at the
                    next restart.
                """),
            ),
        ),
    ),
    # P1, Closed, Resolution Confirmed, eleven days ago, with the customer's incident record.
    CaseStory(
        key="nw-checkout-locks",
        account="northwind",
        product="aem-cloud",
        priority=1,
        title="Cart and payment pages time out, the price import holds locks in the commerce connector",
        environment="Production",
        requestor=NW_ADMIN,
        watchers=(NW_CONTACT,),
        filed_ago=ago(days=11, hours=14),
        ends="Closed",
        phone="+1 312 555 0148",
        impact="No orders can be placed online. Stores are not affected. About 25 orders a minute are lost.",
        text=prose("""
            Since 13 minutes the cart opens, but the payment step runs into a timeout. The commerce bridge
            logs `SocketTimeoutException: Read timed out` for every price lookup. The incident bridge is
            open on our side; please call.
        """),
        steps=(
            StepStory("claim", after(minutes=3), LEAD),
            StepStory(
                "log_contact",
                after(minutes=8),
                LEAD,
                prose("""
                    The nightly price import is still running, which it should not at this hour. They are
                    going to stop it by hand now.
                """),
                {"by_whom": "Dana Whitfield", "channel": "phone"},
            ),
            StepStory(
                "provide_resolution",
                after(minutes=52),
                LEAD,
                prose("""
                    With the import stopped the connections fell at once and the checkout has been answering
                    for half an hour. The import held its locks because its batch size had been raised from
                    500 to 50,000 rows in last week's configuration. Please set `import.batchSize` back to
                    500 before it runs again, and confirm that orders are complete on your side.
                """),
            ),
            StepStory(
                "reply",
                after(hours=3),
                NW_ADMIN,
                prose("""
                    Batch size is back to 500. Our record of the incident is attached for your file. We
                    would like to see one import run through the night before we confirm.
                """),
                files=(FileStory("incident-record.pdf", incident_pdf),),
            ),
            StepStory(
                "provide_resolution",
                after(hours=4),
                LEAD,
                prose("""
                    That is reasonable. Thank you for the record: its time line agrees with our traces to
                    the minute. Please confirm here once tonight's import has passed.
                """),
            ),
            StepStory("confirm_resolution", after(hours=14, minutes=20), NW_ADMIN),
        ),
    ),
)

"""Northwind's cases for Target."""

from portal.demo.attachments import flicker_har, screenshot_png
from portal.demo.story.people import AGENT, NW_ADMIN, NW_COLLEAGUE, NW_CONTACT, NW_DATA
from portal.demo.story.shapes import CaseStory, FileStory, StepStory, after, ago, prose

CASES: tuple[CaseStory, ...] = (
    # Resolution Provided, set 126 hours ago, after the 3rd reminder: closes in 18 hours.
    CaseStory(
        key="nw-target-flicker",
        account="northwind",
        product="target",
        priority=3,
        title="Sale page shows the default hero for two seconds before the personalised one appears",
        environment="Production",
        requestor=NW_CONTACT,
        watchers=(NW_COLLEAGUE,),
        filed_ago=ago(days=7, hours=1),
        ends="Resolution Provided",
        text=prose("""
            On `/us/en/sale` visitors first see the default hero and after 1.5 to 2.5 seconds the one of the
            activity. The body is not hidden any more since we load the library asynchronously. A browser
            record is attached; the call to the delivery API starts only after the style sheet and the tag
            library.

            We would rather not hide the whole body again, because that cost us a second of largest
            contentful paint.
        """),
        files=(
            FileStory("sale-page.har", flicker_har),
            FileStory("hero-before-swap.png", screenshot_png),
        ),
        steps=(
            StepStory("claim", after(hours=1, minutes=40), AGENT),
            StepStory(
                "answer",
                after(hours=3),
                AGENT,
                prose("""
                    Your record is a great help. The library is there soon enough; what takes 1.4 to 2.6
                    seconds is the answer of the delivery API, far above the usual. So I look at the request
                    first: it asks for eleven mboxes, of which this page uses one.
                """),
            ),
            StepStory(
                "provide_resolution",
                after(days=1, hours=19),
                AGENT,
                prose("""
                    Three changes together bring the swap below 200 ms in our copy of your page:

                    1. Ask for the mbox that the page needs, and leave the other ten to the pages that use
                       them.
                    2. Start the request in the page head, before the tag library:

                    ```html
                    <link rel="preconnect" href="https://northwind.tt.example" crossorigin>
                    <script>window.targetGlobalSettings = { bodyHidingEnabled: false };</script>
                    ```

                    3. Hide only the hero while waiting, not the body:

                    ```css
                    .hero[data-mbox="sale-hero"]:not(.at-ready) { visibility: hidden; min-block-size: 420px; }
                    ```

                    Please try them on stage and tell us whether the flicker is gone for you as well.
                """),
            ),
        ),
    ),
    # Pending Response, extended by the customer five hours ago; set 75 hours ago.
    CaseStory(
        key="nw-target-audience",
        account="northwind",
        product="target",
        priority=3,
        title='Audience "Returning dealers" counts three visitors although the script runs for thousands',
        environment="Production",
        requestor=NW_CONTACT,
        watchers=(NW_DATA,),
        filed_ago=ago(days=4, hours=8),
        ends="Pending Response",
        text=prose("""
            The activity for returning dealers reaches three people a day. The profile script is simple:

            ```javascript
            if (mbox.name == 'dealer-home') {
              var seen = parseInt(user.get('dealerVisits') || '0', 10) + 1;
              return seen;
            }
            ```

            `user.dealerVisits` is greater than 1 for about 4,000 dealers, as far as our own log tells.
        """),
        steps=(
            StepStory("claim", after(hours=2), AGENT),
            StepStory(
                "request_information",
                after(days=1, hours=5),
                AGENT,
                prose("""
                    The script returns nothing on every other mbox, and a script that returns nothing keeps
                    the old value only if it is written that way. Could you send us the `profileScripts`
                    part of a trace for one dealer, on `dealer-home` and on the next page? You create the
                    token under *Administration, Implementation, Debugger tools*.
                """),
            ),
            StepStory("extend", after(days=4, hours=3), NW_CONTACT),
        ),
    ),
    # Auto Closed 20 days ago: too late to reopen; the page offers the follow-up.
    CaseStory(
        key="nw-target-spa",
        account="northwind",
        product="target",
        priority=3,
        title="Views of the single-page store finder are not counted after the second navigation",
        environment="Staging",
        requestor=NW_CONTACT,
        watchers=(NW_ADMIN,),
        filed_ago=ago(days=28),
        ends="Auto Closed",
        text=prose("""
            The store finder is a single-page application. `triggerView("store-list")` works once; after
            going to a store and back the view is not counted and its offer not applied. The console shows:

            ```text
            AT: View already rendered, skipping: store-list
            ```
        """),
        steps=(
            StepStory("claim", after(hours=5), AGENT),
            StepStory(
                "answer",
                after(days=1),
                AGENT,
                prose("""
                    The message comes from your wrapper around the library, not from the library itself: it
                    keeps the names of rendered views in a `Set` and returns early for a known one. The
                    library would render the view again.
                """),
            ),
            StepStory(
                "request_information",
                after(days=2),
                AGENT,
                prose("""
                    Please remove the early return on stage, or clear the set in the router's `afterEach`,
                    and tell us whether the second view is counted then:

                    ```javascript
                    router.afterEach((to) => {
                      renderedViews.clear();
                      adobe.target.triggerView(to.meta.view, { page: true });
                    });
                    ```
                """),
            ),
        ),
    ),
    # Pending Response, set 20 hours ago, before the 1st reminder; the owner took back a first attempt.
    CaseStory(
        key="nw-target-qa-links",
        account="northwind",
        product="target",
        priority=4,
        title="Preview links of activities open the live experience in private windows",
        environment="Production",
        requestor=NW_DATA,
        watchers=(NW_CONTACT,),
        filed_ago=ago(days=6, hours=2),
        ends="Pending Response",
        text=prose("""
            Reviewers open the preview link of an activity in a private window and see the live page. In a
            normal window the same link works. It concerns all activities since our consent banner was
            replaced.
        """),
        steps=(
            StepStory("claim", after(days=1), AGENT),
            StepStory(
                "provide_resolution",
                after(days=1, hours=1),
                AGENT,
                prose("""
                    Preview mode is remembered in a cookie that your new banner blocks until the visitor
                    consents. Please accept the banner first in the private window.
                """),
            ),
            StepStory(
                "resume",
                after(days=1, hours=2),
                AGENT,
                values={"reason": "We answered too early: the banner also removes the link's parameters."},
            ),
            StepStory(
                "request_information",
                after(days=5, hours=6),
                AGENT,
                prose("""
                    With the banner's current script we could not reproduce the loss of `at_preview_token`
                    on your stage site. Which version is live on production? It is in the first line of
                    `consent.js`.
                """),
            ),
        ),
    ),
)

"""Northwind's longest conversation: engineering, two requests and a hand-over between colleagues."""

from portal.demo.attachments import cached_guides_json, fresh_guides_json
from portal.demo.story.people import AGENT, LEAD, NW_ADMIN, NW_CONTACT, NW_RELEASE
from portal.demo.story.shapes import CaseStory, FileStory, StepStory, after, ago, prose

CASES: tuple[CaseStory, ...] = (
    # In Progress for 16 days, the long conversation: engineering, two requests, a hand-over within Northwind.
    CaseStory(
        key="nw-graphql-stale",
        account="northwind",
        product="aem-cloud",
        priority=2,
        title="Persisted GraphQL queries keep serving unpublished trail guides for up to two hours",
        environment="Production",
        requestor=NW_CONTACT,
        watchers=(NW_ADMIN,),
        filed_ago=ago(days=16, hours=3),
        ends="In Progress",
        text=prose("""
            Our mobile app reads trail guides through the persisted query `northwind/guide-list`. When an
            editor unpublishes a guide (a closed path after a landslide, for instance), the app goes on
            showing it for up to two hours. For safety notices that is too long.

            ```http
            GET /graphql/execute.json/northwind/guide-list HTTP/2

            HTTP/2 200
            age: 5121
            cache-control: max-age=7200, stale-while-revalidate=86400
            x-cache: HIT
            ```

            Publishing a *new* guide shows up within a minute, which makes us think that something does
            invalidate the answer, only not on unpublish.
        """),
        files=(FileStory("guide-list-answer.json", cached_guides_json),),
        steps=(
            StepStory("assign", after(minutes=35), LEAD, values={"to": AGENT}),
            StepStory(
                "answer",
                after(minutes=58),
                AGENT,
                prose("""
                    Good evening, Marcus. `max-age=7200` is the default of your persisted query, so by
                    itself the age of 5,121 seconds is what the header allows. That a *new* guide appears at
                    once is the odd part. I will reproduce both directions in a program of ours and come
                    back to you.
                """),
            ),
            StepStory(
                "answer",
                after(days=1, hours=2),
                AGENT,
                prose("""
                    Reproduced, with a surprise: the new guide appears early because the app asks with a
                    changed cache-busting parameter after each publication, not because anything was
                    invalidated. So both directions take up to two hours.

                    As a first relief you can shorten the life of this one query:

                    ```bash
                    curl -u "$AUTHOR" -X POST -H 'Content-Type: application/json' -d '{
                      "query": "northwind/guide-list",
                      "cache-control": {
                        "max-age": 60, "surrogate-control": 300, "stale-while-revalidate": 60 }
                    }' https://author-p48211-e912004.adobeaemcloud.com/graphql/persist.json
                    ```
                """),
            ),
            StepStory(
                "reply",
                after(days=1, hours=20),
                NW_CONTACT,
                prose("""
                    Thank you, that is applied on stage and looks right there. Two questions before
                    production: does a surrogate control of 300 mean that the worst case is now five
                    minutes, and what does it do to the load? The query is called about 90 times a second at
                    peak.
                """),
            ),
            StepStory(
                "answer",
                after(days=2, hours=1),
                AGENT,
                prose("""
                    The worst case is surrogate control plus stale-while-revalidate, here six minutes. The
                    load: one request per CDN node and five minutes instead of one per two hours; with your
                    eleven nodes that is about two a minute. You will not notice it.
                """),
            ),
            StepStory(
                "reply",
                after(days=3, hours=18),
                NW_ADMIN,
                prose("""
                    It went to production yesterday. Most of the app is fine now, but guides inside
                    *collections* are still shown after an hour. Same query, same headers, `age: 212`. So
                    the CDN is fresh and the answer is nevertheless old?
                """),
            ),
            StepStory(
                "request_information",
                after(days=4, hours=1),
                AGENT,
                prose("""
                    Then the old entry is produced on publish itself, which is a different matter. Please
                    send us

                    - the path of one collection that shows an unpublished guide,
                    - the time at which that guide was unpublished, and by whom or by which workflow,
                    - the answer of the query on publish with `?cb=` and a random number appended.
                """),
            ),
            StepStory(
                "reply",
                after(days=5, hours=3),
                NW_CONTACT,
                prose("""
                    Collection: `/content/dam/northwind/fragments/collections/cascades`. The guide
                    `guide-017` was unpublished by our nightly workflow `expire-closed-paths`, at 02:00
                    Pacific. With `?cb=81731` it is still in the answer, `x-cache: MISS`. File attached.
                """),
                files=(FileStory("guide-list-cb81731.json", fresh_guides_json),),
            ),
            StepStory(
                "answer",
                after(days=5, hours=6),
                AGENT,
                prose("""
                    A miss that still returns the fragment settles it: on the publish instance the guide
                    exists. The workflow's log on the author says `replicate: DEACTIVATE` for it, and the
                    distribution queue is empty, so the order was sent. I am taking this to engineering with
                    your program's traces.
                """),
            ),
            StepStory("hand_to_engineering", after(days=5, hours=7), AGENT),
            StepStory(
                "internal_note",
                after(days=7),
                LEAD,
                prose("""
                    Engineering confirms: the removal is executed, then the reference processor of the
                    parent collection re-creates the child during the same distribution package. Only with
                    deep references and only when both are in one package.
                """),
            ),
            StepStory("take_back", after(days=8, hours=4), AGENT),
            StepStory(
                "answer",
                after(days=8, hours=5),
                AGENT,
                prose("""
                    We have the cause. When a guide and its collection travel in the *same* distribution
                    package, the collection's reference handling writes the guide again after it was
                    removed. Your nightly workflow touches both, an editor by hand only one: that is why it
                    happens at night only.

                    Until a corrected release reaches you, let the workflow unpublish first and touch the
                    collection in a second step:

                    ```java
                    replicator.replicate(session, ReplicationActionType.DEACTIVATE, guidePath);
                    workflowData.getMetaDataMap().put("collectionsToTouch", collectionPaths);
                    // a second process step, with its own package, activates the collections
                    ```
                """),
            ),
            StepStory(
                "hand_to_colleague",
                after(days=9, hours=1),
                NW_CONTACT,
                values={"to": NW_RELEASE},
            ),
            StepStory("edit_watchers", after(days=9, hours=2), NW_RELEASE, values={"add": (NW_CONTACT,)}),
            StepStory(
                "reply",
                after(days=10, hours=2),
                NW_RELEASE,
                prose("""
                    I own the workflow, so Marcus passed the case to me. Two process steps are on stage
                    since this morning. Three nights should tell.
                """),
            ),
            StepStory(
                "answer",
                after(days=10, hours=4),
                AGENT,
                prose("""
                    Welcome, Elena. Three nights are a good measure. If you want to look earlier: after
                    02:00 there should be two packages in the distribution log, a few seconds apart, where
                    there was one before.
                """),
            ),
            StepStory(
                "reply",
                after(days=14, hours=1),
                NW_RELEASE,
                prose("""
                    Four nights, no ghost. One guide did stay, but that one had been locked by an editor,
                    and the workflow says so. We deploy to production tomorrow. May we keep the case open
                    until the corrected release is with us? I would like to know its number, so that we can
                    drop the second step again.
                """),
            ),
            StepStory(
                "answer",
                after(days=15, hours=2),
                AGENT,
                prose("""
                    Of course. The correction has passed review; I will write the release number here as
                    soon as it is assigned to one. Your second step does no harm with it, so there is no
                    hurry to remove it.
                """),
            ),
        ),
    ),
)

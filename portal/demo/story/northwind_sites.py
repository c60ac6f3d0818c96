"""Northwind's open cases for Experience Manager as a Cloud Service."""

from portal.demo.attachments import build_log, chart_png, configuration_zip, dispatcher_log, screenshot_png
from portal.demo.story.people import AGENT, NW_COLLEAGUE, NW_CONTACT, NW_RELEASE
from portal.demo.story.shapes import CaseStory, FileStory, StepStory, after, ago, prose

CASES: tuple[CaseStory, ...] = (
    # Pending Response, set 40 minutes ago, no reminder yet: waits for contact@northwind.example.
    CaseStory(
        key="nw-dispatcher-cache",
        account="northwind",
        product="aem-cloud",
        priority=2,
        title="Cache hit ratio fell from 94 % to 31 % after moving campaign redirects to the dispatcher",
        environment="Production",
        requestor=NW_CONTACT,
        watchers=(NW_RELEASE,),
        filed_ago=ago(hours=5),
        ends="Pending Response",
        text=prose("""
            Since we deployed release 4.18 last night most HTML requests go through to publish. The release
            moved about 600 campaign redirects from a servlet into a `RewriteMap` on the dispatcher; nothing
            else in the web tier changed. Publish CPU is at 85 % and the slowest pages need almost three
            seconds.

            What an affected page answers:

            ```http
            GET /us/en/tents.html?gclid=5a0c11d9e77b HTTP/2

            HTTP/2 200
            cache-control: private, max-age=0
            set-cookie: nw_campaign=none; Path=/; Secure
            x-vhost: publish
            x-cache: PASS
            ```

            The cookie is new to us. We neither set it in the code that we deployed nor find it in the CDN
            rules. The dispatcher log is attached, and so is the configuration.
        """),
        files=(
            FileStory("dispatcher.log", dispatcher_log),
            FileStory("dispatcher-config-4.18.zip", configuration_zip),
        ),
        steps=(
            StepStory("claim", after(minutes=11), AGENT),
            StepStory(
                "answer",
                after(minutes=17),
                AGENT,
                prose("""
                    Thank you for the log and the archive, Marcus. The answer that you quote already shows
                    the pattern: it sets a cookie, and such an answer is never kept, neither by the
                    dispatcher nor by the CDN. I am going through the rewrite rules to find where the cookie
                    comes in.
                """),
            ),
            StepStory(
                "reply",
                after(hours=2, minutes=5),
                NW_CONTACT,
                prose("""
                    One more observation: pages below `/ca/fr` are cached as before. They have their own
                    virtual host file, which we did not touch in 4.18.
                """),
                files=(FileStory("origin-requests.png", chart_png),),
            ),
            StepStory(
                "internal_note",
                after(hours=3, minutes=50),
                AGENT,
                prose("""
                    `Header always set Set-Cookie` is not in the archive they sent. Either it sits in an
                    include outside `conf.d`, or the archive is not what is deployed. Ask for the include
                    before guessing.
                """),
            ),
            StepStory(
                "request_information",
                after(hours=4, minutes=20),
                AGENT,
                prose("""
                    The difference between `/us/en` and `/ca/fr` is a great help. The only thing that the US
                    virtual host loads and the Canadian one does not is an include that the archive does not
                    contain:

                    ```apache
                    <VirtualHost *:80>
                        ServerName "publish"
                        Include conf.d/variables/custom.vars
                        IncludeOptional conf.d/includes/campaign_*.conf
                    </VirtualHost>
                    ```

                    Please send us

                    1. every file that matches `conf.d/includes/campaign_*.conf` on the branch you deployed,
                    2. the response headers of one affected page with `?nocampaign=1` appended.

                    If the include sets `nw_campaign` for every visitor, setting it only on the redirects
                    themselves brings the cache back without giving up the new map.
                """),
            ),
        ),
    ),
    # Resolution Provided, set 30 hours ago, after the 1st reminder: waits for contact@northwind.example.
    CaseStory(
        key="nw-pipeline-analyser",
        account="northwind",
        product="aem-cloud",
        priority=3,
        title="Stage pipeline fails in the build step: commons.lang 2.6 is no longer exported",
        environment="Staging",
        requestor=NW_CONTACT,
        watchers=(NW_COLLEAGUE, NW_RELEASE),
        filed_ago=ago(days=3, hours=4),
        ends="Resolution Provided",
        text=prose("""
            Our full-stack pipeline to stage stops in the build with an analyser error. The same commit
            built last week. No dependency of ours has changed between the two runs.

            ```text
            [ERROR] analyse: [api-regions-exportsimports] com.northwind:northwind.core:4.18.0
            [ERROR]   imports package org.apache.commons.lang (version range [2.6,3)) that no bundle exports
            [ERROR] BUILD FAILURE
            ```

            We do not use `commons.lang` in our own sources any more: a search over the repository finds
            `commons.lang3` only. Where does the import come from, and why now?
        """),
        files=(FileStory("build-step.log", build_log),),
        steps=(
            StepStory("claim", after(minutes=26), AGENT),
            StepStory(
                "answer",
                after(minutes=48),
                AGENT,
                prose("""
                    The import is in the bundle's manifest, so something that is embedded into
                    `northwind.core` brings it along. Could you run this on the failing commit and paste
                    what it prints?

                    ```bash
                    mvn -pl core dependency:tree -Dincludes=commons-lang:commons-lang
                    unzip -p core/target/northwind.core-*.jar META-INF/MANIFEST.MF | grep -A3 commons.lang
                    ```
                """),
            ),
            StepStory(
                "reply",
                after(hours=19),
                NW_RELEASE,
                prose("""
                    Here it is. It is the feed parser, which we embed:

                    ```text
                    com.northwind:northwind.core:bundle:4.18.0
                    - com.northwind.vendor:feed-parser:jar:2.3.1:compile
                       - commons-lang:commons-lang:jar:2.6:compile
                    ```
                """),
            ),
            StepStory(
                "provide_resolution",
                after(days=1, hours=22),
                AGENT,
                prose("""
                    That explains both questions. The feed parser was compiled against `commons-lang` 2.6.
                    The analyser used to accept the import because the platform still exported the package;
                    the export was deprecated and has been removed in the release that your stage
                    environment received this week, so the build now says what would have failed at
                    start-up.

                    Two ways to solve it, the first being the better one:

                    - move to feed-parser 3.x, which uses `commons-lang3` (its API for `FeedReader` is
                      unchanged), or
                    - embed the old library privately in your bundle:

                    ```xml
                    <Private-Package>org.apache.commons.lang.*</Private-Package>
                    <Import-Package>!org.apache.commons.lang.*,*</Import-Package>
                    ```

                    We built your commit with the second variant in a sandbox program: the analyser passes
                    and the bundle becomes active. Please run your pipeline with one of them and tell us
                    whether it passes.
                """),
            ),
        ),
    ),
    # Pending Engineering, nine days old.
    CaseStory(
        key="nw-smart-crop",
        account="northwind",
        product="aem-cloud",
        priority=3,
        title="Smart crop cuts off the product for portrait images with a transparent border",
        environment="Production",
        requestor=NW_RELEASE,
        watchers=(NW_COLLEAGUE,),
        filed_ago=ago(days=9, hours=6),
        ends="Pending Engineering",
        text=prose("""
            Since the image profile `shop-portrait` was extended by a 4:5 crop, portrait PNG files with a
            transparent border of more than about 20 % are cropped to the *border*: the boot is cut off at
            the ankle. JPEG files of the same picture are right. 214 of 9,800 assets are affected, found by
            comparing the crop's centre with the picture's opaque area.

            | Source | Size | Border | Result |
            |---|---|---|---|
            | `ridge-gtx.png` | 2400 x 3200 | 26 % | cut off |
            | `ridge-gtx.jpg` | 2400 x 3200 | white | right |
            | `alpine-30.png` | 1600 x 1600 | 31 % | right |

            As a workaround we flatten the pictures before the upload.
        """),
        files=(FileStory("ridge-gtx-crop.png", screenshot_png),),
        steps=(
            StepStory(
                "answer",
                after(hours=1, minutes=20),
                AGENT,
                prose("""
                    Your table is as good as a test case, thank you. We see the same with `ridge-gtx.png` in
                    a program of ours, and the right result once the alpha channel is removed. Flattening is
                    a safe workaround: the crop is stored with the rendition, so flattened pictures stay
                    right later.
                """),
            ),
            StepStory("hand_to_engineering", after(hours=5), AGENT),
            StepStory(
                "reply",
                after(days=4, hours=2),
                NW_RELEASE,
                prose("""
                    We found the same on `shop-teaser` with a 2:1 crop, so it is not tied to one profile.
                    Landscape sources only fail there.
                """),
            ),
            StepStory(
                "internal_note",
                after(days=6),
                AGENT,
                prose("""
                    Engineering has it: the saliency map is computed on premultiplied alpha. Landscape with
                    2:1 confirmed as the same defect.
                """),
            ),
        ),
    ),
    # In Progress, filed as P4 and raised to P3 by the customer.
    CaseStory(
        key="nw-sling-mapping",
        account="northwind",
        product="aem-cloud",
        priority=4,
        title="How should vanity paths be kept out of the sitemap without listing each of them?",
        environment="Development",
        requestor=NW_CONTACT,
        filed_ago=ago(days=2, hours=7),
        ends="In Progress",
        text=prose("""
            The sitemap generator lists vanity paths beside the canonical address of a page. Search engines
            then report duplicates. We know how to exclude single pages, but there are more than 300 vanity
            paths and editors add new ones every week. Is there a supported way to say "never a vanity
            path"?
        """),
        steps=(
            StepStory("claim", after(hours=2), AGENT),
            StepStory(
                "answer",
                after(hours=3, minutes=30),
                AGENT,
                prose("""
                    There is: the generator asks an externaliser for each page's address, and yours returns
                    the first mapping it finds, which may be a vanity path. Register your own with a higher
                    rank:

                    ```java
                    @Component(service = SitemapLinkExternalizer.class,
                               property = { "service.ranking:Integer=100" })
                    public class CanonicalLinkExternalizer implements SitemapLinkExternalizer {
                        @Override
                        public String externalize(Resource page) {
                            return canonical.of(page.getPath()) + ".html";
                        }
                    }
                    ```
                """),
            ),
            StepStory(
                "raise_urgency",
                after(days=1, hours=20),
                NW_CONTACT,
                values={
                    "justification": prose("""
                        The search console has begun to drop canonical pages in favour of vanity paths: 41
                        category pages left the index since yesterday, and visits from search are down by 8
                        %.
                    """)
                },
            ),
            StepStory(
                "answer",
                after(days=2, hours=1),
                AGENT,
                prose("""
                    I understand the new urgency. While you build the externaliser, a `canonical` link in
                    the page head tells the search engines which address counts; your page component has the
                    field, it is only empty for pages made before last summer. A bulk edit of that field
                    takes effect with the next crawl.
                """),
            ),
        ),
    ),
)

"""Northwind's cases for Experience Manager as a Cloud Service that are, or once were, closed."""

from portal.demo.story.people import AGENT, NW_ADMIN, NW_COLLEAGUE, NW_CONTACT, NW_RELEASE
from portal.demo.story.shapes import CaseStory, StepStory, after, ago, prose

CASES: tuple[CaseStory, ...] = (
    # Auto Closed two days ago in Resolution Provided: contact@northwind.example may reopen it for 12 days.
    CaseStory(
        key="nw-replication-agent",
        account="northwind",
        product="aem-cloud",
        priority=3,
        title='Editors of the Canadian site see "Publication pending" for hours although pages are live',
        environment="Production",
        requestor=NW_CONTACT,
        watchers=(NW_COLLEAGUE,),
        filed_ago=ago(days=9),
        ends="Auto Closed",
        text=prose("""
            In the Sites console, pages below `/content/northwind/ca` keep the label "Publication pending"
            for two to three hours. The pages are live within a minute; only the label is late. Editors
            publish again and again because of it, which makes the queue longer than it need be.

            Below `/content/northwind/us` the label is right.
        """),
        steps=(
            StepStory("claim", after(hours=1), AGENT),
            StepStory(
                "request_information",
                after(hours=2),
                AGENT,
                prose("""
                    Which user do the Canadian editors publish with, a personal account or the shared
                    `ca-desk`? And what does this show for one of the pages, ten minutes after publishing
                    it?

                    ```bash
                    curl -s -u "$USER" "$AUTHOR/content/northwind/ca/fr/_jcr_content.json" | grep -i replic
                    ```
                """),
            ),
            StepStory(
                "reply",
                after(hours=21),
                NW_CONTACT,
                prose("""
                    With the shared account. And this is what one of the pages says:

                    ```json
                    { "cq:lastReplicated_publish": "10:02:11", "cq:lastReplicationAction_publish": "Activate",
                      "cq:lastReplicationStatus_preview": "pending" }
                    ```
                """),
            ),
            StepStory(
                "provide_resolution",
                after(days=1),
                AGENT,
                prose("""
                    The pending entry belongs to the *preview* tier, not to publish. The shared account
                    carries the permission to publish to preview as well, so each activation goes to both,
                    and the console shows the slower one. Your preview tier was hibernating, hence the
                    hours.

                    Please take the preview permission from the group `ca-desk`, or wake the preview tier in
                    Cloud Manager; either makes the label agree with what visitors see. Does it?
                """),
            ),
        ),
    ),
    # Auto Closed five days ago, reopened by the customer 20 hours ago: In Progress.
    CaseStory(
        key="nw-asset-metadata",
        account="northwind",
        product="aem-cloud",
        priority=3,
        title="Bulk metadata import overwrites the rights expiry of assets that are not in the CSV",
        environment="Production",
        requestor=NW_CONTACT,
        watchers=(NW_ADMIN,),
        filed_ago=ago(days=17),
        ends="In Progress",
        text=prose("""
            We import metadata for about 1,500 pictures each month. After the last import, 63 pictures that
            are *not* in the file had lost `prism:expirationDate`. They lie in the same folders as pictures
            that are in the file. We restored the dates from a backup.
        """),
        steps=(
            StepStory("claim", after(hours=3), AGENT),
            StepStory(
                "request_information",
                after(days=1),
                AGENT,
                prose("""
                    Please attach the import file and tell us whether "ignore empty columns" was ticked. The
                    lost values may belong to pictures that a *wildcard* in the path column matches.
                """),
            ),
            StepStory(
                "reply",
                after(days=2, hours=6),
                NW_CONTACT,
                prose("""
                    It was not ticked, and there is a wildcard in one row: `/content/dam/northwind/2024/*`.
                    The file holds agency data, so I may not attach it.
                """),
            ),
            StepStory(
                "provide_resolution",
                after(days=6),
                AGENT,
                prose("""
                    Then the import did as told: the wildcard row matched the 63 pictures, and its empty
                    expiry column was written as an empty value. Tick "ignore empty columns", or remove the
                    column from files that do not need it. Is this enough for your next import?
                """),
            ),
            # The clock closed it at day 12.
            StepStory(
                "reopen",
                after(days=16, hours=4),
                NW_CONTACT,
                prose("""
                    Our monthly import ran last night, with the box ticked, and eleven pictures lost their
                    expiry date again. This time no wildcard was in the file. So there is more to it; please
                    look again.
                """),
            ),
            StepStory(
                "answer",
                after(days=16, hours=9),
                AGENT,
                prose("""
                    I am sorry that it came back. Eleven is a useful number: your processing log of last
                    night names eleven assets that were being *moved* while the import ran. I am checking
                    whether the importer resolves their old paths to the folder.
                """),
            ),
        ),
    ),
    # Closed, Resolution Confirmed, six days ago.
    CaseStory(
        key="nw-cert-renewal",
        account="northwind",
        product="aem-cloud",
        priority=2,
        title='Uploaded certificate is rejected: "private key does not match", though it does',
        environment="Production",
        requestor=NW_RELEASE,
        watchers=(NW_CONTACT,),
        filed_ago=ago(days=7, hours=12),
        ends="Closed",
        text=prose("""
            Our certificate for `shop.northwind.example` runs out in nine days. Cloud Manager refuses the
            new one with *Private key does not match the certificate*. The moduli agree:

            ```bash
            $ openssl x509 -noout -modulus -in shop.pem | openssl sha256
            SHA2-256(stdin)= 9e1f0c54b7aa2d0c6b2f6a0f5d97e1be33c0a4412fbb8d6be7f0a2f4c1d0e58a
            $ openssl rsa -noout -modulus -in shop.key | openssl sha256
            SHA2-256(stdin)= 9e1f0c54b7aa2d0c6b2f6a0f5d97e1be33c0a4412fbb8d6be7f0a2f4c1d0e58a
            ```
        """),
        steps=(
            StepStory("claim", after(minutes=9), AGENT),
            StepStory(
                "provide_resolution",
                after(hours=2),
                AGENT,
                prose("""
                    The key itself is right, its *wrapping* is not: the file begins with `BEGIN RSA PRIVATE
                    KEY`, while the form expects PKCS 8. The message is misleading, and I have reported
                    that. This converts it:

                    ```bash
                    openssl pkcs8 -topk8 -nocrypt -in shop.key -out shop.pkcs8.key
                    ```

                    Please upload the certificate with the converted key.
                """),
            ),
            StepStory(
                "reply",
                after(days=1, hours=3),
                NW_RELEASE,
                prose("""
                    Accepted at once. I want to see it served at the edge before I call this done.
                """),
            ),
            StepStory(
                "provide_resolution",
                after(days=1, hours=5),
                AGENT,
                prose("""
                    The deployment to the edge has just finished: all points of presence that we probed
                    answer with the new serial number. Please check from your side.
                """),
            ),
            StepStory("confirm_resolution", after(days=1, hours=12), NW_RELEASE),
        ),
    ),
    # Closed 19 days ago: too late to reopen; the next case follows it up.
    CaseStory(
        key="nw-login-loop",
        account="northwind",
        product="aem-cloud",
        priority=3,
        title="Dealer portal: sign-in ends in a redirect loop for users with more than 40 groups",
        environment="Production",
        requestor=NW_CONTACT,
        watchers=(NW_RELEASE,),
        filed_ago=ago(days=33),
        ends="Closed",
        text=prose("""
            Dealers with many branches belong to one group per branch. From about 40 groups on, the sign-in
            through our identity provider loops between `/saml_login` and the start page until the browser
            gives up.

            ```http
            POST /content/northwind/dealers/saml_login HTTP/2
            HTTP/2 302
            location: /content/northwind/dealers/home.html
            set-cookie: login-token=(4,311 bytes); Path=/; Secure; HttpOnly

            GET /content/northwind/dealers/home.html HTTP/2
            HTTP/2 302
            location: /content/northwind/dealers/saml_login
            ```
        """),
        steps=(
            StepStory("claim", after(hours=2), AGENT),
            StepStory(
                "provide_resolution",
                after(days=9),
                AGENT,
                prose("""
                    The second request arrives without the cookie: browsers drop cookies of more than 4,096
                    bytes, and yours is 4,311 because every group goes into the encapsulated token. Let the
                    identity provider send only groups that begin with `dealer-`, and set
                    `saml.group.filter` accordingly. In our test with 120 branches the cookie stays below
                    1,900 bytes. Does the loop end for your dealers?
                """),
            ),
            StepStory("confirm_resolution", after(days=13, hours=20), NW_CONTACT),
        ),
    ),
    # In Progress: the follow-up of the case above, filed 40 hours ago.
    CaseStory(
        key="nw-login-loop-again",
        account="northwind",
        product="aem-cloud",
        priority=3,
        title="Dealer portal: redirect loop is back for dealers whose names contain an ampersand",
        environment="Production",
        requestor=NW_CONTACT,
        watchers=(NW_RELEASE,),
        filed_ago=ago(hours=40),
        follows="nw-login-loop",
        ends="In Progress",
        text=prose("""
            The group filter from the earlier case works: nobody with many branches has reported a loop
            since. Now three dealers loop whose company name contains `&`, for instance *Peak & Pine*. They
            belong to two groups only.

            The assertion carries the name like this, which looks right to me:

            ```xml
            <saml:Attribute Name="company">
              <saml:AttributeValue>Peak &amp;amp; Pine</saml:AttributeValue>
            </saml:Attribute>
            ```
        """),
        steps=(
            StepStory("claim", after(hours=1, minutes=15), AGENT),
            StepStory(
                "answer",
                after(hours=2),
                AGENT,
                prose("""
                    Thank you for linking the earlier case. Look at the assertion once more: the ampersand
                    is escaped *twice*. After parsing, the value is `Peak &amp; Pine`, and your profile
                    mapping then looks for a company of that name, finds none and refuses the session. That
                    would be the identity provider's new attribute template; did it change when you added
                    the group filter?
                """),
            ),
            StepStory(
                "reply",
                after(hours=26),
                NW_CONTACT,
                prose("""
                    It did: the template was copied from the one for e-mail headers, which escapes by
                    itself. Our identity team corrects it tonight. Could the portal show an error page
                    instead of looping in such a case?
                """),
            ),
        ),
    ),
    # Closed, Issue Obsolete, by staff, 29 days ago; filed five weeks ago, the oldest of all.
    CaseStory(
        key="nw-legacy-editor",
        account="northwind",
        product="aem-cloud",
        priority=4,
        title="Spell checker of the classic rich text editor underlines French words in English pages",
        environment="Production",
        requestor=NW_RELEASE,
        filed_ago=ago(days=35),
        ends="Closed",
        text=prose("""
            In the classic rich text editor the spell checker takes the language of the *site root* and not
            of the page. On bilingual Canadian pages that underlines half of the text. It is a nuisance
            only; we ask whether it will be corrected before we move to the universal editor.
        """),
        steps=(
            StepStory("claim", after(days=1), AGENT),
            StepStory(
                "answer",
                after(days=1, hours=2),
                AGENT,
                prose("""
                    It will not: the classic editor receives security corrections only. The universal editor
                    leaves spelling to the browser, which follows the `lang` attribute of the page, so the
                    nuisance goes away with the move.
                """),
            ),
            StepStory(
                "close",
                after(days=6),
                AGENT,
                values={
                    "resolution": "issue_obsolete",
                    "reason": prose("""
                        Northwind moved the Canadian pages to the universal editor this week, where the
                        spell checker in question does not exist.
                    """),
                },
            ),
        ),
    ),
)

"""Maison Lumiere's cases for Commerce on Managed Services."""

from portal.demo.attachments import cdn_log, chart_png
from portal.demo.story.people import AGENT, LEAD, LUMIERE_CONTACT, LUMIERE_SHOP
from portal.demo.story.shapes import CaseStory, FileStory, StepStory, after, ago, prose

CASES: tuple[CaseStory, ...] = (
    # P1, Resolution Provided, set two hours ago.
    CaseStory(
        key="lm-edge-503",
        account="lumiere",
        product="commerce-managed",
        priority=1,
        title="Boutique en ligne : 503 « first byte timeout » on every product page since the sale began",
        environment="Production",
        requestor=LUMIERE_CONTACT,
        watchers=(LUMIERE_SHOP,),
        filed_ago=ago(hours=9),
        ends="Resolution Provided",
        phone="+33 1 99 00 14 27",
        impact=prose("""
            Three visitors out of four cannot open a product page. The « Nuit d'été » sale runs for 36 hours
            only and brings about a fifth of the month's revenue.
        """),
        text=prose("""
            Depuis l'ouverture de la vente privée, les pages produit répondent en 503. The category pages
            and the home page are cached and work.

            ```http
            GET /parfums/eau-de-nuit HTTP/2
            HTTP/2 503
            x-served-by: cache-cdg-4211
            x-backend-error: first byte timeout
            retry-after: 0
            ```

            Nous avons déjà coupé l'import des stocks, sans effet. The log of the last half hour is
            attached; Loïc is on the platform and answers the phone as well.
        """),
        files=(FileStory("cdn-dernière-demi-heure.log", cdn_log),),
        steps=(
            StepStory("claim", after(minutes=6), LEAD),
            StepStory(
                "answer",
                after(minutes=11),
                LEAD,
                prose("""
                    Bonjour Amélie, we are on it. The web nodes are idle and wait for the cache service: its
                    memory is full and it evicts as fast as it stores. Product pages load a block that is
                    stored once per *customer group and voucher*, and your sale has 41,000 vouchers.
                """),
            ),
            StepStory(
                "reply",
                after(minutes=19),
                LUMIERE_SHOP,
                prose("""
                    C'est exact : the voucher block was added for the sale. I can take it off the product
                    template, but the deployment needs eleven minutes. Shall I?
                """),
            ),
            StepStory(
                "answer",
                after(minutes=22),
                LEAD,
                prose("""
                    Yes, please. At the same time we double the memory of the cache service, which needs no
                    restart of the web nodes.
                """),
            ),
            StepStory(
                "reply",
                after(minutes=44),
                LUMIERE_SHOP,
                prose("""
                    Déployé. 503 are down to 2 %, and falling. Les commandes repartent.
                """),
                files=(FileStory("erreurs-503.png", chart_png),),
            ),
            StepStory(
                "provide_resolution",
                after(hours=7),
                LEAD,
                prose("""
                    No 503 for six hours, cache hit ratio 96 %, memory at 58 %. Cause: a block with
                    `cacheable="true"` whose key contained the voucher code filled the cache with 41,000
                    variants of each product.

                    When the sale is over you can bring the block back as a private section that the browser
                    loads:

                    ```xml
                    <action name="customer/account/loginPost">
                        <section name="lumiere-voucher"/>
                    </action>
                    ```

                    The larger memory stays until the end of the month. Please confirm when you are
                    satisfied that the shop is stable.
                """),
            ),
        ),
    ),
    # Closed, Issue Obsolete, by the customer, ten days ago.
    CaseStory(
        key="lm-staging-sync",
        account="lumiere",
        product="commerce-managed",
        priority=3,
        title="Staging keeps yesterday's media files after the nightly synchronisation",
        environment="Staging",
        requestor=LUMIERE_SHOP,
        filed_ago=ago(days=13),
        ends="Closed",
        text=prose("""
            La synchronisation de nuit copie la base mais pas les médias. After it, products that were
            created during the day have no picture on staging. `rsync` ends with code 23.
        """),
        steps=(
            StepStory("claim", after(hours=1, minutes=50), AGENT),
            StepStory(
                "answer",
                after(hours=3),
                AGENT,
                prose("""
                    Code 23 means a partial transfer: some files could not be read. Your log names
                    `pub/media/catalog/product/é/c/écrin.jpg`. The file name is encoded in two different
                    ways on the two systems (composed and decomposed é), so it is copied and then not found.
                """),
            ),
            StepStory(
                "close",
                after(days=3),
                LUMIERE_SHOP,
                prose("""
                    Nous avons remplacé staging par un nouvel environnement ce matin ; the synchronisation
                    in question no longer exists. Merci pour l'explication, nos noms de fichiers sont
                    maintenant sans accents.
                """),
                {"resolution": "issue_obsolete"},
            ),
        ),
    ),
    # Resolution Provided, set four days ago; the second hold replaced the first, eight days to go.
    CaseStory(
        key="lm-cron-sitemap",
        account="lumiere",
        product="commerce-managed",
        priority=3,
        title="Sitemap is generated with http:// addresses when cron runs, and correctly by hand",
        environment="Production",
        requestor=LUMIERE_SHOP,
        watchers=(LUMIERE_CONTACT,),
        filed_ago=ago(days=7),
        ends="Resolution Provided",
        text=prose("""
            Le plan du site produit par cron contient des adresses en `http://`, celui lancé à la main en
            `https://`. The search console counts 9,400 redirects.

            ```xml
            <url>
              <loc>http://www.maison-lumiere.example/soins/visage</loc>
              <priority>0.5</priority>
            </url>
            ```
        """),
        steps=(
            StepStory("claim", after(hours=6), AGENT),
            StepStory(
                "provide_resolution",
                after(days=3),
                AGENT,
                prose("""
                    By hand you run the command with the shop's environment, cron runs it without. The
                    variable `CONFIG__DEFAULT__WEB__SECURE__USE_IN_FRONTEND` is set in the shell profile
                    only, so for cron the secure address is not in use. Please put the setting into
                    `app/etc/config.php`:

                    ```bash
                    bin/magento config:set --lock-config web/secure/use_in_frontend 1
                    ```

                    and look at the sitemap after the next run.
                """),
            ),
            StepStory(
                "hold",
                after(days=3, hours=22),
                AGENT,
                values={
                    "days": 2,
                    "reason": "Your next deployment window is in two days; the sitemap shows after it.",
                },
            ),
            StepStory(
                "hold",
                after(days=5, hours=20),
                AGENT,
                values={
                    "days": 9,
                    "reason": "The deployment window has been moved behind the sale, as your team told us.",
                },
            ),
        ),
    ),
    # Auto Closed twelve days ago: the reopening window ends in two days.
    CaseStory(
        key="lm-fraud-rule",
        account="lumiere",
        product="commerce-managed",
        priority=2,
        title="Orders with a Belgian delivery address are held by the fraud rule since the last update",
        environment="Production",
        requestor=LUMIERE_CONTACT,
        watchers=(LUMIERE_SHOP,),
        filed_ago=ago(days=21),
        ends="Auto Closed",
        text=prose("""
            Toutes les commandes livrées en Belgique passent en « suspected fraud » depuis la mise à jour.
            About 30 a day; we release them one by one. Orders with a billing *and* delivery address in
            Belgium are not concerned.
        """),
        steps=(
            StepStory("claim", after(hours=2), AGENT),
            StepStory(
                "answer",
                after(hours=5),
                AGENT,
                prose("""
                    The update switched on the rule *billing country differs from delivery country*, which
                    was off before. For a shop that delivers to a neighbouring country it makes little sense
                    without an exception.
                """),
            ),
            StepStory(
                "lower_priority",
                after(days=1),
                AGENT,
                values={"priority": 3},
            ),
            StepStory(
                "provide_resolution",
                after(days=3),
                AGENT,
                prose("""
                    Please add FR→BE and FR→LU as allowed pairs under *Stores, Fraud protection, Country
                    pairs*, or switch the rule off; orders that are being held must be released once by
                    hand. Do new orders pass?
                """),
            ),
        ),
    ),
)

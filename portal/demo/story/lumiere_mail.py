"""Maison Lumiere's cases for Campaign."""

from portal.demo.attachments import deliveries_csv, screenshot_png
from portal.demo.story.people import AGENT, LUMIERE_CONTACT, LUMIERE_SHOP
from portal.demo.story.shapes import CaseStory, FileStory, StepStory, after, ago, prose

CASES: tuple[CaseStory, ...] = (
    # Pending Response, set 122 hours ago, after the 3rd reminder: closes in 22 hours.
    CaseStory(
        key="lm-deliverability",
        account="lumiere",
        product="campaign",
        priority=3,
        title="Taux de rejets « soft » de 18 % chez un seul fournisseur depuis le changement de sous-domaine",
        environment="Production",
        requestor=LUMIERE_CONTACT,
        watchers=(LUMIERE_SHOP,),
        filed_ago=ago(days=6, hours=8),
        ends="Pending Response",
        text=prose("""
            Since we send from `lettre.maison-lumiere.example` one provider refuses 18 % of our newsletter
            for the time being; with the others we are at 1 %. The old subdomain did not have this problem.

            ```text
            451 4.7.500 Server busy. Please try again later from [198.51.100.24]. (S77719)
            ```

            Les résultats des soixante derniers envois sont en pièce jointe.
        """),
        files=(FileStory("résultats-envois-été.csv", deliveries_csv),),
        steps=(
            StepStory("claim", after(hours=2), AGENT),
            StepStory(
                "answer",
                after(hours=4),
                AGENT,
                prose("""
                    Merci pour le tableau, it is exactly what was needed: one domain alone refuses, and at
                    the same 18 % in every mailing, large or small. So it is not your content: the provider
                    does not know the new subdomain yet and lets it through slowly.
                """),
            ),
            StepStory(
                "request_information",
                after(days=1, hours=6),
                AGENT,
                prose("""
                    A new subdomain should begin with small volumes to recipients who open regularly. To
                    propose a plan we need from you

                    1. the number of recipients at this provider who opened a mail in the last 30 days,
                    2. whether the mailings may be spread over several hours (*waves*), and
                    3. the DMARC reports of the last week, if you receive them.
                """),
            ),
        ),
    ),
    # Pending Engineering, four days old.
    CaseStory(
        key="lm-workflow-stuck",
        account="lumiere",
        product="campaign",
        priority=2,
        title='Le workflow « relance panier » s\'arrête chaque nuit: "WDB-200011 deadlock detected"',
        environment="Production",
        requestor=LUMIERE_SHOP,
        watchers=(LUMIERE_CONTACT,),
        filed_ago=ago(days=4, hours=2),
        ends="Pending Engineering",
        text=prose("""
            The abandoned-cart workflow stops in its *Update data* activity, every night between two and
            three o'clock. Started again by hand in the morning it runs through; customers then get the
            reminder too late.

            ```text
            02:14:51  PGS-220000 PostgreSQL error: ERROR: deadlock detected
            02:14:51  DETAIL: Process 20714 waits for ShareLock on transaction 88120455; blocked by 20688.
            02:14:51  WDB-200011 Statement 'UPDATE nmsRecipient SET tsLastCart=… FROM wkf8812_4 …' failed
            02:14:52  SOP-330011 Error while executing the method 'Write' of service 'xtk:persist'
            ```

            À la même heure tourne le traitement technique de nettoyage, que nous ne pouvons pas déplacer.
        """),
        steps=(
            StepStory("claim", after(minutes=44), AGENT),
            StepStory(
                "answer",
                after(hours=1, minutes=5),
                AGENT,
                prose("""
                    The two processes are your update and the clean-up of old tracking rows, as you
                    suspected. Both write `nmsRecipient`, in opposite order. As a stopgap, please let the
                    activity write in blocks of 1,000 with *retry on error* twice: a block that loses
                    against the clean-up is then simply repeated.
                """),
            ),
            StepStory(
                "reply",
                after(hours=23),
                LUMIERE_SHOP,
                prose("""
                    Avec les blocs, la nuit dernière s'est bien passée : deux reprises, aucun arrêt. But it
                    took 70 minutes instead of 12. We would like a real solution all the same.
                """),
            ),
            StepStory(
                "request_information",
                after(days=1, hours=3),
                AGENT,
                prose("""
                    Understood. For engineering we need the clean-up's own log of that night
                    (`nlserver-cleanup.log`), and your permission to read the query plans of the two
                    statements.
                """),
            ),
            StepStory(
                "reply",
                after(days=1, hours=9),
                LUMIERE_SHOP,
                prose("""
                    Permission accordée. The log says, at the second in question:

                    ```text
                    02:14:50  Cleaning up recipients' tracking (nmsRecipient), ORDER BY tsLastModified
                    ```
                """),
            ),
            StepStory("hand_to_engineering", after(days=1, hours=10), AGENT),
            StepStory(
                "internal_note",
                after(days=3),
                AGENT,
                prose("""
                    Engineering sorts the clean-up by primary key in the next build; asks whether Lumière
                    would take part in a trial.
                """),
            ),
        ),
    ),
    # Awaiting Assignment, filed 40 minutes ago.
    CaseStory(
        key="lm-encoding",
        account="lumiere",
        product="campaign",
        priority=4,
        title="Objet du message : « été » devient « Ã©tÃ© » dans l'aperçu de la version texte",
        environment="Development",
        requestor=LUMIERE_CONTACT,
        filed_ago=ago(minutes=40),
        ends="Awaiting Assignment",
        text=prose("""
            Dans l'aperçu, l'objet de la version texte s'affiche mal :

            | Saisi | Affiché |
            |---|---|
            | L'été à Grasse | L'Ã©tÃ© Ã  Grasse |
            | Noël, déjà ? | NoÃ«l, dÃ©jÃ  ? |

            The HTML version and the mails that arrive are right; it is the preview only. Is the preview's
            encoding a setting of ours?
        """),
        files=(FileStory("aperçu-version-texte.png", screenshot_png),),
    ),
    # In Progress: a Resolution Provided whose hold was released and which the customer then answered.
    CaseStory(
        key="lm-consent-import",
        account="lumiere",
        product="campaign",
        priority=3,
        title="Import of consents sets the date of all opt-ins to the day of the import",
        environment="Staging",
        requestor=LUMIERE_SHOP,
        watchers=(LUMIERE_CONTACT,),
        filed_ago=ago(days=10),
        ends="In Progress",
        text=prose("""
            Nous importons les consentements recueillis en boutique. Le fichier contient la date de
            signature, but after the import every profile carries today's date in `optinDate`. Pour la CNIL,
            c'est la date de signature qui compte.

            ```csv
            email;consentement;date_signature
            client-0417@exemple.example;oui;2024-03-18
            client-0418@exemple.example;oui;2023-11-02
            ```
        """),
        steps=(
            StepStory("claim", after(hours=5), AGENT),
            StepStory(
                "provide_resolution",
                after(days=2),
                AGENT,
                prose("""
                    The column is read as text because the format *year-month-day* is not among those of the
                    import template, and an empty date is filled with today's. Please choose `YYYY/MM/DD`
                    with separator `-` in the template and import the file once more into staging.
                """),
            ),
            StepStory(
                "hold",
                after(days=4),
                AGENT,
                values={"days": 14, "reason": "The staging database is being refreshed by your team."},
            ),
            StepStory("release", after(days=7), AGENT),
            StepStory(
                "reply",
                after(days=8, hours=20),
                LUMIERE_SHOP,
                prose("""
                    Staging est de retour. The dates are right now for 11,950 of 12,000 profiles; fifty have
                    none at all. Ce sont tous des profils sans prénom, je ne vois pas le rapport.
                """),
            ),
        ),
    ),
)

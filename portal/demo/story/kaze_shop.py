"""Kaze Denki's cases for Commerce; its people write Japanese and English side by side."""

from portal.demo.attachments import indexer_log, invoice_pdf, order_xml, screenshot_png
from portal.demo.story.people import AGENT, KAZE_CONTACT, KAZE_SHOP, LEAD
from portal.demo.story.shapes import CaseStory, FileStory, StepStory, after, ago, prose

CASES: tuple[CaseStory, ...] = (
    # In Progress, two days old.
    CaseStory(
        key="kz-price-indexer",
        account="kaze",
        product="commerce",
        priority=3,
        title="価格インデックスの再構築が終わらない / price indexer stops with lock wait timeout",
        environment="Production",
        requestor=KAZE_SHOP,
        watchers=(KAZE_CONTACT,),
        filed_ago=ago(days=2, hours=3),
        ends="In Progress",
        text=prose("""
            昨夜から `catalog_product_price` の再構築が終わりません。新しい価格が商品ページに表示されず、カ
            ートでは正しい価格になります。

            In short: the price indexer has not finished since last night, product pages show old prices,
            the cart shows the new ones. The replica table waits for a lock:

            ```text
            SQLSTATE[HY000]: General error: 1205 Lock wait timeout exceeded; try restarting transaction
            ---TRANSACTION 48211907, ACTIVE 3121 sec, 14 lock struct(s), 6630 row lock(s)
            INSERT INTO `catalog_product_index_price_replica` SELECT * FROM …_price_temp
            ```

            Mode is *Update by Schedule*, about 86,000 SKUs, four websites. ログを添付します。
        """),
        files=(FileStory("indexer-昨夜.log", indexer_log),),
        steps=(
            StepStory("claim", after(minutes=32), AGENT),
            StepStory(
                "answer",
                after(minutes=47),
                AGENT,
                prose("""
                    田辺様、お問い合わせありがとうございます。ログを確認しています。

                    The log shows the lock about every six minutes, which is the rhythm of
                    `indexer_update_all_views`. It looks as if two cron processes build the same index.
                    Please check on the cron node:

                    ```bash
                    ps -eo pid,etime,args | grep -E 'cron:run|indexer' | grep -v grep
                    bin/magento indexer:status | grep -i price
                    ```
                """),
            ),
            StepStory(
                "reply",
                after(hours=20),
                KAZE_SHOP,
                prose("""
                    二つありました。There are two: one from the crontab and one started by our deployment
                    script.

                    ```text
                      2214    52:01 php bin/magento cron:run --group=index
                      9907    51:44 php bin/magento indexer:reindex catalog_product_price
                    ```
                """),
            ),
            StepStory(
                "change_priority",
                after(hours=21),
                LEAD,
                values={
                    "priority": 2,
                    "reason": "Raised after review: product pages show wrong prices on all four websites.",
                },
            ),
            StepStory(
                "answer",
                after(days=1, hours=2),
                AGENT,
                prose("""
                    That is the collision. Please end process 9907 (the one of the deployment script) and
                    let the cron go on. The script should call `indexer:reindex` only while maintenance mode
                    is on, or leave the work to the cron altogether. 価格が更新されたかどうか、お知らせくだ
                    さい。
                """),
            ),
            StepStory(
                "reply",
                after(days=1, hours=22),
                KAZE_SHOP,
                prose("""
                    プロセスを停止しました。Three of four websites are up to date. The fourth, 法人向け
                    (business customers), still shows the old prices. It uses shared catalogs; perhaps that
                    is the difference?
                """),
            ),
        ),
    ),
    # Resolution Provided, set 100 hours ago, after the 2nd reminder.
    CaseStory(
        key="kz-konbini-status",
        account="kaze",
        product="commerce",
        priority=2,
        title="コンビニ払いの注文が「保留」のまま / konbini orders stay pending after the payment notice",
        environment="Production",
        requestor=KAZE_CONTACT,
        watchers=(KAZE_SHOP,),
        filed_ago=ago(days=5, hours=6),
        ends="Resolution Provided",
        text=prose("""
            コンビニ払いの入金通知を受け取っても、注文が `pending_payment` のままです。一日に約200件を手作業
            で変更しています。

            The payment provider's notice arrives and is answered with 200, but the order's state does not
            change. It began with the security patch of last week.

            ```http
            POST /rest/V1/konbini/notify HTTP/1.1
            Content-Type: application/xml

            <notice><order>300018452</order><status>PAID</status><amount>12980</amount></notice>

            HTTP/1.1 200 OK
            {"accepted":true}
            ```
        """),
        files=(FileStory("orders-pending.xml", order_xml),),
        steps=(
            StepStory("claim", after(minutes=40), AGENT),
            StepStory(
                "answer",
                after(hours=1, minutes=10),
                AGENT,
                prose("""
                    Thank you for the orders. 入金済みの注文がすべて `pending_payment` であることを確認しま
                    した。 Please look for `async.operations.all` in `queue_message_status`: since the
                    patch, REST calls that change an order are put into the queue, and they wait there if no
                    consumer is running.
                """),
            ),
            StepStory(
                "reply",
                after(hours=18),
                KAZE_CONTACT,
                prose("""
                    5,317件のメッセージが待機中でした。 5,317 messages are waiting, status 2.
                    `consumers_wait_for_messages` is 0 on our side, and cron starts consumers with
                    `max_messages` 100.
                """),
            ),
            StepStory(
                "provide_resolution",
                after(days=1, hours=2),
                AGENT,
                prose("""
                    With 100 messages per start and one start every ten minutes the queue cannot keep up
                    with your notices plus the stock updates that share it. Please change `app/etc/env.php`
                    and deploy:

                    ```php
                    'cron_consumers_runner' => [
                        'cron_run' => true,
                        'max_messages' => 2000,
                        'consumers' => ['async.operations.all'],
                    ],
                    ```

                    The waiting messages will then be worked off in about half an hour, and the orders move
                    to *processing* by themselves. お手数ですが、結果をご確認ください。
                """),
            ),
        ),
    ),
    # Awaiting Assignment, filed three hours ago.
    CaseStory(
        key="kz-graphql-cart",
        account="kaze",
        product="commerce",
        priority=3,
        title="GraphQL: addProductsToCart で「要求された数量は在庫にありません」 although stock is 40",
        environment="Staging",
        requestor=KAZE_SHOP,
        filed_ago=ago(hours=3, minutes=10),
        ends="Awaiting Assignment",
        text=prose("""
            アプリから商品をカートに入れるとエラーになります。管理画面の在庫は40です。 From the web shop the
            same SKU can be put into the cart.

            ```graphql
            mutation {
              addProductsToCart(cartId: "kR9…", cartItems: [{ sku: "KD-7841", quantity: 1 }]) {
                user_errors { code message }
              }
            }
            ```

            ```json
            { "data": { "addProductsToCart": { "user_errors": [
              { "code": "INSUFFICIENT_STOCK", "message": "要求された数量は在庫にありません" } ] } } }
            ```

            The header `Store: kaze_app` belongs to a website that was added last month. It has its own
            stock with two sources; `bin/magento inventory:reservation:list-inconsistencies` prints nothing.
        """),
    ),
    # Pending Engineering, six days old; the answer came by chat in between.
    CaseStory(
        key="kz-invoice-pdf",
        account="kaze",
        product="commerce",
        priority=3,
        title="請求書PDFで「髙」と「﨑」が空白になる / glyphs missing in invoice PDFs for some family names",
        environment="Production",
        requestor=KAZE_CONTACT,
        watchers=(KAZE_SHOP,),
        filed_ago=ago(days=6, hours=4),
        ends="Pending Engineering",
        text=prose("""
            お客様のお名前に「髙」「﨑」が含まれると、請求書のPDFで空白になります。 Names written with 高
            and 崎 are printed. The font is embedded (IPAex Gothic, which has both glyphs). The packing
            slip, made by our own extension, is right.

            見本を添付します。
        """),
        files=(FileStory("請求書-見本.pdf", invoice_pdf),),
        steps=(
            StepStory("claim", after(hours=3), AGENT),
            StepStory(
                "request_information",
                after(hours=5),
                AGENT,
                prose("""
                    Both characters lie outside the range that older subsetting tables cover. Which version
                    prints the invoices, and does the blank appear for a *new* invoice as well?
                """),
            ),
            StepStory(
                "log_contact",
                after(days=1, hours=2),
                AGENT,
                prose("""
                    New invoices too. Version 2.4.8 with the patch of last month; it was right with 2.4.7.
                """),
                {"by_whom": "水野 遥", "channel": "chat"},
            ),
            StepStory(
                "answer",
                after(days=1, hours=6),
                AGENT,
                prose("""
                    再現できました。 We see it with 2.4.8 and not with 2.4.7: the library that writes the
                    PDF drops code points above U+9FA5 when it makes the subset. Engineering takes it from
                    here. Until then, please print the affected invoices through your packing slip's font
                    setting.
                """),
            ),
            StepStory("hand_to_engineering", after(days=1, hours=7), AGENT),
            StepStory("tag", after(days=1, hours=7, minutes=5), AGENT, values={"tags": ("pdf", "japanese")}),
        ),
    ),
    # Awaiting Assignment for two days, with a note of the lead: nobody has it.
    CaseStory(
        key="kz-export-columns",
        account="kaze",
        product="commerce",
        priority=4,
        title="注文エクスポートに「配達希望日」を追加したい / delivery date in the order export",
        environment="Production",
        requestor=KAZE_SHOP,
        filed_ago=ago(days=1, hours=22),
        ends="Awaiting Assignment",
        text=prose("""
            注文一覧のエクスポート(CSV)に、配達希望日の列を追加する方法はありますか。

            The date is stored as an extension attribute of the quote address and copied to the order. It is
            in the grid, but the export leaves the column empty.
        """),
        files=(FileStory("grid-and-export.png", screenshot_png),),
        steps=(
            StepStory(
                "internal_note",
                after(hours=9),
                LEAD,
                prose("""
                    The grid reads the attribute through a plugin on the collection, the export streams
                    without plugins. For whoever claims this: there is a data provider class to extend.
                """),
            ),
        ),
    ),
    # Closed, Resolution Confirmed, three days ago; from In Progress, which only the customer may.
    CaseStory(
        key="kz-upgrade-opensearch",
        account="kaze",
        product="commerce",
        priority=3,
        title="検索結果がゼロ件になる / no search results for katakana after the change to OpenSearch",
        environment="Staging",
        requestor=KAZE_SHOP,
        watchers=(KAZE_CONTACT,),
        filed_ago=ago(days=12, hours=5),
        ends="Closed",
        text=prose("""
            OpenSearchへ移行後、「エアコン」などのカタカナの検索結果がゼロ件になりました。 Words in kanji
            are found. The analyser plugin is installed:

            ```json
            GET _cat/plugins?format=json
            [ { "name": "node-1", "component": "analysis-kuromoji", "version": "2.19.0" },
              { "name": "node-2", "component": "analysis-icu", "version": "2.19.0" } ]
            ```
        """),
        steps=(
            StepStory("claim", after(hours=4), LEAD),
            StepStory(
                "answer",
                after(hours=6),
                LEAD,
                prose("""
                    Your listing holds the answer: `node-1` has *kuromoji* only and `node-2` has *icu* only.
                    An index whose shards lie on both nodes is analysed in two ways, and katakana is where
                    they differ.
                """),
            ),
            StepStory(
                "request_information",
                after(days=2),
                LEAD,
                prose("""
                    両方のノードに両方のプラグインを入れてください。 After a restart please build the index
                    anew (`bin/magento indexer:reindex catalogsearch_fulltext`) and tell us what a search
                    for エアコン finds.
                """),
            ),
            StepStory(
                "log_contact",
                after(days=6),
                LEAD,
                prose("""
                    両方に入れました。 The plugins are on both nodes now. The rebuild has to wait for the
                    weekend, because stage is being used for acceptance tests.
                """),
                {"by_whom": "Satoshi Tanabe", "channel": "phone"},
            ),
            StepStory(
                "close",
                after(days=9),
                KAZE_SHOP,
                prose("""
                    再構築後、エアコンで1,204件見つかりました。ありがとうございました。 Solved, thank you
                    very much.
                """),
                {"resolution": "resolution_confirmed"},
            ),
        ),
    ),
)

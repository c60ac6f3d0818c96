"""Real bytes for the demo's attachments: logs, tables, traffic records, pictures, archives.

Every maker takes the instant at which its file is attached and makes the same bytes for the same instant.
Times inside the files lie in the minutes and hours before it.
"""

import json
import struct
import zlib
from datetime import datetime, timedelta
from io import BytesIO
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

PAGES = (
    "/us/en/tents",
    "/us/en/boots/ridge-gtx",
    "/us/en/stores",
    "/us/en",
    "/ca/fr/manteaux",
    "/us/en/sale",
)


def _random(seed: int) -> Random:
    """A repeatable source of variety; nothing here is secret."""
    return Random(seed)  # noqa: S311  # makes demo content, guards nothing


def _hex(source: Random, digits: int) -> str:
    return f"{source.getrandbits(digits * 4):0{digits}x}"


def publish_error_log(at: datetime) -> bytes:
    """A publish instance's error log around a query that reads too many nodes."""
    source = _random(11)
    moment = at - timedelta(minutes=42)
    lines: list[str] = []
    for number in range(95):
        moment += timedelta(milliseconds=source.randint(900, 31_000))
        stamp = moment.strftime("%d.%m.%Y %H:%M:%S.") + f"{moment.microsecond // 1000:03d}"
        thread = (
            f"[cm-p48211-e912004-aem-publish-{_hex(source, 10)[:10]}] [qtp{source.randint(10**8, 10**9)}]"
        )
        path = source.choice(PAGES)
        if number % 9 == 4:
            lines += [
                f"{stamp} {thread} *ERROR* org.apache.sling.servlets.resolver.internal.SlingServletResolver "
                f"Original error class java.lang.UnsupportedOperationException, request {path}.html",
                "java.lang.UnsupportedOperationException: The query read or traversed more than 100000 "
                "nodes. To avoid affecting other tasks, processing was stopped.",
                "\tat org.apache.jackrabbit.oak.query.FilterIterators.checkReadLimit(FilterIterators.java)",
                "\tat org.apache.jackrabbit.oak.plugins.index.Cursors.checkReadLimit(Cursors.java:67)",
                "\tat com.northwind.core.models.StoreFinder.nearby(StoreFinder.java:118)",
                "\tat com.northwind.core.models.StoreFinder.init(StoreFinder.java:64)",
            ]
        elif number % 4 == 1:
            lines.append(
                f"{stamp} {thread} *WARN* org.apache.jackrabbit.oak.plugins.index.Cursors$TraversingCursor "
                f"Traversed {source.randint(20, 99)}000 nodes with filter Filter(type cq:PageContent, "
                "path=/content/northwind//*, property=[storeCode=[x]]); consider creating an index"
            )
        else:
            lines.append(
                f"{stamp} {thread} *INFO* org.apache.sling.auth.core.impl.SlingAuthenticator "
                f"getAnonymousResolver: anonymous access granted for {path}"
            )
    lines += [
        f"{at:%d.%m.%Y %H:%M:%S.000} [FelixDispatchQueue] *ERROR* org.apache.sling.event Uncaught error",
        "java.lang.OutOfMemoryError: Java heap space",
        "\tat java.base/java.util.Arrays.copyOf(Arrays.java:3537)",
        "\tat org.apache.jackrabbit.oak.query.QueryEngineImpl.executeQuery(QueryEngineImpl.java)",
        "\tat com.northwind.core.models.StoreFinder.nearby(StoreFinder.java:118)",
        "\tat com.northwind.core.models.StoreFinder.init(StoreFinder.java:64)",
    ]
    return ("\n".join(lines) + "\n").encode()


def dispatcher_log(at: datetime) -> bytes:
    """Web server access lines with the cache's verdict for each request."""
    source = _random(23)
    moment = at - timedelta(minutes=25)
    lines: list[str] = []
    for _ in range(190):
        moment += timedelta(milliseconds=source.randint(400, 9_000))
        verdict = source.choice(
            ("publishfarm/0 [actionmiss]", "publishfarm/- [actionhit]", "publishfarm/0 [actionmiss]")
        )
        path = source.choice(PAGES)
        if path.startswith("/ca/"):
            verdict = "publishfarm/- [actionhit]"
        took_ms = source.randint(2, 40) if "hit" in verdict else source.randint(180, 2_900)
        query = source.choice(("", "?utm_source=news", f"?gclid={_hex(source, 12)}"))
        lines.append(
            f"{moment:%a %b %d %H:%M:%S %Y} [I] [cm-p48211-e912004-aem-publish] "
            f'"GET {path}.html{query}" 200 {took_ms}ms [{verdict}] [cdn:{source.choice(("MISS", "PASS"))}]'
        )
    return ("\n".join(lines) + "\n").encode()


def build_log(at: datetime) -> bytes:
    """The end of a pipeline's build step, with failing tests."""
    source = _random(31)
    moment = at - timedelta(hours=1)
    lines: list[str] = []
    for module in ("parent", "core", "ui.frontend", "ui.apps", "ui.config", "ui.content", "all"):
        moment += timedelta(seconds=source.randint(12, 70))
        lines += [
            f"{moment:%H:%M:%S,000} [main] [INFO] Building northwind.{module} 4.18.0",
            f"{moment:%H:%M:%S,120} [main] [INFO] --- resources:3.3.1:resources @ {module} ---",
            f"{moment:%H:%M:%S,300} [main] [INFO] Copying {source.randint(4, 220)} resources",
        ]
        for number in range(source.randint(4, 9)):
            name = source.choice(("PriceTeaser", "StoreFinder", "HeaderModel", "FeedServlet"))
            lines.append(
                f"{moment:%H:%M:%S},{number * 60 + 400:03d} [main] [INFO] Tests run: "
                f"{source.randint(3, 21)}, Failures: 0, Errors: 0, Skipped: 0 -- in {module}.{name}Test"
            )
    lines += [
        "[ERROR] analyse: [cloudManagerTypesApi] com.northwind:northwind.ui.apps:4.18.0",
        "[ERROR]   [api-regions-exportsimports] com.northwind:northwind.core:4.18.0 imports package",
        "[ERROR]   org.apache.commons.lang (version range [2.6,3)) that no bundle exports",
        "[ERROR] Failed to execute goal com.adobe.aem:aemanalyser-maven-plugin:aem-analyse",
        "[INFO] BUILD FAILURE",
    ]
    return ("\n".join(lines) + "\n").encode()


def hits_csv(at: datetime) -> bytes:
    """Hourly orders by payment type, as counted by the shop and by the report suite."""
    source = _random(47)
    rows = ["hour,payment_type,orders_shop,orders_reported,evar18_unspecified"]
    first = (at - timedelta(days=4)).replace(minute=0, second=0, microsecond=0)
    for hour in range(96):
        for payment in ("card", "invoice", "wallet"):
            orders = source.randint(4, 140)
            missing = int(orders * source.uniform(0.3, 0.6)) if payment == "wallet" else source.randint(0, 2)
            moment = first + timedelta(hours=hour)
            rows.append(f"{moment:%Y-%m-%dT%H:00:00Z},{payment},{orders},{orders},{min(missing, orders)}")
    return ("\r\n".join(rows) + "\r\n").encode()


def hourly_orders_csv(at: datetime) -> bytes:
    """Orders by hour in Tokyo, beside the hour under which the report shows them."""
    source = _random(59)
    rows = ["hour_tokyo,orders_shop,hour_in_report"]
    first = (at - timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    for hour in range(48):
        moment = first + timedelta(hours=hour)
        tokyo = moment + timedelta(hours=9)
        rows.append(f"{tokyo:%Y-%m-%d %H:00},{source.randint(3, 260)},{moment:%Y-%m-%d %H:00}")
    return ("\r\n".join(rows) + "\r\n").encode()


def deliveries_csv(at: datetime) -> bytes:
    """Results of a mailing by receiving domain, with accents in the names."""
    source = _random(53)
    rows = ["libellé;domaine;envoyés;remis;rejets_durs;rejets_souples;taux_ouverture"]
    for number in range(1, 61):
        day = at - timedelta(days=61 - number)
        domain = source.choice(("boite-aux-lettres.example", "courriel.example", "messagerie.example"))
        sent = source.randint(1_800, 9_400)
        soft = int(sent * (0.18 if domain == "messagerie.example" else 0.012))
        hard = source.randint(3, 40)
        rate = f"{source.uniform(8, 31):.1f}".replace(".", ",")
        rows.append(
            f"Été {day:%Y-%m-%d} – fidélité n° {number};{domain};{sent};{sent - soft - hard};"
            f"{hard};{soft};{rate}"
        )
    return ("\n".join(rows) + "\n").encode()


def flicker_har(at: datetime) -> bytes:
    """A browser's record of a page where the personalisation answer comes late."""
    source = _random(61)
    moment = at - timedelta(minutes=9)
    addresses = (
        ("GET", "https://www.northwind.example/us/en/sale", "text/html", 61_204),
        ("GET", "https://www.northwind.example/etc.clientlibs/northwind/base.min.css", "text/css", 48_220),
        ("GET", "https://assets.northwind.example/launch/launch-prod.min.js", "text/javascript", 214_882),
        ("POST", "https://northwind.tt.example/rest/v1/delivery?client=northwind", "application/json", 3_120),
        ("GET", "https://www.northwind.example/media/hero-default.webp", "image/webp", 188_310),
        ("GET", "https://www.northwind.example/media/hero-vip.webp", "image/webp", 176_029),
    )
    boxes = ("sale-hero", "cart-teaser", "footer-note", *(f"category-{number}" for number in range(1, 9)))
    entries: list[dict[str, object]] = []
    for method, address, kind, size in addresses * 6:
        moment += timedelta(milliseconds=source.randint(8, 240))
        request: dict[str, object] = {"method": method, "url": address, "httpVersion": "h2", "headers": []}
        if method == "POST":
            wanted = [{"index": index, "name": name} for index, name in enumerate(boxes)]
            request["postData"] = {
                "mimeType": "application/json",
                "text": json.dumps({"execute": {"mboxes": wanted}}),
            }
        wait_ms = source.randint(1_450, 2_600) if method == "POST" else source.randint(11, 140)
        entries.append(
            {
                "startedDateTime": moment.isoformat(timespec="milliseconds"),
                "time": wait_ms + 21,
                "request": request,
                "response": {"status": 200, "statusText": "", "content": {"size": size, "mimeType": kind}},
                "cache": {},
                "timings": {"blocked": 3, "dns": 0, "connect": 0, "send": 1, "wait": wait_ms, "receive": 17},
            }
        )
    creator = {"name": "WebInspector", "version": "537.36"}
    return json.dumps({"log": {"version": "1.2", "creator": creator, "entries": entries}}, indent=1).encode()


def _guide_list(at: datetime, headers: dict[str, str]) -> bytes:
    items = [
        {
            "_path": f"/content/dam/northwind/fragments/guides/guide-{number:03d}",
            "title": f"Trail guide {number}",
            "lastModified": (at - timedelta(hours=number * 5)).isoformat(timespec="seconds"),
            "difficulty": ("easy", "moderate", "hard")[number % 3],
            "gear": [{"sku": f"NW-{number * 37 % 9000:04d}", "name": "Ridge 45 pack"}],
        }
        for number in range(1, 41)
    ]
    return json.dumps({"headers": headers, "data": {"guideList": {"items": items}}}, indent=2).encode()


def cached_guides_json(at: datetime) -> bytes:
    """A persisted query's answer as the network's edge had kept it."""
    cache = "max-age=7200, stale-while-revalidate=86400"
    return _guide_list(at, {"age": "5121", "cache-control": cache, "x-cache": "HIT"})


def fresh_guides_json(at: datetime) -> bytes:
    """The same query's answer from the publish instance itself."""
    return _guide_list(at, {"age": "0", "cache-control": "max-age=60", "x-cache": "MISS"})


def indexer_log(at: datetime) -> bytes:
    """A shop's indexer and message-queue log with Japanese product names."""
    source = _random(71)
    moment = at - timedelta(hours=3)
    lines: list[str] = []
    names = ("冷蔵庫 450L", "加湿空気清浄機", "IH炊飯器 5.5合", "ロボット掃除機", "LEDシーリングライト")
    for number in range(120):
        moment += timedelta(seconds=source.randint(3, 90))
        stamp = moment.strftime("[%Y-%m-%dT%H:%M:%S.000000+00:00]")
        if number % 8 == 3:
            lines.append(
                f"{stamp} main.CRITICAL: SQLSTATE[HY000]: General error: 1205 Lock wait timeout "
                "exceeded; try restarting transaction (catalog_product_index_price_replica)"
            )
        else:
            lines.append(
                f"{stamp} main.INFO: catalogsearch_fulltext partial reindex, entity "
                f"{source.randint(10_000, 99_999)} 「{source.choice(names)}」 {source.randint(80, 4_000)} ms"
            )
    return ("\n".join(lines) + "\n").encode()


def order_xml(at: datetime) -> bytes:
    """Orders as the shop hands them to the warehouse."""
    source = _random(83)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<orders exported="{at:%Y-%m-%dT%H:%M:%SZ}">']
    for number in range(24):
        placed = at - timedelta(minutes=17 * (24 - number))
        lines += [
            f'  <order increment="3000{18_440 + number}" placed="{placed:%Y-%m-%dT%H:%M:%SZ}">',
            "    <customer>高橋 美咲</customer>",
            f'    <payment method="konbini" status="{source.choice(("pending", "processing"))}"/>',
            f'    <item sku="KD-{source.randint(1000, 9999)}" qty="1">加湿空気清浄機</item>',
            f'    <total currency="JPY">{source.randint(40, 900) * 110}</total>',
            "  </order>",
        ]
    return ("\n".join([*lines, "</orders>"]) + "\n").encode()


def cdn_log(at: datetime) -> bytes:
    """Edge answers of a shop in trouble, one JSON object a line."""
    source = _random(97)
    moment = at - timedelta(minutes=30)
    lines: list[str] = []
    for _ in range(130):
        moment += timedelta(milliseconds=source.randint(300, 20_000))
        status = source.choice((200, 200, 503, 503, 503))
        record = {
            "time": moment.isoformat(timespec="milliseconds"),
            "status": status,
            "reason": "first byte timeout" if status == 503 else "",
            "host": "www.maison-lumiere.example",
            "path": source.choice(("/parfums/eau-de-nuit", "/checkout/cart", "/graphql", "/soins/visage")),
            "pop": source.choice(("CDG", "LHR", "FRA")),
            "backend_ms": 15_000 if status == 503 else source.randint(140, 900),
        }
        lines.append(json.dumps(record))
    return ("\n".join(lines) + "\n").encode()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _png(width: int, rows: list[bytes]) -> bytes:
    """An 8-bit true-colour PNG from rows of three bytes a pixel."""
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)
    pixels = b"".join(b"\x00" + row for row in rows)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(pixels, 9))
        + _chunk(b"IEND", b"")
    )


# Drawn at half the size and doubled: nobody sees the difference, and it takes a quarter of the time.
_DOT = 2


def _doubled(width: int, rows: list[bytes]) -> bytes:
    """A PNG in which every drawn pixel is four."""
    wide = [
        b"".join(row[at : at + 3] * _DOT for at in range(0, len(row), 3)) for row in rows for _ in range(_DOT)
    ]
    return _png(width, wide)


def chart_png(at: datetime) -> bytes:
    """A bar chart of requests and slow requests, as a monitoring tool would draw it."""
    source = _random(at.day)
    width, height, bar = 720, 300, 12
    tall = [source.randint(60, 120) + (130 if 34 <= slot <= 47 else 0) for slot in range(width // bar)]
    slow = [value * 3 // 4 if value > 180 else value // 9 for value in tall]
    white, grey, blue, red = b"\xff\xff\xff", b"\xe4\xe7\xeb", b"\x3b\x63\xfb", b"\xd7\x37\x3f"
    rows: list[bytes] = []
    for y in range(0, height, _DOT):
        level = height - y
        background = grey if level % 50 == 0 else white
        row = bytearray()
        for x in range(0, width, _DOT):
            slot = x // bar
            in_gap = x % bar >= bar - 3
            if in_gap or level > tall[slot]:
                # A little grain, as screenshots have; it also keeps the file from being trivially small.
                row += background if (x * 7 + y * 13) % 97 else b"\xf6\xf7\xf8"
            else:
                row += red if level <= slow[slot] else blue
        rows.append(bytes(row))
    return _doubled(width, rows)


def screenshot_png(at: datetime) -> bytes:
    """A page's outline: header, picture area and text lines, with the broken box marked in red."""
    source = _random(at.hour + 101)
    width, height = 640, 400
    ends = [source.randint(300, 600) for _ in range(12)]
    rows: list[bytes] = []
    for y in range(0, height, _DOT):
        row = bytearray()
        for x in range(0, width, _DOT):
            in_box = 90 <= y <= 230 and 40 <= x <= 600
            on_frame = in_box and (y in {90, 91, 229, 230} or x in {40, 41, 599, 600})
            if y < 48:
                row += b"\x1f\x29\x37"
            elif on_frame:
                row += b"\xd7\x37\x3f"
            elif in_box:
                row += bytes((200 + (x // 9) % 30, 205 + (y // 7) % 20, 215))
            elif y > 250 and (y - 250) % 12 < 5 and 40 <= x <= ends[(y - 250) // 12 % 12]:
                row += b"\xb9\xc0\xca"
            else:
                row += b"\xff\xff\xff"
        rows.append(bytes(row))
    return _doubled(width, rows)


def configuration_zip(at: datetime) -> bytes:
    """An archive with web server rules and a readme, as a developer would pack them."""
    redirects = "\n".join(
        f"/go/{number:04d} /us/en/sale?cid={number * 7919 % 100_000}" for number in range(600)
    )
    members = {
        "dispatcher/conf.dispatcher.d/cache/rules.any": '/0000 { /glob "*" /type "deny" }\n'
        '/0001 { /glob "*.html" /type "allow" }\n/0002 { /glob "/graphql/execute.json/*" /type "allow" }\n',
        "dispatcher/conf.d/rewrites/rewrite.rules": "RewriteMap campaigns txt:/opt/campaigns.txt\n"
        "RewriteCond ${campaigns:%{REQUEST_URI}} .+\nRewriteRule ^ ${campaigns:%{REQUEST_URI}} [R=302,L]\n",
        "dispatcher/opt/campaigns.txt": redirects + "\n",
        "README.txt": f"Packed {at:%Y-%m-%d %H:%M} UTC from branch release/4.18, as in production.\n",
    }
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            member = ZipInfo(name, date_time=at.timetuple()[:6])
            member.compress_type = ZIP_DEFLATED
            archive.writestr(member, content)
    return packed.getvalue()


def _pdf(lines: list[str]) -> bytes:
    """One page of Helvetica, a line of text for each line given; brackets must not occur in them."""
    text = "\n".join(f"({line}) Tj T*" for line in lines)
    content = f"BT /F1 11 Tf 56 780 Td 17 TL\n{text}\nET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length " + str(len(content)).encode() + b" >>\nstream\n" + content + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    document = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets: list[int] = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(document))
        document += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table_at = len(document)
    document += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    document += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    document += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n".encode()
    document += f"startxref\n{table_at}\n%%EOF\n".encode()
    return bytes(document)


def incident_pdf(at: datetime) -> bytes:
    """A one-page incident record in plain PDF."""
    return _pdf(
        [
            "Incident record - orders by web shop",
            f"Written {at:%d %B %Y, %H:%M} UTC by the platform team",
            "",
            "00:00  monitoring reports the first timeouts on /checkout",
            "00:03  on-call engineer confirms: cart opens, payment step does not",
            "00:06  traffic to the sale page is halved at the edge; no change",
            "00:09  database connections at 96 % of the limit, one slow statement on top",
            "00:12  incident bridge opened, support called",
            "00:21  scheduled price import stopped by hand",
            "00:24  connections fall to 40 %, checkout answers in under a second",
            "00:40  bridge closed, import stays off until the cause is known",
            "",
            "Orders lost: about 310, estimated from the same hour of the three weeks before.",
            "Open question: why the import held its locks for the whole run.",
        ]
    )


def invoice_pdf(at: datetime) -> bytes:
    """An invoice on which the first glyph of the customer's family name has been left out."""
    source = _random(89)
    prices = [source.randint(8, 240) * 110 for _ in range(9)]
    items = [f"KD-{source.randint(1000, 9999)}    1 x    JPY {price:>7,}" for price in prices]
    return _pdf(
        [
            "Kaze Denki - invoice 300018452",
            f"Date of issue: {at:%Y-%m-%d}",
            "",
            "Customer:      hashi Misaki     <- the first glyph is blank here",
            "",
            *items,
            "",
            f"Total, tax included:    JPY {sum(prices):>9,}",
        ]
    )

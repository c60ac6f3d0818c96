"""Two hundred links and images: twenty-five addresses that act or track, written in eight ways."""

# Where a link may not lead; entities, escapes and white space hide the scheme.
ACTING = (
    "javascript:evil7()",
    "JaVaScRiPt:evil7()",
    "javascript&colon;evil7()",
    "javascript&#58;evil7()",
    "javascript&#x3A;evil7()",
    "&#106;avascript:evil7()",
    "&#x6a&#x61&#x76ascript:evil7()",
    "java\\script:evil7()",
    "java%0ascript:evil7()",
    "java&Tab;script:evil7()",
    "java&NewLine;script:evil7()",
    "&#1;javascript:evil7()",
    "\u00a0javascript:evil7()",
    "\u200bjavascript:evil7()",
    "\u202ejavascript:evil7()",
    "javascript://a.example/%0aevil7()",
    "feed:javascript:evil7()",
    "view-source:javascript:evil7()",
    "vbscript:evil7()",
    "data:text/html;base64,PHNjcmlwdD5ldmlsNygpPC9zY3JpcHQ+",
    "data:image/svg+xml;utf8,<svg/onload=evil7()>",
    "file:///etc/passwd",
    "blob:https://a.example/evil7",
    "intent://evil7#Intent;scheme=http;end",
    'https://a.example/evil7"onmouseover="evil7()',
)
WAYS = (
    "[x]({})",
    "[x](<{}>)",
    '[x]({} "title")',
    "[x]: {}\n\n[x] and [y][x]",
    "<{}>",
    "![x]({})",
    "![x][y]\n\n[y]: {}",
    "{} and [![x]({})]({})",
)
LINKS = tuple(way.replace("{}", address) for address in ACTING for way in WAYS)

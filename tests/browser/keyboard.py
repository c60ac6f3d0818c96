"""A keyboard and nothing else: every stop of the focus is seen, in the page's order, and uncovered."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

# The focused element: its name, whether the focus shows, what covers it, and whether it comes after the last.
_FOCUS = """
() => {
  const focused = document.activeElement;
  const last = window.lastFocus;
  window.lastFocus = focused;
  const frame = focused.closest('.choice') ?? focused;
  const drawn = getComputedStyle(frame);
  const box = frame.getBoundingClientRect();
  const [middle, top] = [box.left + box.width / 2, Math.max(box.top + 2, 0)];
  const cover = document.elementFromPoint(middle, top)?.closest('.bar');
  const label = focused.labels?.[0]?.innerText;
  const words = focused.getAttribute('aria-label') || label || focused.innerText || '';
  return {
    name: words.replace(/\\s+/g, ' ').trim(),
    tag: focused.tagName.toLowerCase(),
    value: focused.value ?? '',
    id: focused.id,
    shows: drawn.outlineStyle !== 'none' && parseFloat(drawn.outlineWidth) >= 2,
    isInView: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
    isUnderBar: Boolean(cover) && !cover.contains(focused),
    isForward: !last || !last.isConnected || focused === document.body
      || Boolean(last.compareDocumentPosition(focused) & Node.DOCUMENT_POSITION_FOLLOWING),
  };
}
"""
_MOST_STOPS = 80


@dataclass
class Keyboard:
    """Types on a page. What is wrong with a stop of the focus is noted among the visitor's faults."""

    page: Page
    faults: list[str]

    def stop(self) -> dict[str, Any]:
        """The focused element, judged."""
        focus: dict[str, Any] = self.page.evaluate(_FOCUS)
        if focus["tag"] not in ("body", "main"):
            for fact, complaint in (("shows", "shows no focus"), ("isInView", "is out of view")):
                if not focus[fact]:
                    self._complain(focus, complaint)
            if focus["isUnderBar"]:
                self._complain(focus, "lies under the bar")
        return focus

    def tab_to(self, name: str, *, tag: str = "") -> dict[str, Any]:
        """Press Tab until an element whose name begins so has the focus; every stop on the way is judged."""
        passed: list[str] = []
        for _stop in range(_MOST_STOPS):
            self.page.keyboard.press("Tab")
            focus = self.stop()
            if not focus["isForward"]:
                self._complain(focus, f"comes before {passed[-1:]} in the page")
            if focus["name"].startswith(name) and tag in ("", focus["tag"]):
                return focus
            passed.append(focus["name"])
        raise AssertionError(f"Tab never reaches {name!r} on {self.page.url}: {passed}")

    def enter(self) -> None:
        """Press Enter on a link or a button that leads to a page, and wait for that page."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def skip_to_content(self) -> None:
        """Use the skip link, the first stop of a page that has no message."""
        self.page.keyboard.press("Tab")
        assert self.stop()["name"] == "Skip to content"
        self.page.keyboard.press("Enter")
        assert self.page.evaluate("document.activeElement.id") == "main"

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.page.keyboard.type(text)

    def _complain(self, focus: dict[str, Any], complaint: str) -> None:
        self.faults.append(f"{self.page.url}: {focus['tag']} {focus['name']!r} {complaint}")

"""axe-core in a page: what it finds wrong there."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}, "resultTypes": ["violations"]}
"""Where nothing is wrong, axe describes one element a rule, not all: a quarter of its work."""

REMEMBERED_COLOURS = """{
  const {Color} = axe.commons.color, read = Color.prototype.parseString, known = new Map();
  Color.prototype.parseString = function (text) {
    if (known.has(text)) return Object.assign(this, known.get(text));
    const found = read.call(this, text);
    known.set(text, {r: this.r, g: this.g, b: this.b, alpha: this.alpha});
    return found;
  };
}"""
"""A page has a dozen colours, and axe reads them anew for each element: a seventh of its work."""

AXE = f"{Axe().axe_script}\n{REMEMBERED_COLOURS}"
"""The script that `violations` needs in the page."""


def violations(page: Page) -> list[str]:
    found = page.evaluate("options => axe.run(document, options).then(results => results.violations)", WCAG)
    return [f"{entry['id']}: {node['target']} {node['failureSummary'][:200]}" for entry in found for node in entry["nodes"]]

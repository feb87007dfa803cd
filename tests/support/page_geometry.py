"""What does not fit on a page, as a browser has laid it out."""

from playwright.sync_api import Page

MISFITS = """() => {
  const found = new Set();
  const isCards = innerWidth < 768;
  const isShown = node => node.checkVisibility({visibilityProperty: true}) && !node.closest('.unseen, .skip, svg') && !(isCards && node.closest('.cards thead'));
  const named = node => `${node.tagName.toLowerCase()} ${(node.textContent || node.value || '').trim().slice(0, 40)}`;
  if (document.documentElement.scrollWidth > innerWidth) found.add('the page is wider than the window');
  for (const node of document.querySelectorAll('body *')) {
    if (!isShown(node)) continue;
    const style = getComputedStyle(node), box = node.getBoundingClientRect(), isField = node.matches('input, select, textarea');
    if (style.display === 'inline') continue;
    if (!isField && node.clientWidth && node.scrollWidth > node.clientWidth + 1 && style.overflowX === 'visible') found.add(`wider than its box: ${named(node)}`);
    if (box.width && (box.left < -0.5 || box.right > innerWidth + 0.5) && !node.closest('.scroller')) found.add(`outside the window: ${named(node)}`);
    if (node.matches('a, button, select, summary, input:not([type=hidden], [type=checkbox], [type=radio])') && (box.width < 24 || box.height < 24)) found.add(`small: ${named(node)}`);
    if (node.matches('main :is(button, .button)')) {
      const outer = (node.closest('.card') ?? document.body).getBoundingClientRect();
      if (box.left < outer.left || box.right > outer.right) found.add(`reaches out of its card: ${named(node)}`);
    }
    if (node.matches('td[data-label]') && parseFloat(getComputedStyle(node, '::before').height) > node.clientHeight + 1) found.add(`label ${node.dataset.label}`);
  }
  const lines = [];
  const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode, range = document.createRange();
    if (!text.data.trim() || text.parentElement.closest('option, textarea, script') || !isShown(text.parentElement)) continue;
    range.selectNodeContents(text);
    const boxes = [...range.getClientRects()].filter(box => box.width > 1 && box.height > 1);
    for (const box of boxes) lines.push([box, text]);
    const card = text.parentElement.closest('.scroller') ? null : text.parentElement.closest('.card')?.getBoundingClientRect();
    if (card && boxes.some(box => box.left < card.left + 4 || box.right > card.right - 4)) found.add(`at the edge of its card: ${text.data.trim().slice(0, 30)}`);
    if (boxes.length < 2 || text.parentElement.closest('code, pre')) continue;
    for (const word of text.data.matchAll(/[\\p{L}\\p{N}\\u200c]{2,24}/gu)) {
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      if (new Set([...range.getClientRects()].filter(box => box.width > 1).map(box => Math.round(box.top))).size > 1) found.add(`a broken word: ${word[0]}`);
    }
  }
  lines.sort(([one], [other]) => one.top - other.top);
  lines.forEach(([box, text], index) => {
    for (let next = index + 1; next < lines.length && lines[next][0].top < box.bottom; next++) {
      const [below, other] = lines[next];
      const width = Math.min(box.right, below.right) - Math.max(box.left, below.left), height = box.bottom - below.top;
      if (text.parentElement !== other.parentElement && width > 3 && height > Math.min(box.height, below.height) * 0.45)
        found.add(`one over the other: ${text.data.trim().slice(0, 30)} and ${other.data.trim().slice(0, 30)}`);
    }
  });
  return [...found];
}"""
"""Inline elements are left out: lines of a paragraph may hold links of any height. Text is taken line by line."""


def misfits(page: Page) -> list[str]:
    """What is wider than its box or the window, lies over something else, reaches out of its card or to its edge, breaks within a word, or is too small to be hit (24 pixels)."""
    found: list[str] = page.evaluate(MISFITS)
    return found

// Progressive enhancement: every page also works without it, with plain links and forms.
"use strict";
(() => {
  const PART = "X-Modeldesk-Part";
  const DELAY = 180; // milliseconds after the last keystroke
  const dialog = document.getElementById("dialog");
  const announcement = document.getElementById("announcement");
  const live = document.querySelector("[data-live]");

  // Announced to screen readers; failures are visible too.
  function announce(text, isFailure = false) {
    announcement.textContent = text;
    announcement.classList.toggle("unseen", !isFailure);
  }

  const typing = (node) => node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName);

  // Fetches a part of a page. If the server redirects instead (the session has ended), reloads the page.
  // Throws if the answer is an error: it is a whole page, often that of a proxy.
  async function part(url, name, signal) {
    const response = await fetch(url, { headers: { [PART]: name }, credentials: "same-origin", signal });
    if (response.redirected) {
      location.assign(location.href);
      return null;
    }
    if (!response.ok) throw new Error(String(response.status));
    return response.text();
  }

  // Parsed as a separate document, so that scripts in it do not run; the policy forbids them as well.
  function replaceContent(target, text) {
    const parsed = new DOMParser().parseFromString(text, "text/html");
    target.replaceChildren(...parsed.body.childNodes);
  }

  let request = null;
  async function show(url, { remember = true } = {}) {
    request?.abort();
    request = new AbortController();
    live.setAttribute("aria-busy", "true");
    try {
      const text = await part(url, "list", request.signal);
      if (text === null) return;
      replaceContent(live, text);
      announce(live.querySelector("[role=status]")?.textContent.trim() ?? "");
      if (remember) history.replaceState(null, "", url);
    } catch (error) {
      if (error.name === "AbortError") return;
      announce(announcement.dataset.failed, true);
    }
    live.removeAttribute("aria-busy");
  }

  function urlOf(form) {
    const parameters = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    return `${form.getAttribute("action")}${parameters.size ? `?${parameters}` : ""}`;
  }

  let timer = 0;
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!live || !form || form.getAttribute("role") !== "search") return;
    clearTimeout(timer);
    timer = setTimeout(() => show(urlOf(form)), DELAY);
  });

  document.addEventListener("submit", (event) => {
    if (live && event.target.getAttribute("role") === "search") {
      event.preventDefault();
      clearTimeout(timer);
      show(urlOf(event.target));
    } else {
      // Prevents a double submit: the second would only conflict with the first.
      setTimeout(() => event.target.querySelectorAll("button").forEach((button) => (button.disabled = true)));
    }
  });

  async function openDialog(link) {
    const text = await part(link.href, "dialog").catch(() => announce(announcement.dataset.failed, true));
    if (typeof text !== "string") return;
    announce("");
    replaceContent(dialog.querySelector("[data-dialog-body]"), text);
    dialog.showModal();
    // What takes something away is never a second press of Enter: there the focus begins at "Cancel".
    (dialog.querySelector("button.main") ?? dialog.querySelector("a[data-close]") ?? dialog).focus();
  }

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest("a[data-dialog], a[data-page], a[data-close]");
    if (link?.matches("[data-page]") && live) {
      event.preventDefault();
      show(link.href).then(() => live.scrollIntoView());
    } else if (link?.matches("[data-dialog]") && dialog) {
      event.preventDefault();
      openDialog(link).catch(() => location.assign(link.href));
    } else if (link?.matches("[data-close]") && dialog?.open) {
      event.preventDefault();
      dialog.close();
    } else if (event.target === dialog) {
      dialog.close();
    }
  });

  // From a problem of a declaration to its place in the text. Without script the link leads to the text alone.
  function jump(link) {
    const [line, column] = link.dataset.jump.split(":").map(Number);
    const field = document.querySelector(link.hash);
    const before = field.value.split("\n").slice(0, line - 1);
    const start = before.reduce((total, text) => total + text.length + 1, 0);
    const end = start + (field.value.slice(start).split("\n", 1)[0]).length;
    field.focus();
    field.setSelectionRange(Math.min(start + column - 1, end), end);
    field.scrollTop = (line - 3) * Number.parseFloat(getComputedStyle(field).lineHeight);
  }
  document.querySelectorAll("[data-jump]").forEach((link) =>
    link.addEventListener("click", (event) => {
      event.preventDefault();
      jump(link);
    }),
  );

  // The copy button of a secret that is shown once. Without script it stays hidden, and the text is selected by hand.
  async function copy(button) {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    let done = true;
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // The clipboard API needs https or localhost; elsewhere the older command may work.
      done = document.execCommand("copy");
    }
    announce(done ? button.dataset.copied : button.dataset.notCopied, !done);
    if (done) button.textContent = button.dataset.copied;
  }
  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || dialog?.open) return;
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  });

  // Enables the buttons of a page restored from the back/forward cache.
  addEventListener("pageshow", () => document.querySelectorAll("button:disabled").forEach((button) => (button.disabled = false)));

  const loading = document.querySelector("[data-load]");
  if (loading && live) show(loading.dataset.load, { remember: false });
})();

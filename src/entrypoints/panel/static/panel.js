// The live parts of the pages. Everything here also works without it, as plain links and forms.
"use strict";
(() => {
  const PART = "X-Modeldesk-Part";
  const PAUSE = 180; // milliseconds after the last letter
  const dialog = document.getElementById("dialog");
  const said = document.getElementById("said");
  const live = document.querySelector("[data-live]");

  // Told to who hears the page; what went wrong is seen too.
  function tell(text, isWrong = false) {
    said.textContent = text;
    said.classList.toggle("unseen", !isWrong);
  }

  const typing = (node) => node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName);

  // A part of a page. Where the server answers with a whole one instead (the session has ended), that page is opened.
  async function part(address, name, signal) {
    const answer = await fetch(address, { headers: { [PART]: name }, credentials: "same-origin", signal });
    if (answer.redirected) {
      location.assign(location.href);
      return null;
    }
    return answer.text();
  }

  // What the server wrote is parsed as a document of its own: scripts in it would not run, and the policy forbids them besides.
  function put(place, text) {
    const parsed = new DOMParser().parseFromString(text, "text/html");
    place.replaceChildren(...parsed.body.childNodes);
  }

  let asking = null;
  async function show(address, { remember = true } = {}) {
    asking?.abort();
    asking = new AbortController();
    live.setAttribute("aria-busy", "true");
    try {
      const text = await part(address, "list", asking.signal);
      if (text === null) return;
      put(live, text);
      tell(live.querySelector("[role=status]")?.textContent.trim() ?? "");
      if (remember) history.replaceState(null, "", address);
    } catch (error) {
      if (error.name === "AbortError") return;
      tell(said.dataset.failed, true);
    }
    live.removeAttribute("aria-busy");
  }

  function addressOf(form) {
    const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    return `${form.getAttribute("action")}${asked.size ? `?${asked}` : ""}`;
  }

  let waiting = 0;
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!live || !form || form.getAttribute("role") !== "search") return;
    clearTimeout(waiting);
    waiting = setTimeout(() => show(addressOf(form)), PAUSE);
  });

  document.addEventListener("submit", (event) => {
    if (live && event.target.getAttribute("role") === "search") {
      event.preventDefault();
      clearTimeout(waiting);
      show(addressOf(event.target));
    } else {
      // Two presses are one: the second would only meet what the first has done.
      setTimeout(() => event.target.querySelectorAll("button").forEach((button) => (button.disabled = true)));
    }
  });

  async function ask(link) {
    const text = await part(link.href, "dialog").catch(() => tell(said.dataset.failed, true));
    if (typeof text !== "string") return;
    tell("");
    put(dialog.querySelector("[data-dialog-body]"), text);
    dialog.showModal();
    (dialog.querySelector("button.main, button.danger") ?? dialog).focus();
  }

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest("a[data-dialog], a[data-page], a[data-close]");
    if (link?.matches("[data-page]") && live) {
      event.preventDefault();
      show(link.href).then(() => live.scrollIntoView());
    } else if (link?.matches("[data-dialog]") && dialog) {
      event.preventDefault();
      ask(link).catch(() => location.assign(link.href));
    } else if (link?.matches("[data-close]") && dialog?.open) {
      event.preventDefault();
      dialog.close();
    } else if (event.target === dialog) {
      dialog.close();
    }
  });

  // A field with a secret that is shown once: its button is there with script alone, without it the text is selected by hand.
  async function copy(button) {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    let done = true;
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // Browsers give the clipboard to https and to this machine alone; elsewhere the older way may work.
      done = document.execCommand("copy");
    }
    tell(done ? button.dataset.copied : button.dataset.notCopied, !done);
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

  // A page that was left and comes back from memory has its buttons again.
  addEventListener("pageshow", () => document.querySelectorAll("button:disabled").forEach((button) => (button.disabled = false)));

  const loading = document.querySelector("[data-load]");
  if (loading && live) show(loading.dataset.load, { remember: false });
})();

// Small helps of the pages. Everything works without them but the fly-out, sorting and filtering of loaded rows.
"use strict";

(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  // -- htmx comes when the first frame has been painted: before that nobody can click, and it is as large as a page.
  // It looks at the document by itself only if that is complete, hence after "load".
  const source = document.currentScript.dataset.htmx;
  const htmxIsHere = new Promise((here) => window.addEventListener("load", () => requestAnimationFrame(() => setTimeout(() => {
    const script = document.createElement("script");
    script.src = source;
    for (const end of ["load", "error"]) script.addEventListener(end, () => setTimeout(here));
    document.head.append(script);
  }))));

  // The zone of the browser, for times on the next page: cookies are asked for in another process, which can wait.
  window.addEventListener("load", () => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone && !document.cookie.includes(`mailwake-zone=${zone}`)) {
      document.cookie = `mailwake-zone=${zone};path=/;max-age=31536000;samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
    }
  });

  // -- the fly-out: a modal dialog, opened when its content is there, closed by Escape, its button or a click beside it
  const flyout = $("#flyout");
  let opener = null;
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "flyout-content") {
      if (!flyout.open) flyout.showModal();
      const body = $(".body", flyout);
      if (body) body.focus();
    }
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    // A refusal has a text for people: show it where the answer was to be.
    if (event.detail.xhr.status >= 400 && event.detail.xhr.responseText) event.detail.shouldSwap = true;
  });
  document.addEventListener("click", (event) => {
    const details = event.target.closest("[data-details]");
    if (details) {
      opener = details;
      $("#flyout-content").replaceChildren(details.nextElementSibling.content.cloneNode(true));
      flyout.showModal();
      $(".body", flyout).focus();
    }
    const link = event.target.closest("[data-flyout], [data-opens] a.open");
    if (link) opener = link;
    // Links of a trace have no attributes of htmx: to look at each row for them takes longer than all else here.
    if (link && !link.hasAttribute("hx-get") && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)) {
      event.preventDefault();
      htmxIsHere.then(() => window.htmx ? htmx.ajax("GET", link.href, { source: link, target: "#flyout-content" }) : location.assign(link.href));
    }
    if (event.target.closest("[data-close]") || event.target === flyout) flyout.close();
    if (event.target.closest("[data-widen]")) flyout.classList.toggle("wide");
  });
  if (flyout) flyout.addEventListener("close", () => { if (opener) opener.focus(); });

  // -- tabs that do not fit: the one that is open is in sight
  if (innerWidth < 820) for (const tab of $$(".tabs [aria-current]")) tab.parentNode.scrollLeft = tab.offsetLeft - (tab.parentNode.clientWidth - tab.offsetWidth) / 2;

  // -- the menu on narrow screens, drop-downs that close when one clicks elsewhere
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-toggle]");
    if (button) {
      const shown = document.getElementById(button.dataset.toggle).classList.toggle("shown");
      button.setAttribute("aria-expanded", String(shown));
    }
    for (const one of $$("details.dropdown[open]")) if (!one.contains(event.target)) one.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const one of $$("details.dropdown[open]")) { one.open = false; $("summary", one).focus(); }
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      if (event.key === "/") { const find = $('[data-key="/"]'); if (find) { find.focus(); event.preventDefault(); } }
      if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
    }
  });
  function step(by) {
    const links = $$("#grid tbody tr:not([hidden]) a.open");
    const here = links.indexOf(document.activeElement);
    const next = links[Math.max(0, Math.min(links.length - 1, here + by))];
    if (next) next.focus();
  }

  // -- controls that show others, or submit at once
  document.addEventListener("change", (event) => {
    const one = event.target;
    for (const word of one.dataset.shows?.split(" ") ?? []) for (const part of $$(`[data-when="${word}"]`)) {
      part.hidden = one.value !== word;
      for (const control of $$("input, select", part)) control.disabled = part.hidden;
    }
    if ("submit" in one.dataset) one.form.requestSubmit();
    if (one.dataset.tick) for (const box of $$(`#${one.dataset.tick} tbody tr:not([hidden]) .pick input`)) box.checked = one.checked;
    if (one.closest(".grid")) ticked();
  });

  // -- ticked rows
  const picked = () => $$("#grid tbody .pick input:checked").map((box) => box.closest("tr"));
  function ticked() {
    const rows = picked();
    const related = $("[data-related]");
    if (related) related.disabled = rows.length !== 1 || !rows[0].dataset.messageId;
    for (const one of $$("[data-export]")) one.disabled = rows.length === 0;
  }
  document.addEventListener("click", (event) => {
    const related = event.target.closest("[data-related]"), exported = event.target.closest("[data-export]");
    if (related) location.href = `${related.dataset.related}?range=all&message_id=${encodeURIComponent(picked()[0].dataset.messageId)}`;
    if (exported) {
      const link = document.createElement("a"), ids = [...new Set(picked().map((row) => row.dataset.id))];
      link.href = [exported.dataset.export, ...ids.map((id) => `MessageTraceId=${id}`)].join("&");
      link.download = exported.dataset.file ?? "message-trace.csv";
      link.click();
    }
    // A button that takes what the form says to another page.
    const leaves = event.target.closest("[data-leaves]");
    if (leaves) {
      event.preventDefault();
      const given = [...new FormData(leaves.form)].filter(([, value]) => value);
      location.href = `${leaves.formAction}?${new URLSearchParams(given)}`;
    }
  });

  // -- loaded rows: filter, sort
  document.addEventListener("input", (event) => {
    if (event.target.dataset.filter) filter(event.target);
    const says = event.target.type === "range" && $(`[data-says="${event.target.id}"]`);
    if (says) says.value = event.target.value;
  });
  function filter(input) {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of $$(`#${input.dataset.filter} tbody tr`)) {
      const text = row.textContent.toLowerCase();
      row.hidden = !row.classList.contains("more") && !words.every((word) => text.includes(word));
    }
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-sort]");
    if (!button) return;
    const head = button.closest("th");
    if (button.href && ($("tr.more", head.closest("table")) || event.ctrlKey || event.metaKey || event.shiftKey)) return; // all that was found, by the server
    event.preventDefault();
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const one of $$("th", head.parentNode)) { one.removeAttribute("aria-sort"); delete one.dataset.sortedHere; }
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    head.dataset.sortedHere = "";
    sort(head);
  });
  function sort(head) {
    const body = $("tbody", head.closest("table")), place = [...head.parentNode.children].indexOf(head);
    const value = (row) => { const cell = row.children[place]; return cell ? cell.dataset.sortValue ?? cell.textContent.trim() : ""; };
    const rows = $$("tr:not(.more)", body), last = $("tr.more", body);
    const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
    const sign = head.getAttribute("aria-sort") === "descending" ? -1 : 1;
    rows.sort((a, b) => sign * compare(value(a), value(b)));
    body.append(...rows);
    if (last) body.append(last);
  }

  // -- rows that are lacking of the first page: fetched when people read those that are there, or scroll to their end.
  // Sooner, they would be in the way of a click, and of the next page for somebody who goes on at once.
  const SOON = 600; // ms
  const whenIdle = window.requestIdleCallback ?? ((act) => setTimeout(act));
  const soon = () => htmxIsHere.then(() => setTimeout(() => whenIdle(() => { for (const row of $$("tr.more[data-soon]")) window.htmx?.trigger(row, "soon"); }), SOON));
  soon();
  document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.target.id === "results") soon(); });
  document.addEventListener("counted", (event) => {
    $("[data-count=grid]").textContent = event.detail.text;
    const words = $("[data-filter=grid]");
    if (words.value) filter(words);
    if (!event.detail.rest) return; // they belong to the rows before: what was done with these holds for them
    const head = $("#grid th[data-sorted-here]"), all = $("[data-tick=grid]");
    if (head) sort(head);
    if (all.checked) for (const box of $$("#grid tbody .pick input")) box.checked = true;
  });

  // -- a form that keeps what another says (columns beside criteria)
  document.addEventListener("submit", (event) => {
    const other = event.target.dataset.keeps && document.getElementById(event.target.dataset.keeps);
    if (!other) return;
    for (const [name, value] of new FormData(other)) {
      const input = document.createElement("input");
      input.type = "hidden"; input.name = name; input.value = value;
      event.target.append(input);
    }
  });
})();

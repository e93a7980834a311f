// Small conveniences over pages that work without them: keys, drawer, copy, toasts, chart tips.
(() => {
  const $ = (selector, within = document) => within.querySelector(selector);
  const find = () => $("#find");
  const isTyping = (el) => el.closest("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !isTyping(event.target)) {
      event.preventDefault();
      find()?.focus();
      find()?.select();
    }
    if (event.key === "Escape") {
      if (location.hash === "#menu") location.hash = "content";
      document.querySelectorAll("details.why[open], details[data-drop][open]").forEach((open) => { open.open = false; $("summary", open).focus(); });
      if (document.activeElement === find()) find().blur();
    }
    if (event.target === find() && ["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) choose(event);
  });

  // Enter opens the best result; the arrows choose another.
  function choose(event) {
    const links = [...document.querySelectorAll("#found a[href]")];
    const at = links.findIndex((link) => link.getAttribute("aria-selected") === "true");
    if (event.key === "Enter") {
      if (at < 0 || $("#found").dataset.asked !== find().value) return; // the server then opens the best one
      event.preventDefault();
      links[at].click();
      return;
    }
    event.preventDefault();
    const next = (at + (event.key === "ArrowDown" ? 1 : -1) + links.length) % (links.length || 1);
    links.forEach((link, place) => link.setAttribute("aria-selected", String(place === next)));
    links[next]?.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest(selector);
    if (hit("[data-theme]")) window.toggleTheme();
    if (hit("[data-dismiss]")) hit(".toast")?.remove();
    if (hit("[data-print]")) window.print();
    const copy = hit("[data-copy]");
    if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => say(copy.dataset.said));
    if (hit("[data-close]") && $("#drawer").open) { event.preventDefault(); $("#drawer").close(); }
    if (event.target.id === "drawer") event.target.close();
    document.querySelectorAll("details.why[open], details[data-drop][open]").forEach((open) => { if (!open.contains(event.target)) open.open = false; });
    const link = hit("a[data-drawer]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); openDrawer(link.href); }
    const add = hit("[data-add]");
    if (add) { event.preventDefault(); addRow(add); }
    const drop = hit("[data-drop-row]");
    if (drop) { const form = drop.form; drop.closest(".row-of").remove(); form?.dispatchEvent(new Event("rows", { bubbles: true })); }
    const more = hit("[data-append]");
    if (more) append(document.getElementById(more.dataset.append), more.dataset.to);
    const put = hit("[data-insert]");
    if (put) insert(put.form, put.dataset.insert);
    const set = hit("[data-set]");
    if (set) { const field = document.getElementById(set.dataset.set); field.value = set.dataset.to; field.dispatchEvent(new Event("input", { bubbles: true })); }
  });

  // A picked colour is typed, and a typed one is picked; what listens to the field shows it.
  document.addEventListener("input", (event) => {
    const into = document.getElementById(event.target.dataset?.into);
    const picker = event.target.id && $(`[data-into="${event.target.id}"]`);
    if (into) { into.value = event.target.value; into.dispatchEvent(new Event("input", { bubbles: true })); }
    if (picker && /^#[0-9a-f]{6}$/i.test(event.target.value)) picker.value = event.target.value;
  });

  // One more of the rows alike: a copy of the empty one, under the next number.
  function addRow(button) {
    const rows = button.closest("[data-rows]");
    const taken = [...rows.querySelectorAll(":scope > .row-of [name]")].map((field) => Number(field.name.slice(rows.dataset.rows.length + 1).split("-")[0]));
    const holder = document.createElement("div");
    holder.innerHTML = $("template", rows).innerHTML.replaceAll("__n__", String(Math.max(-1, ...taken) + 1));
    button.before(...holder.children);
    const row = button.previousElementSibling;
    window.htmx?.process(row);
    $("input:not([type=hidden]), select", row)?.focus();
  }

  // A known name goes behind those that are typed; a second click takes it out.
  function append(field, name) {
    const names = field.value.split(",").map((one) => one.trim()).filter(Boolean);
    field.value = (names.includes(name) ? names.filter((one) => one !== name) : [...names, name]).join(", ");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // A piece of text goes where the form's open text was typed in last.
  let typedIn = null;
  document.addEventListener("focusin", (event) => { if (event.target.matches("[data-inserts]")) typedIn = event.target; });
  function insert(form, text) {
    const open = [...form.querySelectorAll("[data-inserts]")].filter((field) => field.checkVisibility());
    const field = open.includes(typedIn) ? typedIn : open.at(-1);
    if (!field) return;
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // A form's own page, shown beside the page it belongs to.
  async function openDrawer(url) {
    const drawer = $("#drawer");
    drawer.innerHTML = '<div class="page" aria-busy="true"><span class="bone"></span><span class="bone"></span><span class="bone"></span></div>';
    drawer.showModal();
    const answer = await fetch(url, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const content = page.querySelector("#content");
    if (!answer.ok || !content) { location.href = url; return; }
    content.removeAttribute("id");
    drawer.replaceChildren(content);
    window.htmx?.process(drawer);
    $("[autofocus]", drawer)?.focus();
  }

  function say(text) {
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.textContent = text;
    $("#toasts").append(toast);
    setTimeout(() => toast.remove(), 2500);
  }

  // A form that was sent is not sent twice, unless it is a file that it fetches.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post" || event.target.matches("[hx-post], [data-again]")) return;
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    event.target.dataset.sent = "1";
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

  document.addEventListener("change", (event) => { if (event.target.closest("[data-autosend]")) event.target.form.requestSubmit(); });
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details.why") && event.target.open) keepInside($(".because", event.target));
  }, true);
  function keepInside(panel) {
    panel?.parentElement.classList.remove("right");
    if (panel && panel.getBoundingClientRect().right > innerWidth - 8) panel.parentElement.classList.add("right");
  }

  document.addEventListener("mouseover", (event) => {
    const bar = event.target.closest?.("[data-tip]");
    if (bar) $(".tip", bar.closest(".chart")).textContent = bar.dataset.tip;
  });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "found") event.target.dataset.asked = find().value; });
  for (const toast of document.querySelectorAll(".toast:not(.stop)")) setTimeout(() => toast.remove(), 12000);
})();

// The page's own script, run once by Gradio for the bridge component: `trigger(name, data)` tells the server.
// Nothing here makes HTML of strings; what the server sent is shown by Gradio, escaped already.

// Gradio rewrites the classes of its own elements, but not the body's.
const page = document.body;
const EVENTS = { cite: "cite", verdict: "verdict", reask: "reask", refine: "refine", keep: "keep", anew: "anew", remove: "remove" };
let opener = null;

// ---- light and dark: the system's choice, unless the visitor made one here

function setTheme(dark) {
  document.body.classList.toggle("dark", dark);
  const button = document.getElementById("pq-theme");
  if (button) {
    button.setAttribute("aria-pressed", String(dark));
    button.textContent = dark ? "Light" : "Dark";
  }
}
const chosen = localStorage.getItem("pq-theme");
setTheme(chosen ? chosen === "dark" : document.body.classList.contains("dark") || matchMedia("(prefers-color-scheme: dark)").matches);

// ---- the reading pane

const pane = () => document.getElementById("pq-reading");
const isReading = () => page.classList.contains("pq-reading-open");

// Called when the pane's content has changed; Gradio shows it a frame later.
function showPane() {
  page.classList.add("pq-reading-open");
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const scroller = document.getElementById("pq-pane");
    const mark = scroller.querySelector("#pq-here") || scroller.querySelector(".pq-pane-text .pq-passage");
    const away = mark ? mark.getBoundingClientRect().top - scroller.getBoundingClientRect().top : 0;
    scroller.scrollTop = mark ? scroller.scrollTop + away - scroller.clientHeight / 3 : 0;
    focusSoon(scroller.querySelector("#pq-pane-title"));
  }));
}

// What slides in can't take the focus before it shows.
function focusSoon(element, frames = 60) {
  element?.focus({ preventScroll: true });
  if (element && document.activeElement !== element && frames) requestAnimationFrame(() => focusSoon(element, frames - 1));
}

function hidePane() {
  page.classList.remove("pq-reading-open");
  const back = opener && document.querySelector(opener);
  (back || document.querySelector("#pq-question textarea"))?.focus();
  opener = null;
}

// A card may be drawn anew while its source is read: the button is found again by its data.
function selectorOf(button) {
  const data = [...button.attributes].filter(({ name }) => name.startsWith("data-"));
  return button.tagName.toLowerCase() + data.map(({ name, value }) => `[${name}="${CSS.escape(value)}"]`).join("");
}

// ---- buttons and forms

function act(source, extra) {
  const { pq, ...data } = source.dataset;
  if (!EVENTS[pq]) return;
  if (data.pqSure && source.textContent !== data.pqSure) {
    source.textContent = data.pqSure;
    source.setAttribute("aria-label", data.pqSure);
    return;
  }
  if (pq === "cite") opener = selectorOf(source);
  if (pq === "anew") startAnew();
  trigger(EVENTS[pq], { ...data, ...extra });
}

function toggleForm(button) {
  const card = button.closest(".pq-card");
  const form = card.querySelector("form." + button.dataset.pqToggle);
  form.hidden = !form.hidden;
  if (form.hidden) return;
  const field = form.querySelector("input");
  const picked = String(getSelection()).trim();
  if (form.classList.contains("pq-better") && picked && pane().contains(getSelection().anchorNode)) {
    field.value = picked;
    form.dataset.article = pane().querySelector(".pq-pane").dataset.article;
  }
  field.focus();
}

function rephrase(question) {
  const box = document.querySelector("#pq-question textarea");
  box.value = question;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
}

async function copy(button) {
  const text = button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https, browsers offer the old way only.
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "pq-offscreen";
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  const label = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = label; }, 1500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.pqToggle) toggleForm(button);
  else if ("pqRephrase" in button.dataset) rephrase(button.dataset.pqRephrase);
  else if ("pqFilters" in button.dataset) (settled = true), document.querySelector("#pq-sidebar .toggle-button").click();
  else if ("pqClose" in button.dataset) hidePane();
  else if ("copy" in button.dataset) copy(button);
  else if (button.id === "pq-theme") {
    const dark = !document.body.classList.contains("dark");
    localStorage.setItem("pq-theme", dark ? "dark" : "light");
    setTheme(dark);
  } else if (button.dataset.pq) {
    button.closest("details.pq-menu")?.removeAttribute("open");
    act(button);
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-pq]");
  if (!form) return;
  event.preventDefault();
  act(form, Object.fromEntries(new FormData(form)));
  form.hidden = true;
  // A verdict leaves the card where it is, and so the focus: on the button that opened the form.
  const opened = [...form.closest(".pq-card").querySelectorAll("[data-pq-toggle]")];
  if (form.dataset.pq === "verdict") opened.find((button) => form.classList.contains(button.dataset.pqToggle))?.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  const menu = document.querySelector("details.pq-menu[open]");
  if (menu) {
    menu.removeAttribute("open");
    menu.querySelector("summary").focus();
  } else if (isReading()) {
    hidePane();
  }
});

// ---- the conversation: Gradio has drawn the new turn out of sight; its copy goes to the end of the list, or replaces
// ---- the one of that name. A new question moves to the top, and its answer grows below it.

function showTurn(arriving) {
  const fresh = arriving.querySelector(".pq-turn")?.cloneNode(true);
  if (!fresh) return;
  arriving.querySelector(".pq-turn").replaceChildren();
  const turns = document.getElementById("pq-turns");
  const old = turns.querySelector(`[data-turn="${CSS.escape(fresh.dataset.turn)}"]`);
  if (!old) {
    turns.append(fresh);
    page.classList.add("pq-asked");
    fresh.scrollIntoView({ block: "start" });
    return;
  }
  const focused = old.contains(document.activeElement) ? selectorOf(document.activeElement) : "";
  const opened = [...old.querySelectorAll("details")].map((details) => details.open);
  const answered = old.querySelector("[aria-busy]") && !fresh.querySelector("[aria-busy]");
  old.replaceWith(fresh);
  if (answered) {
    fresh.scrollIntoView({ block: "start" });
  } else {
    fresh.querySelectorAll("details").forEach((details, place) => { details.open = Boolean(opened[place]); });
    if (focused) fresh.querySelector(focused)?.focus({ preventScroll: true });
  }
}

function startAnew() {
  document.getElementById("pq-turns").replaceChildren();
  page.classList.remove("pq-asked");
  document.querySelector("#pq-question textarea").focus();
}

// ---- what Gradio leaves undone: names of some controls, and a sidebar that is closed on phones, which it covers

let settled = !matchMedia("(max-width: 768px)").matches;

function nameControls() {
  for (const box of document.querySelectorAll(".timebox:not([data-pq-named])")) {
    const label = box.parentElement.querySelector(".label-content")?.textContent.trim() || "Day";
    box.querySelector("input.time")?.setAttribute("aria-label", label);
    box.querySelector("button.calendar")?.setAttribute("aria-label", `${label}: choose from a calendar`);
    box.dataset.pqNamed = "";
  }
  // Its label says something else than its text, so that speech control would not find it.
  document.querySelector("#pq-files .upload-container[aria-label]")?.removeAttribute("aria-label");
}

// A click that comes before Gradio listens is lost, and Gradio opens the sidebar again when it is done; so it counts as
// closed once it has stayed so for a moment.
let closedSince = 0;

function settleSidebar() {
  const sidebar = document.getElementById("pq-sidebar");
  if (settled || !sidebar) return;
  if (sidebar.classList.contains("open")) {
    closedSince = 0;
    sidebar.querySelector(".toggle-button")?.click();
  } else closedSince ||= performance.now();
  settled = closedSince > 0 && performance.now() - closedSince > 600;
}

const settling = setInterval(() => {
  settleSidebar();
  page.classList.toggle("pq-ready", settled);
  if (settled) clearInterval(settling);
}, 200);

function follow() {
  nameControls();
  page.classList.toggle("pq-ready", settled);
}
new MutationObserver(follow).observe(document.body, {
  childList: true, subtree: true, attributes: true, attributeFilter: ["class"],
});
follow();

// ---- what other components' scripts use

let filtering = 0;

window.pullquote = {
  showPane,
  showTurn,
  filter() {
    clearTimeout(filtering);
    filtering = setTimeout(() => trigger("filter", {}), 100);
  },
  share(query) {
    history.replaceState(null, "", location.pathname + (query ? "?" + query : "") + location.hash);
  },
  download(file) {
    if (!file) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([file.text], { type: file.type }));
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  },
};

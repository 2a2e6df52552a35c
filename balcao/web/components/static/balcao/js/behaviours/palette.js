// The command palette: Ctrl or ⌘ with K, or the search box. Commands are the page's own buttons (`data-command`);
// tickets and customers come from the server. `>` shows commands only; Ctrl-Enter opens in a new tab.
import { define } from "../behaviour.js";
import { fold } from "../fold.js";
import { text } from "../http.js";

const PAUSE = 120;
const MOST = 12;

define("palette", (dialog) => {
  const field = dialog.querySelector("input");
  const commands = dialog.querySelector("[data-commands]");
  const found = dialog.querySelector("[data-found]");
  let opener = null;
  let asked = null;
  let timer = 0;

  const options = () => [...dialog.querySelectorAll("[role=option]")];
  const chosen = () => dialog.querySelector("[aria-selected=true]");
  const choose = (option) => {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (option) { field.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); } else field.removeAttribute("aria-activedescendant");
  };
  const open = (prefix = "") => {
    if (dialog.open) return;
    opener = document.activeElement;
    field.value = prefix;
    dialog.showModal();
    list();
  };
  const ask = async (words) => {
    asked?.abort();
    asked = new AbortController();
    try {
      found.innerHTML = await text(`${dialog.dataset.source}?q=${encodeURIComponent(words)}`, { signal: asked.signal });
      choose(options()[0]);
    } catch { /* replaced by a newer question, or away: the commands still work */ }
  };
  const list = () => {
    const words = field.value.trim();
    const only = words.startsWith(">");
    showCommands(commands, fold(only ? words.slice(1).trim() : words), only);
    choose(options()[0]);
    clearTimeout(timer);
    if (only) found.replaceChildren(); else timer = setTimeout(() => ask(words), PAUSE);
  };
  const run = (option, inNewTab) => {
    if (!option || option.getAttribute("aria-disabled") === "true") return;
    dialog.close();
    if (option.target) { option.target.matches("input, textarea") ? option.target.focus() : option.target.click(); return; }
    if (inNewTab) window.open(option.dataset.href, "_blank", "noopener"); else location.assign(option.dataset.href);
  };
  const onKey = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = options();
    if (step && all.length) {
      event.preventDefault();
      choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(chosen(), event.ctrlKey || event.metaKey);
    }
  };
  const onShortcut = (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && fold(event.key) === "k") { event.preventDefault(); open(); }
  };
  const onOpener = (event) => {
    const button = event.target.closest?.("[data-opens=palette]");
    if (button) { event.preventDefault(); event.stopPropagation(); open(button.dataset.prefix ?? ""); }
  };
  field.addEventListener("input", list);
  dialog.addEventListener("keydown", onKey);
  dialog.addEventListener("click", (event) => { const option = event.target.closest("[role=option]"); if (option) run(option, event.ctrlKey || event.metaKey); else if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => { opener?.focus?.({ preventScroll: true }); });
  document.addEventListener("keydown", onShortcut);
  document.addEventListener("click", onOpener, true);
  return () => { document.removeEventListener("keydown", onShortcut); document.removeEventListener("click", onOpener, true); };
});

function showCommands(box, words, all) {
  const title = box.dataset.title;
  const inTicket = (element) => Number(Boolean(element.closest("#work")));
  const matches = [...document.querySelectorAll("[data-command]")]
    .sort((one, other) => inTicket(other) - inTicket(one))
    .filter((element) => !words ? true : fold(element.dataset.command).includes(words))
    .slice(0, all ? 100 : words ? MOST : 6);
  box.replaceChildren();
  if (!matches.length) return;
  const heading = document.createElement("div");
  heading.className = "palette-title";
  heading.setAttribute("role", "presentation");
  heading.textContent = title;
  box.append(heading, ...matches.map((element, place) => commandOption(element, place)));
}

function commandOption(element, place) {
  const option = document.createElement("div");
  option.className = "palette-item";
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  option.id = `command-${place}`;
  option.target = element;
  const drawn = element.querySelector("svg.icon");
  if (drawn) option.append(drawn.cloneNode(true));
  const words = document.createElement("span");
  words.textContent = element.dataset.command;
  option.append(words);
  if (element.dataset.keys) {
    const keys = document.createElement("span");
    keys.className = "keys";
    for (const key of element.dataset.keys.split(" ")) { const cap = document.createElement("kbd"); cap.textContent = key; keys.append(cap); }
    option.append(keys);
  }
  return option;
}

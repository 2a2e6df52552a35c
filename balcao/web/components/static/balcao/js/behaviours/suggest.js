// While writing: `/` at the start of a word offers macros, `{` facts of the ticket and its order, `@` colleagues. Arrow keys, Enter or Tab choose, Esc leaves.
import { define } from "../behaviour.js";
import { text } from "../http.js";

define("suggest", (form) => {
  const words = form.querySelector("textarea");
  const box = form.querySelector("[data-suggestions]");
  let asked = null;

  const options = () => [...box.querySelectorAll("[role=option]")];
  const close = () => { box.hidden = true; box.replaceChildren(); words.removeAttribute("aria-activedescendant"); };
  const choose = (option) => {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (option) { words.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
  };
  const typed = () => {
    const before = words.value.slice(0, words.selectionStart);
    const match = before.match(/(?:^|\s)([/@])([\p{L}\p{N}._-]{0,30})$/u) ?? before.match(/(\{)([\p{L}\p{N}._-]{0,30})$/u);
    return match ? { sign: match[1], query: match[2], from: before.length - match[2].length - 1 } : null;
  };
  const offer = async () => {
    const now = typed();
    const source = now && { "/": form.dataset.macros, "{": form.dataset.facts, "@": form.dataset.colleagues }[now.sign];
    asked?.abort();
    if (!source) { close(); return; }
    asked = new AbortController();
    try {
      box.innerHTML = await text(`${source}?q=${encodeURIComponent(now.query)}&order=${inView()}`, { signal: asked.signal });
      box.hidden = options().length === 0;
      choose(options()[0]);
    } catch { /* a newer question took its place */ }
  };
  const take = (option) => {
    const now = typed();
    const from = now?.from ?? words.selectionStart;
    const ends = now?.sign === "{" && words.value[words.selectionStart] === "}" ? 1 : 0;
    words.setRangeText(option.dataset.insert, from, words.selectionStart + ends, "end");
    close();
    words.dispatchEvent(new Event("input", { bubbles: true }));
    if (option.dataset.macro) addMacro(form, option.dataset.macro);
    words.focus();
  };
  const onKey = (event) => {
    if (box.hidden) return;
    const all = options();
    const here = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") choose(all[(here + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") take(all[Math.max(0, here)]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  words.addEventListener("input", offer);
  words.addEventListener("keydown", onKey);
  words.addEventListener("blur", () => setTimeout(close, 200));
  box.addEventListener("mousedown", (event) => { const option = event.target.closest("[role=option]"); if (option) { event.preventDefault(); take(option); } });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-offer]");
    if (!button) return;
    words.focus();
    const gap = /\S$/.test(words.value.slice(0, words.selectionStart)) ? " " : "";
    words.setRangeText(gap + button.dataset.offer, words.selectionStart, words.selectionEnd, "end");
    offer();
  });
});

// The order that stands beside the ticket: facts are told of that one.
const inView = () => document.querySelector("#bought")?.dataset.order ?? "";

function addMacro(form, id) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "macro";
  field.value = id;
  form.append(field);
}

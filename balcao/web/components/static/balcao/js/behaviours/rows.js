// The list: `j` and `k` walk, `x` selects, Shift selects a range; the row that is open is marked at once.
import { define } from "../behaviour.js";
import { character, isTyping } from "./keys.js";

define("rows", (list) => {
  const bulk = document.querySelector("#bulk");
  const rows = () => [...list.querySelectorAll("a.row")];
  const checks = () => [...list.querySelectorAll("input.row-check")];
  let last = null;

  const current = () => list.querySelector("a.row[aria-current=true]");
  const mark = (row) => {
    current()?.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
    row.classList.remove("unread");
  };
  const count = () => {
    const chosen = checks().filter((check) => check.checked);
    for (const check of checks()) check.closest(".row-item").classList.toggle("chosen", check.checked);
    list.classList.toggle("choosing", chosen.length > 0);
    if (!bulk) return;
    bulk.querySelector("[data-count]").textContent = String(chosen.length);
  };
  const walk = (step) => {
    const all = rows();
    if (!all.length) return;
    const here = all.indexOf(document.activeElement?.closest?.("a.row") ?? current());
    const next = all[Math.min(all.length - 1, Math.max(0, here + step))];
    next.focus();
    if (document.querySelector(".ticket.open")) next.click();
  };
  const onKey = (event) => {
    if (event.defaultPrevented || document.body.dataset.letters === "off" || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const letter = character(event);
    if (letter === "j" || letter === "k") { event.preventDefault(); walk(letter === "j" ? 1 : -1); }
    if (letter === "x") {
      const row = document.activeElement?.closest?.("a.row") ?? current();
      const check = row?.closest(".row-item").querySelector("input.row-check");
      if (check) { check.checked = !check.checked; count(); }
    }
  };
  const onClick = (event) => {
    const check = event.target.closest("input.row-check");
    if (check) {
      const all = checks();
      if (event.shiftKey && last) {
        const [from, to] = [all.indexOf(last), all.indexOf(check)].sort((a, b) => a - b);
        for (const other of all.slice(from, to + 1)) other.checked = check.checked;
      }
      last = check;
      count();
      return;
    }
    const row = event.target.closest("a.row");
    if (row && !event.ctrlKey && !event.metaKey) mark(row);
  };
  const onAll = (event) => {
    const button = event.target.closest?.("[data-choose]");
    if (!button) return;
    for (const check of checks()) check.checked = button.dataset.choose === "all";
    count();
  };
  list.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onAll);
  count();
  current()?.scrollIntoView({ block: "nearest" });
  return () => { document.removeEventListener("keydown", onKey); document.removeEventListener("click", onAll); };
});

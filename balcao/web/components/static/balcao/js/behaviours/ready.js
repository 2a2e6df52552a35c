// A ready answer above the text: taken, it becomes what is being written; nothing is sent by it.
import { define } from "../behaviour.js";

define("ready", (card) => {
  const words = card.closest("form").querySelector("textarea[name=text]");
  const leave = () => { card.remove(); words.focus(); };
  card.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss-ready]")) { leave(); return; }
    if (!event.target.closest("[data-take]")) return;
    const text = card.querySelector("[data-ready-text]").textContent.trim();
    words.value = words.value.trim() ? `${text}\n\n${words.value}` : text;
    words.dispatchEvent(new Event("input", { bubbles: true }));
    leave();
    words.setSelectionRange(words.value.length, words.value.length);
  });
});

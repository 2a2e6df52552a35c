// The composer: Ctrl or ⌘ with Enter sends, Esc leaves, the tab that is open already takes the cursor into the text.
import { define } from "../behaviour.js";

define("composer", (form) => {
  const words = form.querySelector("textarea");
  const onKey = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-send]"));
    } else if (event.key === "Escape" && !event.defaultPrevented) {
      document.activeElement.blur();
    }
  };
  const onTab = (event) => {
    const tab = event.target.closest(".tab");
    if (tab?.getAttribute("aria-current") !== "page") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    words.focus();
  };
  const onPick = (event) => {
    const button = event.target.closest("[data-more-to]");
    if (!button) return;
    form.querySelector("[data-addresses]").hidden = false;
    button.hidden = true;
    form.querySelector("[data-addresses] input")?.focus();
  };
  let sent = false;
  const once = (event) => {
    if (sent) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    sent = true;
    setTimeout(() => { sent = false; }, 3000);
  };
  form.addEventListener("keydown", onKey);
  form.addEventListener("click", onTab, true);
  form.addEventListener("click", onPick);
  form.addEventListener("submit", once, true);
  if (form.dataset.focus === "yes") { words?.focus(); words?.setSelectionRange(words.value.length, words.value.length); }
});

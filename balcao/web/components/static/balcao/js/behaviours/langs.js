// Texts in several languages: one is shown at a time, chosen by the buttons above and remembered while the window is open.
import { define } from "../behaviour.js";

const KEY = "balcao-texts";

define("langs", (form) => {
  const bar = form.querySelector("[data-langs]");
  if (!bar) return;
  const show = (code) => {
    sessionStorage.setItem(KEY, code);
    for (const field of form.querySelectorAll("[data-lang]")) field.hidden = field.dataset.lang !== code;
    for (const button of bar.querySelectorAll("[data-show-lang]")) {
      const here = button.dataset.showLang === code;
      button.toggleAttribute("aria-current", here);
      button.setAttribute("aria-pressed", String(here));
    }
  };
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-show-lang]");
    if (button) show(button.dataset.showLang);
  });
  show(sessionStorage.getItem(KEY) ?? bar.querySelector(`[data-show-lang="${document.documentElement.lang}"]`)?.dataset.showLang ?? "en");
});

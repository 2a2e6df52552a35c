// Day, night or as the system: shown at once, kept by the server.
import { define } from "../behaviour.js";
import { post } from "../http.js";

define("theme", (form) => {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const theme = event.submitter?.value ?? "";
    if (theme) document.documentElement.dataset.theme = theme; else delete document.documentElement.dataset.theme;
    for (const button of form.querySelectorAll("button")) button.toggleAttribute("aria-current", button === event.submitter);
    event.submitter?.setAttribute("aria-current", "true");
    post(form.action, { theme }).catch(() => form.submit());
  });
});

// A toast leaves after ten seconds; its ring shows how long. It waits while pointed at or focused. `z` undoes.
import { define } from "../behaviour.js";
import { post } from "../http.js";
import { say } from "../say.js";

const SECONDS = 10;

define("toast", (toast) => {
  const ring = toast.querySelector(".toast-left");
  const until = Number(toast.dataset.until) || 0;
  let left = until ? Math.max(1, (until - Date.now()) / 1000) : SECONDS;
  const whole = left;
  const waits = () => !until && toast.matches(":hover, :focus-within");
  const timer = setInterval(() => {
    if (!waits()) left -= 0.25;
    ring?.style.setProperty("--left", String(Math.max(0, left / whole)));
    if (left <= 0) toast.remove();
  }, 250);
  const onClick = async (event) => {
    if (event.target.closest("[data-dismiss]")) { toast.remove(); return; }
    const button = event.target.closest("[data-undo]");
    if (!button) return;
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await post(button.dataset.undo);
      toast.remove();
      const next = answer.headers.get("HX-Location") ?? (answer.redirected ? answer.url : "");
      location.assign(next || location.href);
    } catch {
      say(document.body.dataset.failed ?? "", { late: true });
      button.removeAttribute("aria-busy");
    }
  };
  toast.addEventListener("click", onClick);
  return () => clearInterval(timer);
});

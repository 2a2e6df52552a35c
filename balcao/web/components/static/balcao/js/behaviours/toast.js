// A toast leaves after ten seconds; its ring shows how long. It waits while pointed at or focused. `z` undoes.
import { define } from "../behaviour.js";
import { token } from "../http.js";

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
  const onClick = (event) => {
    if (event.target.closest("[data-dismiss]")) { toast.remove(); return; }
    const button = event.target.closest("[data-undo]");
    if (button) undo(button.dataset.undo);
  };
  toast.addEventListener("click", onClick);
  return () => clearInterval(timer);
});

// A plain form: it goes where the server says, with what it has to say; `back` is for deeds that have no page of their own.
function undo(address) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  form.hidden = true;
  for (const [name, value] of [["csrfmiddlewaretoken", token()], ["back", location.pathname + location.search]]) {
    const field = document.createElement("input");
    field.type = "hidden";
    Object.assign(field, { name, value });
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}

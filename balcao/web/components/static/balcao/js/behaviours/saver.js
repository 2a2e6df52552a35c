// A form that saves itself: a press that comes while it does waits until it has, and is done on what there is then.
import { define } from "../behaviour.js";

// The same link or button again: what was pressed may have been drawn anew meanwhile.
function again(pressed) {
  if (pressed.isConnected) return pressed;
  if (pressed.href) return document.querySelector(`a[href="${CSS.escape(pressed.getAttribute("href"))}"]`);
  const same = [...document.querySelectorAll("#editor button")].filter((one) => one.name === pressed.name && one.value === pressed.value);
  return same.find((one) => one.form?.action === pressed.form?.action) ?? null;
}

define("saver", (saver) => {
  let saving = 0;
  let waits = null;
  const begin = () => { saving += 1; };
  const end = () => {
    saving -= 1;
    if (saving || !waits) return;
    const pressed = waits;
    waits = null;
    setTimeout(() => again(pressed)?.click());
  };
  const press = (event) => {
    const pressed = event.target.closest?.("#editor :is(a[href], button:not([type=button]))");
    if (!saving || !pressed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waits = pressed;
  };
  saver.addEventListener("htmx:beforeRequest", begin);
  saver.addEventListener("htmx:afterRequest", end);
  document.addEventListener("click", press, true);
  return () => document.removeEventListener("click", press, true);
});

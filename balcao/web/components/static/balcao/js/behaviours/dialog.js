// Links marked `data-dialog` open in the page's one dialog instead of on a page of their own. Esc, Cancel and the scrim close it.
import { define } from "../behaviour.js";
import { text } from "../http.js";

define("dialog", (dialog) => {
  const onLink = async (event) => {
    const link = event.target.closest?.("a[data-dialog]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await open(dialog, link.href);
  };
  const onClick = (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) {
      event.preventDefault();
      event.stopPropagation();
      dialog.close();
    }
  };
  const onClose = () => { dialog.replaceChildren(); };
  document.addEventListener("click", onLink, true);
  dialog.addEventListener("click", onClick, true);
  dialog.addEventListener("close", onClose);
  return () => document.removeEventListener("click", onLink, true);
});

export async function open(dialog, address) {
  try {
    dialog.innerHTML = await text(address);
  } catch {
    location.assign(address);
    return;
  }
  window.htmx?.process(dialog);
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector("[autofocus]") ?? dialog.querySelector(".dialog-body :is(input, select, textarea, button, a.menu-link)"))?.focus();
}

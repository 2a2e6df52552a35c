// Say a sentence as a toast, from a script. `undo` is an address that takes it back.
import { fold } from "./fold.js";

export function say(words, { late = false, undo = "" } = {}) {
  const toasts = document.querySelector("#toasts");
  const shape = document.querySelector("#toast-shape");
  if (!toasts || !shape) return;
  const toast = shape.content.firstElementChild.cloneNode(true);
  toast.querySelector("[data-words]").textContent = words;
  toast.classList.toggle("late", late);
  const button = toast.querySelector("[data-undo]");
  if (undo) button.dataset.undo = undo; else button.remove();
  const same = [...toasts.children].find((other) => fold(other.textContent) === fold(toast.textContent));
  same?.remove();
  toasts.append(toast);
}

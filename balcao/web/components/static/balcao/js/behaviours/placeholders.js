// Buttons that put a placeholder where one was last writing in the same part of the form.
import { define } from "../behaviour.js";

define("placeholders", (bar) => {
  const texts = () => [...bar.parentElement.querySelectorAll("textarea")];
  let last = null;
  const note = (event) => { if (texts().includes(event.target)) last = event.target; };
  document.addEventListener("focusin", note);
  bar.addEventListener("click", (event) => {
    const words = event.target.closest("[data-insert]")?.dataset.insert;
    const text = last ?? texts()[0];
    if (!words || !text) return;
    text.focus();
    text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });
  return () => document.removeEventListener("focusin", note);
});

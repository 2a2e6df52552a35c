// Single letters do what a button of the page does: `data-keys="r"`, or two in a row: `data-keys="g i"`.
// Off while typing, never with Alt; compared on the produced character, so that every layout and ı/I/i/İ work.
import { define } from "../behaviour.js";
import { fold } from "../fold.js";

const PATIENCE = 1200;

export function character(event) {
  if (event.key.length !== 1 || event.ctrlKey || event.metaKey) return "";
  const letter = fold(event.key);
  const isLetter = /\p{L}/u.test(letter);
  if (event.altKey && (isLetter || !event.getModifierState("AltGraph"))) return "";
  return isLetter && event.shiftKey ? letter.toUpperCase() : letter;
}

export function isTyping(target) {
  return target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]") !== null;
}

function press(element) {
  if (element.matches("input, textarea, select")) { element.focus(); return; }
  element.click();
}

define("keys", (body) => {
  let first = "";
  let timer = 0;
  const find = (sequence) => [...document.querySelectorAll(`[data-keys="${CSS.escape(sequence)}"]`)].at(-1);
  const onKey = (event) => {
    if (event.defaultPrevented || body.dataset.letters === "off" || isTyping(event.target)) return;
    if (document.querySelector(".composer .htmx-request")) return; // the text is about to take what is typed
    if (document.querySelector("dialog[open]") || event.target.closest?.("[popover]")) return;
    const letter = character(event);
    if (!letter) return;
    const sequence = first ? `${first} ${letter}` : letter;
    clearTimeout(timer);
    const element = find(sequence);
    if (element) {
      first = "";
      event.preventDefault();
      press(element);
    } else {
      first = !first && document.querySelector(`[data-keys^="${CSS.escape(letter)} "]`) ? letter : "";
      timer = setTimeout(() => { first = ""; }, PATIENCE);
    }
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
});

// What stands on a button goes into the answer that is being written, where the cursor was; the sheet stays open.
// On a page without an answer it is copied instead.
import { define } from "../behaviour.js";
import { say } from "../say.js";

define("insert", (sheet) => {
  sheet.addEventListener("click", (event) => {
    const text = event.target.closest("[data-insert]")?.dataset.insert;
    const words = document.querySelector("#composer textarea[name=text]");
    if (!text) return;
    if (!words) { navigator.clipboard.writeText(text).then(() => say(sheet.dataset.copied)); return; } // a page of its own
    const [before, after] = [words.value.slice(0, words.selectionEnd), words.value.slice(words.selectionEnd)];
    const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    words.value = `${before}${gap}${text}${after ? "" : "\n"}${after}`;
    const place = (before + gap + text).length + (after ? 0 : 1);
    words.setSelectionRange(place, place);
    words.dispatchEvent(new Event("input", { bubbles: true }));
    say(sheet.dataset.done);
  });
});

// Copy what stands in `data-copy` and say so on the button itself.
import { define } from "../behaviour.js";
import { say } from "../say.js";

define("copy", (button) => {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    say(`${button.dataset.done} ${button.dataset.copy}`);
  });
});

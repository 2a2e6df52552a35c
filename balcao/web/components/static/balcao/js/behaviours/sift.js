// A field that leaves only what fits: those beside it whose `data-sift` holds every word, and what stands above them.
import { define } from "../behaviour.js";
import { fold } from "../fold.js";

define("sift", (root) => {
  const field = root.querySelector("[data-sift-by]");
  const places = () => [...root.querySelectorAll("[data-sift]")];
  const onInput = () => {
    const words = fold(field.value).split(/\s+/).filter(Boolean);
    let left = 0;
    for (const place of places()) {
      const text = fold(place.dataset.sift);
      place.hidden = !words.every((word) => text.includes(word));
      if (!place.hidden) left += 1;
    }
    const none = root.querySelector("[data-sift-none]");
    if (none) none.hidden = left > 0;
  };
  const onKey = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (field.value.trim()) places().find((place) => !place.hidden && place.matches("button"))?.click();
  };
  field.addEventListener("input", onInput);
  field.addEventListener("keydown", onKey);
});

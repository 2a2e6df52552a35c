// A field that leaves only what fits: those whose `data-sift` holds every word, below the `data-sift-head` they stand under.
// Enter chooses the first of them.
import { define } from "../behaviour.js";
import { fold } from "../fold.js";

define("sift", (root) => {
  const field = root.querySelector("[data-sift-by]");
  const places = () => [...root.querySelectorAll("[data-sift]")];
  const fits = (place, words) => { const text = fold(place.dataset.sift); return words.every((word) => text.includes(word)); };
  const onInput = () => {
    const words = fold(field.value).split(/\s+/).filter(Boolean);
    let head = null;
    let left = 0;
    for (const place of places()) {
      const isLeft = fits(place, words);
      place.hidden = !isLeft;
      left += isLeft;
      if ("siftHead" in place.dataset) head = place;
      else if (isLeft && head) head.hidden = false;
    }
    const none = root.querySelector("[data-sift-none]");
    if (none) none.hidden = left > 0;
  };
  const onKey = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const left = field.value.trim() ? places().filter((place) => !place.hidden) : [];
    (left.find((place) => !("siftHead" in place.dataset)) ?? left[0])?.click();
  };
  field.addEventListener("input", onInput);
  field.addEventListener("keydown", onKey);
});

// A form that stands beside what it is about: where there is no room beside, what was chosen comes into sight.
import { define } from "../behaviour.js";

let shown = "";

define("aside", (aside) => {
  const below = getComputedStyle(aside).position === "static";
  const anew = shown && shown !== location.search;
  shown = location.search || "?";
  if (below && anew && location.search) aside.scrollIntoView({ block: "start" });
});

// The timeline opens at what is new, else at its end; older messages come in above without moving what one reads.
import { define } from "../behaviour.js";

define("timeline", (timeline) => {
  const fresh = timeline.querySelector(".day.fresh");
  const toEnd = () => { timeline.scrollTop = timeline.scrollHeight; };
  if (fresh) timeline.scrollTop = Math.max(0, fresh.offsetTop - timeline.offsetTop - 24); else toEnd();
  let before = 0;
  let wasAtEnd = true;
  const note = () => { before = timeline.scrollHeight - timeline.scrollTop; wasAtEnd = before - timeline.clientHeight < 60; };
  const hold = (event) => {
    if (event.detail.target?.hasAttribute?.("data-older")) timeline.scrollTop = timeline.scrollHeight - before;
    else if (wasAtEnd) toEnd();
  };
  note();
  const resized = new ResizeObserver(() => { if (wasAtEnd) toEnd(); });
  resized.observe(timeline);
  timeline.addEventListener("scroll", note, { passive: true });
  timeline.addEventListener("htmx:beforeSwap", note);
  timeline.addEventListener("htmx:afterSwap", hold);
  timeline.addEventListener("balcao:before", note);
  timeline.addEventListener("balcao:after", (event) => { if (wasAtEnd || event.detail?.mine) toEnd(); });
  return () => resized.disconnect();
});

// The path of a process: it stays where it was scrolled to when it is drawn anew, and shows the stage that is looked at.
import { define } from "../behaviour.js";

let left = 0;
let top = 0;
let of = "";

define("picture", (picture) => {
  if (of === location.pathname) picture.scrollTo(left, top);
  of = location.pathname;
  const here = picture.querySelector(".stage-box.here, .stage-row.here");
  if (here) {
    const box = (here.closest(".stage-box") ?? here).getBoundingClientRect();
    const frame = picture.getBoundingClientRect();
    if (box.left < frame.left || box.right > frame.right) picture.scrollLeft += box.left - frame.left - (frame.width - box.width) / 2;
    if (box.top < frame.top || box.bottom > frame.bottom) picture.scrollTop += box.top - frame.top - 24;
  }
  const keep = () => { left = picture.scrollLeft; top = picture.scrollTop; };
  keep();
  picture.addEventListener("scroll", keep, { passive: true });
});

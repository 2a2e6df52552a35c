// A picture opens large over the page; arrow keys go to the next one of the same letter.
import { define } from "../behaviour.js";

define("lightbox", (photos) => {
  photos.addEventListener("click", (event) => {
    const link = event.target.closest("a.photo");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    show([...photos.querySelectorAll("a.photo")], link);
  });
});

function show(all, first) {
  const dialog = document.createElement("dialog");
  const picture = document.createElement("img");
  dialog.className = "lightbox";
  dialog.append(picture);
  let here = all.indexOf(first);
  const turn = (step) => {
    here = (here + step + all.length) % all.length;
    picture.src = all[here].href;
    picture.alt = all[here].title;
    dialog.setAttribute("aria-label", all[here].title);
  };
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) turn(step);
  });
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { dialog.remove(); first.focus(); });
  document.body.append(dialog);
  turn(0);
  dialog.showModal();
}

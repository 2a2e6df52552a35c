// A popover that opens beside its button; arrow keys walk through it, and it closes when something was chosen. A button
// of a menu may open another one; pressed by its key while its menu is closed, that opens where the menu would.
import { define } from "../behaviour.js";

const GAP = 4;

const isShown = (element) => element.getClientRects().length > 0;

function anchor(button) {
  const holder = isShown(button) ? null : button.closest("[popover]");
  return document.querySelector(`[popovertarget="${holder?.id}"]`) ?? button;
}

function place(menu, button) {
  const at = button.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const below = at.bottom + GAP + size.height <= innerHeight || at.top < size.height;
  const left = at.left + size.width <= innerWidth - GAP ? at.left : at.right - size.width;
  menu.style.left = `${Math.max(GAP, left)}px`;
  menu.style.top = `${Math.max(GAP, below ? Math.min(at.bottom + GAP, innerHeight - size.height - GAP) : at.top - size.height - GAP)}px`;
}

define("menu", (menu) => {
  const button = () => document.querySelector(`[popovertarget="${menu.id}"]:not([hidden])`);
  const links = () => [...menu.querySelectorAll(".menu-link, input")].filter(isShown);
  const resized = new ResizeObserver(() => { if (button()) place(menu, anchor(button())); }); // what it holds may come later
  const onToggle = (event) => {
    const mine = button();
    mine?.setAttribute("aria-expanded", event.newState === "open");
    if (event.newState !== "open") { resized.disconnect(); menu.removeAttribute("style"); }
    if (event.newState !== "open" || !mine) return;
    place(menu, anchor(mine));
    resized.observe(menu);
    (menu.querySelector("[autofocus]") ?? links()[0])?.focus({ preventScroll: true });
  };
  const onKey = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const all = links();
    event.preventDefault();
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length]?.focus();
  };
  const onClick = (event) => { if (event.target.closest(".menu-link:not([popovertarget])")) setTimeout(() => menu.matches(":popover-open") && menu.hidePopover()); };
  button()?.setAttribute("aria-haspopup", "true");
  menu.addEventListener("toggle", onToggle);
  menu.addEventListener("keydown", onKey);
  menu.addEventListener("click", onClick);
});

// Keeps every time left on the page true: rounded down while it lasts, rounded up once it is over.
import { define } from "../behaviour.js";

const EVERY = 15_000;
const MINUTE = 60_000;
const MANY_DAYS = 7;

function length(minutes, shapes) {
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (minutes < 1) return shapes.none;
  if (!hours) return shapes.minutes.replace("{m}", minutes);
  if (!days) return (minutes % 60 ? shapes.hours : shapes.hour).replace("{h}", hours).replace("{m}", String(minutes % 60).padStart(2, "0"));
  return (days < MANY_DAYS && hours % 24 ? shapes.days : shapes.day).replace("{d}", days).replace("{h}", hours % 24);
}

export function words(due, now, shapes, { soon = false, risk = false } = {}) {
  const left = due - now;
  if (left <= 0) return { state: "late", text: shapes.late.replace("{}", length(Math.max(Math.ceil(-left / MINUTE), 1), shapes)) };
  const said = length(Math.floor(left / MINUTE), shapes);
  if (risk) return { state: "soon", text: shapes.risk.replace("{}", said) };
  return soon ? { state: "soon", text: shapes.soon.replace("{}", said) } : { state: "ok", text: said };
}

define("due", (source) => {
  const shapes = JSON.parse(source.dataset.shapes);
  const tick = () => {
    const now = Date.now();
    for (const pill of document.querySelectorAll("[data-due]")) {
      const known = { soon: pill.classList.contains("soon"), risk: pill.classList.contains("risk") };
      const { state, text } = words(Date.parse(pill.dataset.due), now, shapes, known);
      const place = pill.querySelector("[data-words]");
      if (place.textContent === text) continue;
      place.textContent = text;
      for (const name of ["ok", "soon", "late"]) pill.classList.toggle(name, name === state);
      if (state === "late") pill.classList.remove("risk");
    }
  };
  const timer = setInterval(tick, EVERY);
  const onLook = () => { if (!document.hidden) tick(); };
  document.addEventListener("visibilitychange", onLook);
  return () => { clearInterval(timer); document.removeEventListener("visibilitychange", onLook); };
});

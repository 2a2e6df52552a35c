// What is being written is kept on the server two seconds after the last key, and when the page goes away.
import { define } from "../behaviour.js";
import { post } from "../http.js";

const PAUSE = 2000;

define("drafts", (form) => {
  const state = form.querySelector("[data-state]");
  let timer = 0;
  let kept = fields();
  let sending = false;

  function fields() {
    const all = new FormData(form);
    return JSON.stringify(["mode", "text", "to", "cc"].map((name) => [name, all.get(name) ?? ""]));
  }
  const keep = async ({ leaving = false } = {}) => {
    const now = fields();
    if (sending || now === kept) return;
    kept = now;
    try {
      const answer = await post(form.dataset.draft, Object.fromEntries(JSON.parse(now)), { keepalive: leaving });
      if (state) state.textContent = await answer.text();
    } catch {
      kept = "";
      if (state) state.textContent = state.dataset.unsaved;
    }
  };
  const onInput = () => {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
    form.dispatchEvent(new CustomEvent("balcao:typing", { bubbles: true }));
  };
  const onLeave = () => keep({ leaving: true });
  form.addEventListener("input", onInput);
  form.addEventListener("submit", () => { sending = true; setTimeout(() => { sending = false; }, 3000); });
  addEventListener("pagehide", onLeave);
  return () => { clearTimeout(timer); removeEventListener("pagehide", onLeave); };
});

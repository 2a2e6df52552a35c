// When the server says no or is away, the page says so in words; nothing that was typed is lost.
import { define } from "../behaviour.js";
import { say } from "../say.js";

define("errors", (body) => {
  const refused = (event) => {
    const status = event.detail.xhr?.status;
    say((status === 403 && body.dataset.forbidden) || (status === 404 && body.dataset.gone) || body.dataset.failed || "", { late: true });
  };
  const away = () => say(body.dataset.offline || "", { late: true });
  // A link within a part of a page may lead to a page that has no such part: it is opened whole, instead of leaving nothing.
  const whole = (event) => {
    const { elt, serverResponse, pathInfo } = event.detail;
    const part = elt?.closest?.("[hx-select]")?.getAttribute("hx-select") ?? "";
    if (!event.detail.boosted || !part.startsWith("#") || !event.detail.shouldSwap) return;
    if (serverResponse.includes(`id="${part.slice(1)}"`)) return;
    event.detail.shouldSwap = false;
    location.assign(pathInfo.responsePath || pathInfo.finalRequestPath);
  };
  body.addEventListener("htmx:beforeSwap", whole);
  body.addEventListener("htmx:responseError", refused);
  body.addEventListener("htmx:sendError", away);
});

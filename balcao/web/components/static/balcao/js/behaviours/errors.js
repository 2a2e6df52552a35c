// When the server says no or is away, the page says so in words; nothing that was typed is lost.
import { define } from "../behaviour.js";
import { say } from "../say.js";

define("errors", (body) => {
  const refused = (event) => {
    const status = event.detail.xhr?.status;
    say((status === 403 && body.dataset.forbidden) || (status === 404 && body.dataset.gone) || body.dataset.failed || "", { late: true });
  };
  const away = () => say(body.dataset.offline || "", { late: true });
  body.addEventListener("htmx:responseError", refused);
  body.addEventListener("htmx:sendError", away);
});

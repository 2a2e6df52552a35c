// `[` and `]` fold the views and the customer away. The server remembers it, so the next page comes that way.
import { define } from "../behaviour.js";
import { post } from "../http.js";

define("panes", (body) => {
  const onClick = (event) => {
    const pane = event.target.closest("[data-pane]")?.dataset.pane;
    if (!pane) return;
    const isClosed = body.classList.toggle(`no-${pane}`);
    body.classList.toggle(`show-${pane}`, !isClosed && matchMedia("(max-width: 75rem)").matches);
    if (body.dataset.layout) post(body.dataset.layout, { pane, closed: isClosed ? "1" : "" }).catch(() => {});
  };
  body.addEventListener("click", onClick);
  return () => body.removeEventListener("click", onClick);
});

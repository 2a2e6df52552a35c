// A card stays open or closed as the agent left it; kept by the server, so it is the same on another machine.
import { define } from "../behaviour.js";
import { post } from "../http.js";

define("remember", (card) => {
  let was = card.open;
  card.addEventListener("toggle", () => {
    if (card.open === was) return;
    was = card.open;
    const address = document.body.dataset.layout;
    if (address) post(address, { card: card.dataset.key, open: card.open ? "1" : "" }).catch(() => {});
  });
});

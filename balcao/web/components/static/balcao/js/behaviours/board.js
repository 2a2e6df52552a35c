// The stage board: a card that is drawn to another column opens the sheet of the way that leads there. What others do
// appears by itself, never while a card is in the hand or a sheet is open.
import { define } from "../behaviour.js";
import { listen } from "../connection.js";
import { say } from "../say.js";
import { open } from "./dialog.js";

const PAUSE = 1500;

define("board", (board) => {
  const ways = JSON.parse(board.dataset.ways || "{}");
  const columns = [...board.querySelectorAll(".board-column")];
  const choice = board.querySelector("[data-column]");
  let card = null;
  let timer = 0;

  const columnOf = (element) => element?.closest?.(".board-column");
  const wayTo = (column) => ways[columnOf(card)?.dataset.stage]?.[column?.dataset.stage];
  const choose = (key) => {
    for (const column of columns) column.classList.toggle("chosen", column.dataset.stage === key);
    if (choice && key) choice.value = key;
  };
  const put = () => {
    for (const column of columns) column.classList.remove("may-drop", "may-not", "over");
    card?.classList.remove("dragging");
    card = null;
  };

  const onStart = (event) => {
    card = event.target.closest?.(".board-card");
    if (!card) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.number);
    card.classList.add("dragging");
    for (const column of columns) {
      if (column !== columnOf(card)) column.classList.add(wayTo(column) ? "may-drop" : "may-not");
    }
  };
  const onOver = (event) => {
    if (!card || !columnOf(event.target)) return;
    event.preventDefault();
    for (const column of columns) column.classList.toggle("over", column === columnOf(event.target));
  };
  const onDrop = (event) => {
    const column = columnOf(event.target);
    if (!card || !column) return;
    event.preventDefault();
    const from = columnOf(card);
    const key = wayTo(column);
    const { number, visit } = card.dataset;
    put();
    if (column === from) return;
    if (!key) {
      say(board.dataset.noWay.replace("{from}", from.dataset.name).replace("{to}", column.dataset.name), { late: true });
      return;
    }
    const address = board.dataset.way.replace("/tickets/0/", `/tickets/${number}/`).replace("/stage/1/", `/stage/${visit}/`).replace("/ways/x/", `/ways/${key}/`);
    open(document.querySelector("#dialog"), `${address}?next=${encodeURIComponent(board.dataset.here)}`);
  };

  const refresh = () => {
    if (card || document.querySelector("dialog[open]") || document.hidden) { soon(); return; }
    if (!board.isConnected || !window.htmx) return;
    const stood = board.contains(document.activeElement) ? document.activeElement.closest(".board-card")?.id : "";
    const [left, chosen] = [board.querySelector(".board-columns")?.scrollLeft ?? 0, choice?.value];
    window.htmx.ajax("GET", board.dataset.here, { target: "#main", select: "#main", swap: "outerHTML" }).then(() => {
      const fresh = document.querySelector(".board-columns");
      if (fresh) fresh.scrollLeft = left;
      const again = document.querySelector("#main [data-column]");
      if (again && chosen) { again.value = chosen; again.dispatchEvent(new Event("change", { bubbles: true })); }
      if (stood) document.getElementById(stood)?.querySelector("a")?.focus();
    });
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(refresh, PAUSE); };
  const stop = listen((message) => {
    if (message.type === "refetch" || (message.type === "entry" && /^(process|clock)\./.test(message.name))) soon();
  });

  choose((columns.find((column) => column.querySelector(".board-card")) ?? columns[0])?.dataset.stage);
  choice?.addEventListener("change", () => choose(choice.value));
  board.addEventListener("dragstart", onStart);
  board.addEventListener("dragover", onOver);
  board.addEventListener("drop", onDrop);
  board.addEventListener("dragend", put);
  return () => { stop(); clearTimeout(timer); };
});

// What others do appears without reloading: rows, counts, the bell, the open ticket, who looks and who writes.
// Nothing moves under the pointer: new tickets wait behind a bar, what is being written is left alone.
import { define } from "../behaviour.js";
import { connect, listen, tell } from "../connection.js";
import { text } from "../http.js";

const PAUSE = 40;
const PRESENCE_PAUSE = 2000;
const OFFLINE_AFTER = 4000;
const TYPING_EVERY = 2500;
const MOST_WATCHED = 80;

const ticketPane = () => document.querySelector(".ticket[data-ticket]");
const shown = () => [...document.querySelectorAll("#rows > .row-item")].map((row) => Number(row.id.slice(4)));

define("live", (body) => {
  if (!body.dataset.live) return undefined;
  const changed = new Set();
  
  let timer = 0;
  let presenceTimer = 0;
  let offlineTimer = 0;
  let isTailWanted = false;
  let isOrderWanted = false;
  let typedAt = 0;

  const soon = (pause = PAUSE) => { clearTimeout(timer); timer = setTimeout(refresh, pause); };

  async function refresh() {
    if (isTailWanted && !document.hidden) { // what nobody looks at is not read yet
      isTailWanted = false;
      refreshTicket();
    }
    if (isOrderWanted && !document.hidden) {
      isOrderWanted = false;
      refreshOrder();
    }
    const view = document.querySelector("#rows")?.dataset.view ?? "mine";
    const address = `${body.dataset.updates}?view=${encodeURIComponent(view)}&changed=${[...changed].join(",")}&shown=${shown().join(",")}`;
    try {
      apply(await text(address));
    } catch { /* the next change asks again */ }
  }

  const heard = (message) => {
    if (message.type === "entry") {
      const tickets = message.about?.ticket ?? [];
      for (const ticket of tickets) changed.add(ticket);
      if (tickets.includes(Number(ticketPane()?.dataset.ticket))) {
        isTailWanted = true;
        if (message.name.includes("order.") || message.name.startsWith("verification.")) isOrderWanted = true;
      }
      if (concernsOrders(message)) isOrderWanted = true;
      soon();
    } else if (message.type === "refetch") {
      for (const ticket of shown()) changed.add(ticket);
      isTailWanted = isOrderWanted = true;
      soon();
    } else if (message.type === "typing") {
      showPeople(message, Number(body.dataset.agent));
    } else if (message.type === "presence") {
      clearTimeout(presenceTimer);
      presenceTimer = setTimeout(() => soon(), PRESENCE_PAUSE);
    } else if (message.type === "offline") {
      if (!offlineTimer) offlineTimer = setTimeout(() => { document.querySelector("#offline").hidden = false; }, OFFLINE_AFTER);
    } else if (message.type === "online") {
      clearTimeout(offlineTimer);
      offlineTimer = 0;
      document.querySelector("#offline").hidden = true;
    }
  };

  const look = () => {
    const ticket = Number(ticketPane()?.dataset.ticket) || null;
    tell({ type: "reading", ticket }, { keep: true });
    tell({ type: "watch", tickets: [...new Set([...shown().slice(0, MOST_WATCHED), ...(ticket ? [ticket] : [])])] }, { keep: true });
  };
  const onSwap = (event) => { if (event.target.id === "work" || event.target === document.body || event.target.closest?.("#rows")) look(); };
  const onTyping = (event) => {
    if (Date.now() - typedAt < TYPING_EVERY) return;
    typedAt = Date.now();
    tell({ type: "typing", ticket: Number(ticketPane()?.dataset.ticket), mode: event.target.elements?.mode?.value ?? "reply" });
  };
  const onStop = () => { typedAt = 0; tell({ type: "typing", ticket: Number(ticketPane()?.dataset.ticket), mode: null }); };
  const onVisibility = () => {
    tell({ type: "presence", state: document.hidden ? "away" : "active" }, { keep: true });
    if (!document.hidden && (isTailWanted || isOrderWanted)) soon();
  };

  const stop = listen(heard);
  connect(body.dataset.live, Number(body.dataset.position));
  look();
  document.addEventListener("htmx:afterSettle", onSwap);
  document.addEventListener("balcao:typing", onTyping);
  document.addEventListener("submit", onStop);
  document.addEventListener("visibilitychange", onVisibility);

  return () => {
    stop();
    clearTimeout(timer);
    document.removeEventListener("htmx:afterSettle", onSwap);
    document.removeEventListener("balcao:typing", onTyping);
    document.removeEventListener("submit", onStop);
    document.removeEventListener("visibilitychange", onVisibility);
  };
});

function parts(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return Object.fromEntries([...holder.content.querySelectorAll("template[data-part]")].map((part) => [part.dataset.part, part]));
}

function apply(html) {
  const found = parts(html);
  for (const row of [...found.rows.content.querySelectorAll(".row-item")]) replaceRow(row);
  const queues = document.querySelector("#queues");
  if (queues && !queues.contains(document.activeElement)) { queues.replaceChildren(found.queues.content); window.htmx?.process(queues); }
  document.querySelector("#counter")?.replaceChildren(found.counter.content);
  const bar = document.querySelector("#news");
  if (bar && found.news.dataset.count !== "0") { bar.querySelector("span").textContent = found.news.innerHTML.trim(); bar.hidden = false; }
  const badge = document.querySelector("#bell .badge");
  if (badge) { badge.textContent = found.bell.dataset.count; badge.hidden = found.bell.dataset.count === "0"; }
}

function replaceRow(row) {
  const old = document.getElementById(row.id);
  if (!old) return;
  const link = old.querySelector("a.row");
  const hadFocus = link === document.activeElement;
  if (link?.getAttribute("aria-current") === "true") {
    row.querySelector("a.row").setAttribute("aria-current", "true");
    row.querySelector("a.row").classList.remove("unread");
  }
  const check = old.querySelector(".row-check");
  if (check?.checked) row.querySelector(".row-check").checked = true;
  row.querySelector(".row-people")?.append(...old.querySelectorAll(".row-people > .live"));
  old.replaceWith(row);
  window.htmx?.process(row);
  if (hadFocus) row.querySelector("a.row").focus();
}

async function refreshTicket() {
  const pane = ticketPane();
  if (!pane) return;
  try {
    const found = parts(await text(`${pane.dataset.tail}${location.search}`));
    const head = document.querySelector("#ticket-head");
    if (!head.querySelector(":popover-open, :focus")) {
      const people = [...head.querySelectorAll("#viewers > *")];
      head.replaceChildren(found.head.content);
      head.querySelector("#viewers")?.append(...people);
      window.htmx?.process(head);
    }
    const timeline = document.querySelector("#timeline");
    timeline.dispatchEvent(new CustomEvent("balcao:before"));
    mergeTimeline(timeline, [...found.timeline.content.children]);
    window.htmx?.process(timeline);
    timeline.dispatchEvent(new CustomEvent("balcao:after"));
    const seen = document.querySelector("#composer [name=seen]");
    if (seen && !document.querySelector("#composer textarea")?.value.trim()) seen.value = found.last.innerHTML.trim();
  } catch { /* the next change asks again */ }
}

// What a shop system told anew, or that it fell silent or answers again, concerns the orders that are shown.
function concernsOrders(message) {
  const pane = document.querySelector("#bought, main[data-order]");
  if (!pane || !/^(backend|order)\./.test(message.name)) return false;
  const shown = `${pane.dataset.orders ?? ""} ${pane.dataset.order}`.split(" ");
  return (message.about?.order ?? []).some((order) => shown.includes(String(order)))
    || (message.about?.customer ?? []).includes(Number(pane.dataset.customer))
    || ((message.facts?.many || /^backend\.(silent|answers)$/.test(message.name)) && String(message.facts?.backend) === pane.dataset.backend);
}

// The order's card is drawn anew as a whole; whoever stood on one of its deeds stands on it again.
async function refreshOrder() {
  const old = document.querySelector("#bought");
  if (!old && document.querySelector("main[data-order]")) {
    window.htmx?.ajax("GET", location.href, { target: "#main", select: "#main", swap: "outerHTML" });
  }
  if (!old?.dataset.card) return;
  try {
    const holder = document.createElement("template");
    holder.innerHTML = await text(old.dataset.card);
    const fresh = holder.content.querySelector("#bought");
    const stood = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    if (!fresh || !old.isConnected) return;
    old.replaceWith(fresh);
    window.htmx?.process(fresh);
    if (stood) fresh.querySelector(`a[href="${CSS.escape(stood)}"]`)?.focus();
  } catch { /* the next change asks again */ }
}

const words = (element) => element.textContent.replace(/\s+/g, " ").trim();

// Put what is new in its place and leave alone what is the same, so that nothing one reads or has opened is lost.
export function mergeTimeline(timeline, fresh) {
  const wanted = fresh.filter((element) => element.id);
  const first = wanted.map((element) => timeline.querySelector(`#${CSS.escape(element.id)}`)).find(Boolean);
  const ids = new Set(wanted.map((element) => element.id));
  if (first) {
    for (let old = first; old;) {
      const next = old.nextElementSibling;
      if (old.id && old.id !== "fresh" && !ids.has(old.id)) old.remove();
      old = next;
    }
  }
  let after = null;
  for (const element of wanted) {
    const old = timeline.querySelector(`#${CSS.escape(element.id)}`);
    if (!old) { if (after) after.after(element); else timeline.append(element); after = element; continue; }
    if (words(old) !== words(element) && !old.querySelector(":popover-open")) { old.replaceWith(element); after = element; } else after = old;
  }
}

function showPeople(message, me) {
  const others = message.agents.filter((agent) => agent.id !== me);
  const writing = others.filter((agent) => agent.mode !== "reading");
  const row = document.querySelector(`.row-people[data-ticket="${message.ticket}"]`);
  row?.querySelectorAll(".live").forEach((old) => old.remove());
  row?.prepend(...others.slice(0, 3).map((agent) => person(agent, true)));
  if (message.ticket !== Number(ticketPane()?.dataset.ticket)) return;
  document.querySelector("#viewers")?.replaceChildren(...others.map((agent) => person(agent, false)));
  const line = document.querySelector("#typing");
  if (line) line.textContent = writing.length ? line.dataset.words.replace("{}", writing.map((agent) => agent.name).join(", ")) : "";
}

function person(agent, isSmall) {
  const shape = document.querySelector("#person-shape").content.firstElementChild.cloneNode(true);
  shape.querySelector(".eye").hidden = agent.mode !== "reading";
  shape.querySelector(".pencil").hidden = agent.mode === "reading";
  shape.querySelector(".avatar").textContent = [...agent.name.matchAll(/\p{L}+/gu)].slice(0, 2).map((word) => word[0][0]).join("");
  shape.title = agent.name;
  shape.querySelector(".sr").textContent = agent.name;
  shape.classList.toggle("in-row", isSmall);
  return shape;
}

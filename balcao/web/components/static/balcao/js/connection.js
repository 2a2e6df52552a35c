// The line to the live server: a WebSocket that resumes where it was cut, or, where those are blocked, a long poll.
// One for the whole life of the page, however often its parts are swapped.

const FIRST_WAIT = 500;
const LONGEST_WAIT = 20000;
const POLL_AFTER = 3; // failed openings of the socket
const POLL_SECONDS = 25;
const LOGGED_OUT = 4401;
const WRONG_ORIGIN = 4403;

const listeners = new Set();
const lasting = new Map(); // what is said again after a break: reading, watch
let position = null;
let address = "";
let socket = null;
let failures = 0;
let isStopped = true;

export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function connect(root, start) {
  if (!isStopped) return;
  isStopped = false;
  address = root;
  position = start;
  open();
  addEventListener("online", () => { if (!socket) open(); });
  addEventListener("pagehide", () => { isStopped = true; socket?.close(); });
  addEventListener("pageshow", (event) => { if (event.persisted) { isStopped = false; open(); } });
}

export function tell(message, { keep = false } = {}) {
  if (keep) lasting.set(message.type, message);
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function hear(message) {
  if (typeof message.position === "number") position = Math.max(position, message.position);
  for (const listener of listeners) listener(message);
}

function open() {
  if (isStopped || socket) return;
  if (failures >= POLL_AFTER) { poll(); return; }
  const root = new URL(`${address}socket`, location.href);
  root.protocol = root.protocol.replace("http", "ws");
  let wasOpen = false;
  socket = new WebSocket(root);
  socket.onopen = () => {
    wasOpen = true;
    failures = 0;
    socket.send(JSON.stringify({ type: "resume", position }));
    for (const message of lasting.values()) socket.send(JSON.stringify(message));
    hear({ type: "online" });
  };
  socket.onmessage = (event) => hear(JSON.parse(event.data));
  socket.onclose = (event) => {
    socket = null;
    if (event.code === LOGGED_OUT) { isStopped = true; location.reload(); return; }
    if (event.code === WRONG_ORIGIN) { isStopped = true; return; }
    if (!wasOpen) failures += 1;
    again();
  };
}

function again() {
  if (isStopped) return;
  hear({ type: "offline" });
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures);
  setTimeout(open, wait * (0.75 + Math.random() / 2));
}

async function poll() {
  while (!isStopped) {
    try {
      const answer = await fetch(`${address}poll?after=${position}&wait=${POLL_SECONDS}`, { headers: { Accept: "application/json" } });
      if (answer.status === 401) { isStopped = true; location.reload(); return; }
      if (!answer.ok) throw new Error(`${answer.status}`);
      const news = await answer.json();
      hear({ type: "online" });
      for (const message of news.messages) hear(message);
      if (news.refetch) hear({ type: "refetch", position: news.position });
      position = Math.max(position, news.position);
      failures = POLL_AFTER;
    } catch {
      failures = Math.min(failures + 1, POLL_AFTER + 4);
      hear({ type: "offline" });
      await new Promise((resolve) => { setTimeout(resolve, Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures)); });
    }
  }
}

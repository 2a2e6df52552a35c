// Behaviours: small named parts of a page. `data-behaviour="menu copy"` attaches two; each lives in one file of `behaviours/`.
// An element may come and go at any time (fragments are swapped in); what `attach` returns is called when it is gone.

const known = new Map();
const attached = new WeakMap();

export function define(name, attach) {
  known.set(name, attach);
}

function enter(element) {
  const mine = attached.get(element) ?? new Map();
  for (const name of element.dataset.behaviour.split(/\s+/)) {
    if (name && known.has(name) && !mine.has(name)) mine.set(name, known.get(name)(element) ?? null);
  }
  attached.set(element, mine);
}

function leave(element) {
  for (const detach of attached.get(element)?.values() ?? []) detach?.();
  attached.delete(element);
}

function each(node, deed) {
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  if (node.dataset?.behaviour) deed(node);
  for (const element of node.querySelectorAll("[data-behaviour]")) deed(element);
}

export function start(root = document.documentElement) {
  each(root, enter);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.removedNodes) if (!node.isConnected) each(node, leave);
      for (const node of change.addedNodes) if (node.isConnected) each(node, enter);
    }
  }).observe(root, { childList: true, subtree: true });
}

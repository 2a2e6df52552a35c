// Requests that are no navigation: with the CSRF token, failing loudly.

export function token() {
  return document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

export async function post(address, fields = {}, { keepalive = false, signal } = {}) {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  const answer = await fetch(address, {
    method: "POST", body, keepalive, signal,
    headers: { "X-CSRFToken": token(), "X-Requested-With": "fetch" },
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer;
}

export async function text(address, { signal } = {}) {
  const headers = { "HX-Request": "true", "HX-Current-URL": location.href, "X-Requested-With": "fetch" };
  const answer = await fetch(address, { headers, signal });
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
  return answer.text();
}

// Go to an address the way a link of this page does: only what changes is swapped.
export function visit(address, { target = "body", select, swap = "outerHTML show:none", push = true } = {}) {
  if (!window.htmx) { location.assign(address); return Promise.resolve(); }
  return window.htmx.ajax("GET", address, {
    target: target === "body" ? document.body : target, select, swap: target === "body" ? "innerHTML" : swap,
    push: push ? address : undefined,
  }).then(() => { if (push) history.pushState({ htmx: true }, "", address); });
}

// The one script of customers' pages; they work without it. It tells the surrounding page how tall the form is,
// and does the work that a form asks of browsers while spam comes in masses.

function tell() {
  parent.postMessage({ type: "balcao:height", height: document.documentElement.offsetHeight }, "*");
}

if (parent !== window) {
  new ResizeObserver(tell).observe(document.documentElement);
  tell();
}

// Hashcash: a number for which SHA-256 over "token:number" begins with so many zero bits.
async function work(token, bits) {
  const encoder = new TextEncoder();
  for (let number = 0; ; number += 1) {
    const digest = new DataView(await crypto.subtle.digest("SHA-256", encoder.encode(`${token}:${number}`)));
    if (digest.getUint32(0) >>> (32 - bits) === 0) return String(number);
  }
}

for (const form of document.querySelectorAll("form[data-work-bits]")) {
  const bits = Math.min(Number(form.dataset.workBits), 24);
  if (!bits || !crypto.subtle) continue;
  const done = work(form.elements.token.value, bits).then((number) => { form.elements.work.value = number; });
  form.addEventListener("submit", async (event) => {
    if (form.elements.work.value) return;
    event.preventDefault();
    await done;
    form.submit();
  });
}

// Puts a contact form into this page. It stands in a frame of its own, so neither side can touch the other.
(() => {
  const facts = {{ facts|tojson }};
  const origin = new URL(facts.origin).origin;
  for (const place of document.querySelectorAll(`[data-balcao-form="${facts.key}"]:empty`)) {
    const frame = document.createElement("iframe");
    const language = place.dataset.language ?? document.documentElement.lang;
    frame.src = `${facts.address}?embed=1${language ? `&lang=${encodeURIComponent(language.toLowerCase())}` : ""}`;
    frame.title = facts.title;
    frame.loading = "lazy";
    frame.style.cssText = "inline-size:100%;block-size:46rem;border:0;display:block";
    place.append(frame);
    window.addEventListener("message", (event) => {
      if (event.origin !== origin || event.source !== frame.contentWindow) return;
      const height = event.data?.type === "balcao:height" ? Number(event.data.height) : 0;
      if (height > 0 && height < 10000) frame.style.blockSize = `${Math.ceil(height)}px`;
    });
  }
})();

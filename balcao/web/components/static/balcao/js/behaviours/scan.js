// A field that a scanner types into, and where the browser can read codes by itself, the camera of a phone.
import { define } from "../behaviour.js";
import { say } from "../say.js";

const FORMATS = ["code_128", "qr_code"];
const EVERY = 200; // milliseconds between two looks

define("scan", (form) => {
  const field = form.querySelector("input[name=q]");
  const button = form.querySelector("[data-scan-open]");
  const view = form.querySelector("[data-scan-view]");
  let stream = null;
  let timer = 0;

  const stop = () => {
    clearTimeout(timer);
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    view.hidden = true;
  };

  const look = async (detector) => {
    const [code] = await detector.detect(view).catch(() => []);
    if (!stream) return;
    if (!code) {
      timer = setTimeout(look, EVERY, detector);
      return;
    }
    stop();
    field.value = code.rawValue;
    form.requestSubmit();
  };

  const open = async () => {
    if (stream) return stop();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      return say(form.dataset.missing);
    }
    view.srcObject = stream;
    view.hidden = false;
    await view.play();
    look(new BarcodeDetector({ formats: FORMATS }));
  };

  if ("BarcodeDetector" in window && navigator.mediaDevices) {
    button.hidden = false;
    button.addEventListener("click", open);
  }
  field.select();
  return stop;
});

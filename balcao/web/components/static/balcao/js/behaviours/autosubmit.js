// A form whose choice is its whole purpose is sent as soon as one is made.
import { define } from "../behaviour.js";

define("autosubmit", (form) => {
  form.addEventListener("change", () => form.requestSubmit());
});

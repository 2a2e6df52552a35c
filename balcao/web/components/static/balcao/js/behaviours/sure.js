// A form whose deed cannot be taken back asks once more.
import { define } from "../behaviour.js";

define("sure", (form) => {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.sure)) event.preventDefault();
  });
});

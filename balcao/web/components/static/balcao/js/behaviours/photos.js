// Photos of a form: taken up as soon as they are chosen, shown as chips, sent along by their numbers.
import { define } from "../behaviour.js";
import { post } from "../http.js";
import { say } from "../say.js";

define("photos", (field) => {
  const chips = field.querySelector("[data-files]");
  const input = field.querySelector("input[type=file]");
  const take = async (files) => {
    for (const file of files) {
      const fields = new FormData();
      fields.append("mode", "stage");
      fields.append("file", file, file.name || "image.png");
      field.setAttribute("aria-busy", "true");
      try {
        chips.insertAdjacentHTML("beforeend", await (await post(field.dataset.upload, fields)).text());
        for (const hidden of chips.querySelectorAll("input[name=file]")) hidden.name = field.dataset.name;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      } catch {
        say(`${field.dataset.refused} ${file.name}`, { late: true });
      }
      field.removeAttribute("aria-busy");
    }
  };
  input.addEventListener("change", () => { const files = [...input.files]; input.value = ""; take(files); });
  field.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-drop-file]")?.closest(".file");
    if (!chip) return;
    chip.remove();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
});

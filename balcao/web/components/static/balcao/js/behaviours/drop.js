// Files come by drop, by paste or by the paper clip; each is taken up at once and shown as a chip.
import { define } from "../behaviour.js";
import { post } from "../http.js";
import { say } from "../say.js";

define("drop", (form) => {
  const chips = form.querySelector("[data-files]");
  const input = form.querySelector("input[type=file]");
  const take = async (files) => {
    for (const file of files) {
      const fields = new FormData();
      fields.append("mode", form.elements.mode.value);
      fields.append("file", file, file.name || "image.png");
      form.setAttribute("aria-busy", "true");
      try {
        chips.insertAdjacentHTML("beforeend", await (await post(form.dataset.upload, fields)).text());
      } catch {
        say(`${form.dataset.refused} ${file.name}`, { late: true });
      }
      form.removeAttribute("aria-busy");
    }
  };
  const onPaste = (event) => {
    const files = [...event.clipboardData.files];
    if (files.length) { event.preventDefault(); take(files); }
  };
  const onOver = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("dropping");
  };
  const onDrop = (event) => {
    form.classList.remove("dropping");
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  };
  form.addEventListener("paste", onPaste);
  form.addEventListener("dragover", onOver);
  form.addEventListener("dragleave", () => form.classList.remove("dropping"));
  form.addEventListener("drop", onDrop);
  form.addEventListener("click", (event) => { event.target.closest("[data-drop-file]")?.closest(".file").remove(); });
  input?.addEventListener("change", () => { take([...input.files]); input.value = ""; });
});

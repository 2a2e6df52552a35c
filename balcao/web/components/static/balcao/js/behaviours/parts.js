// Parts of a form that matter only with certain answers elsewhere in it: `data-shown-if="name=value other=value"`, any of them.
import { define } from "../behaviour.js";

define("parts", (form) => {
  const parts = () => [...form.querySelectorAll("[data-shown-if]")];
  const value = (name) => {
    const field = form.elements[name];
    return field?.type === "checkbox" ? String(field.checked) : (field?.value ?? "");
  };
  const holds = (condition) => condition.split(" ").some((one) => {
    const [name, wanted] = one.split("=");
    const first = form.elements[name];
    const field = first instanceof RadioNodeList ? first[0] : first;
    return value(name) === wanted && !field?.closest("[data-shown-if]")?.hidden;
  });
  const look = () => {
    // What a hidden part would decide does not count, so look again until nothing changes.
    for (let left = 4; left; left -= 1) {
      for (const part of parts()) part.hidden = !holds(part.dataset.shownIf);
    }
    for (const group of form.querySelectorAll(".part")) {
      const shown = [...group.querySelectorAll(".part-fields > *")];
      group.hidden = shown.length > 0 && shown.every((part) => part.hidden);
    }
  };
  form.addEventListener("change", look);
  look();
});

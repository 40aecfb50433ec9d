// The day asked about: today, a generation of QPV, or any other.

import { byId } from "./dom.js";

const OTHER = "other";

/** Show a day ("" for today) and call `onChange(day)` when the user chooses another one. */
export function watchDates(day, onChange) {
  const choices = [...document.querySelectorAll("#dates input[name=day]")];
  const field = byId("day");

  const other = choices.find((choice) => choice.value === OTHER);
  const shown = choices.find((choice) => choice.value === day) ?? other;
  shown.checked = true;
  if (shown === other) field.value = day;
  byId("other-day").hidden = shown !== other;

  byId("dates").addEventListener("change", (event) => {
    byId("other-day").hidden = !other.checked;
    if (event.target === other) {
      field.focus();
      if (!field.value) return;
    }
    const chosen = other.checked ? field.value : choices.find((choice) => choice.checked).value;
    if (chosen === "" && other.checked) return; // a date that is not typed to its end
    if (field.validity.valid) onChange(chosen);
  });
}

"use strict";

/* Everything that is drawn, as a table: what a screen reader reads, and what can be copied. */

const ROWS_AT_ONCE = 100;

function setUpTable(layers, cells) {
  const dialog = document.querySelector("#table");
  const choice = dialog.querySelector("select");
  const more = dialog.querySelector(".more");
  const body = dialog.querySelector("tbody");
  let rows = [];
  const extend = () => {
    const shown = body.children.length;
    body.append(...rows.slice(shown, shown + ROWS_AT_ONCE).map(tableRow));
    more.hidden = body.children.length >= rows.length;
    dialog.querySelector(".count").textContent = `${body.children.length} ligne${body.children.length > 1 ? "s" : ""} sur ${rows.length}`;
  };
  const fill = () => {
    const table = choice.value === "cells" ? cellTable(cells) : featureTable(layers, Number(choice.value));
    rows = table.rows;
    dialog.querySelector("caption").textContent = choice.selectedOptions[0].textContent;
    dialog.querySelector("thead tr").replaceChildren(...table.columns.map(columnHeading));
    body.replaceChildren();
    extend();
  };
  choice.addEventListener("change", fill);
  more.addEventListener("click", extend);
  document.querySelector("#open-table").addEventListener("click", () => {
    fill();
    dialog.showModal();
  });
  dialog.querySelector(".close").addEventListener("click", () => dialog.close());
}

function featureTable(layers, index) {
  const features = drawnFeatures([layers[index]]).map(({ properties }) => properties);
  const labels = [...new Set(features.flatMap(({ rows }) => rows.map(([label]) => label)))];
  const valuesOf = ({ title, rows }) => [
    title,
    ...labels.map((label) => rows.filter(([own]) => own === label).map(([, value]) => value).join("\u00a0; ")),
  ];
  return { columns: ["Nom", ...labels], rows: features.map(valuesOf) };
}

function cellTable(cells) {
  const columns = cells.columns();
  const last = columns[columns.length - 1];
  const ordered = [last, ...columns.slice(0, -1)];
  const rows = Array.from({ length: cells.count() }, (_, row) => ordered.map(({ texts, ranks }) => texts[ranks[row]]));
  return { columns: ordered.map(({ label }) => label), rows };
}

function columnHeading(text) {
  const heading = textElement("th", text);
  heading.scope = "col";
  return heading;
}

function tableRow([name, ...values]) {
  const row = document.createElement("tr");
  const heading = textElement("th", name);
  heading.scope = "row";
  row.append(heading, ...values.map((value) => textElement("td", value)));
  return row;
}

// The top of the front page by drag and drop; the buttons do the same without it.
"use strict";
(() => {
  const list = document.querySelector("[data-front]");
  if (!list) return;
  const rows = [...list.children];
  let dragged = null;
  const clear = () => rows.forEach((row) => row.classList.remove("nb-front-over", "nb-front-dragged"));
  for (const row of rows) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
      dragged = row;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", row.dataset.place);
      row.classList.add("nb-front-dragged");
    });
    row.addEventListener("dragover", (event) => {
      if (!dragged || dragged === row) return;
      event.preventDefault();
      clear();
      dragged.classList.add("nb-front-dragged");
      row.classList.add("nb-front-over");
    });
    row.addEventListener("drop", (event) => {
      if (!dragged || dragged === row) return;
      event.preventDefault();
      const form = dragged.querySelector("[data-move]");
      const target = document.createElement("input");
      target.type = "hidden";
      target.name = "to";
      target.value = row.dataset.place;
      form.append(target);
      form.submit();
    });
    row.addEventListener("dragend", () => {
      dragged = null;
      clear();
    });
  }
  // Sent once, however often the button is pressed.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });
})();

/* What must stay in sight is chosen by a click on the picture; the fields say the same in numbers. */
(() => {
  "use strict";
  const whole = document.querySelector("[data-focal]");
  const x = document.getElementById("nb-focal_x");
  const y = document.getElementById("nb-focal_y");
  if (!whole || !x || !y) return;
  const mark = whole.querySelector("circle");
  const area = whole.querySelector("svg").viewBox.baseVal;
  const crops = document.querySelectorAll(".nb-crops img");

  function show() {
    const at = [x, y].map((field) => Math.min(100, Math.max(0, Number(field.value) || 0)));
    mark.setAttribute("cx", (area.width * at[0]) / 100);
    mark.setAttribute("cy", (area.height * at[1]) / 100);
    // In the steps that the readers' pages know.
    for (const crop of crops) crop.className = `nb-x${Math.round(at[0] / 25)} nb-y${Math.round(at[1] / 25)}`;
  }

  whole.classList.add("nb-aim");
  document.querySelector("[data-focal-hint]").hidden = false;
  whole.addEventListener("click", (event) => {
    const box = whole.getBoundingClientRect();
    x.value = Math.round(((event.clientX - box.left) / box.width) * 100);
    y.value = Math.round(((event.clientY - box.top) / box.height) * 100);
    show();
  });
  for (const field of [x, y]) field.addEventListener("input", show);
})();

/* A button that copies what stands in a field; without script the field is copied by hand. */
(() => {
  "use strict";
  for (const button of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    button.hidden = false;
    field.select();
    button.addEventListener("click", async () => {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        // Pages without https have no clipboard; what is selected is copied as of old.
        document.execCommand("copy");
      }
      button.textContent = button.dataset.copied;
      button.setAttribute("aria-live", "polite");
    });
  }
})();

/* Who else is in the story: the page says that it is open, hears of others, and says when it is
   closed. Where that fails nothing is lost; the next time is in a moment. */
(() => {
  "use strict";
  const line = document.querySelector("[data-here]");
  const form = document.querySelector("form[data-story]");
  if (!line || !form) return;
  const EVERY = 20_000;
  const TOKEN = "[name=csrf_token]";

  function said(more) {
    const data = new FormData();
    for (const name of ["csrf_token", "base", "sitting"]) {
      const field = form.elements[name];
      if (field) data.set(name, field.value);
    }
    for (const [name, value] of Object.entries(more || {})) data.set(name, value);
    return data;
  }

  function show(answer) {
    const parts = [];
    if (answer.others && answer.others.length)
      parts.push(`${line.dataset.others} ${answer.others.join(", ")}`);
    if (answer.saved_by) parts.push(`${line.dataset.saved} ${answer.saved_by.name}`);
    const words = parts.join(". ");
    // A status that is written anew is read anew.
    if (line.textContent.trim() !== words) line.textContent = words;
    line.hidden = !words;
  }

  async function tell(again) {
    // A story that is just being begun has no address yet.
    if (!line.dataset.here || (document.hidden && !again)) return;
    try {
      const answer = await fetch(line.dataset.here, {
        method: "POST", body: said(), credentials: "same-origin",
        headers: { Accept: "application/json" },
      });
      if (!(answer.headers.get("Content-Type") || "").includes("json")) return;
      const told = await answer.json();
      if (answer.ok) show(told);
      // The page was open for too long: what it sends from now on carries another token.
      else if (told.csrf_token && !again) {
        for (const field of document.querySelectorAll(TOKEN)) field.value = told.csrf_token;
        await tell(true);
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // no network: the next time tells
    }
  }

  document.addEventListener("visibilitychange", () => tell());
  addEventListener("pageshow", () => tell());
  addEventListener("pagehide", () => {
    if (line.dataset.here) navigator.sendBeacon(line.dataset.here, said({ leave: "1" }));
  });
  setInterval(tell, EVERY);
})();

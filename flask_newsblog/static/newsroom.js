/* The queue of comments by keyboard, and without loading the page anew for each of them.

   Everything here is also done by the page's own forms; where something goes wrong, they take
   over. A decision is shown at once and sent behind; one that fails brings its cards back. */
(() => {
  "use strict";
  const form = document.querySelector("[data-queue]");
  if (!form) return;
  const list = form.querySelector("[data-cases]");
  const said = document.querySelector("[data-said-words]");
  const undoing = document.querySelector("[data-undo]");
  const keys = document.querySelector("dialog");
  const KEYS = { a: "approve", r: "reject", s: "spam", d: "delete", h: "hold" };
  const OFF = "newsblog-keys-off";
  // Cards begin to be fetched while so many are left.
  const FEW = 10;

  let here = null;
  let last = Promise.resolve();
  let pending = 0;
  let byForm = false;
  let fetching = false;
  // What was done since the page was loaded, the newest at the end: its batch, and where its cards were.
  const done = [];
  const decided = new Set();

  const cards = () => [...list.children];
  const selected = () => cards().filter((card) => card.querySelector("[name=comment]").checked);

  function go(card, focus = true) {
    if (here) here.classList.remove("nb-here");
    here = card;
    if (!card) return;
    card.classList.add("nb-here");
    if (focus) card.focus();
  }

  function say(words, batch) {
    said.textContent = words;
    undoing.elements.batch.value = batch || "";
    undoing.hidden = !batch;
  }

  function count(counts) {
    for (const place of document.querySelectorAll("[data-count]")) {
      if (place.dataset.count in counts) place.textContent = counts[place.dataset.count];
    }
  }

  function isEmpty() {
    const next = document.querySelector("[data-more] a");
    const empty = form.querySelector("[data-empty]");
    empty.hidden = list.children.length > 0 || Boolean(next);
    return !empty.hidden && empty;
  }

  /* Take cards off the list; what is returned puts them back where they were. */
  function takeOff(gone) {
    const focused = gone.some((card) => card.contains(document.activeElement));
    const rest = cards().filter((card) => !gone.includes(card));
    const at = cards().indexOf(gone.includes(here) || !here ? gone[0] : here);
    const next = cards().slice(at).find((card) => rest.includes(card)) || rest[rest.length - 1];
    const places = gone.map((card) => {
      const place = document.createComment("");
      decided.add(card.id);
      card.replaceWith(place);
      card.querySelector("[name=comment]").checked = false;
      return [card, place];
    });
    go(next || null, focused);
    const empty = isEmpty();
    if (empty && focused) empty.focus();
    tell();
    return (ids) => {
      const back = places.filter(([card]) => !ids || ids.includes(Number(card.dataset.id)));
      for (const [card, place] of back) {
        decided.delete(card.id);
        place.replaceWith(card);
      }
      isEmpty();
      if (back.length) go(back[0][0]);
    };
  }

  function tell() {
    const place = form.querySelector("[data-selected]");
    place.dataset.plain ??= place.textContent;
    const n = selected().length;
    place.textContent = n ? `${place.dataset.plain} (${n})` : place.dataset.plain;
  }

  /* The page may have been open for longer than its token is good. */
  async function renew() {
    const answer = await fetch(location.href, { redirect: "error" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const given of fresh.querySelectorAll("[data-queue] > input[type=hidden]")) {
      for (const old of document.getElementsByName(given.name)) old.value = given.value;
    }
  }

  async function ask(address, fields, again = true) {
    const body = new URLSearchParams(fields);
    for (const hidden of form.querySelectorAll("input[type=hidden]")) body.append(hidden.name, hidden.value);
    const answer = await fetch(address, {
      method: "POST", body, headers: { Accept: "application/json" }, redirect: "error", keepalive: true,
    });
    if (answer.status === 400 && again) {
      await renew();
      return ask(address, fields, false);
    }
    if (!answer.ok) {
      // The page itself then shows what is wrong, such as a session that has ended.
      byForm = true;
      throw new Error(form.dataset.refused);
    }
    return answer.json();
  }

  /* One after the other: what is undone was done before, and the counts are of the end. */
  function inTurn(work) {
    pending += 1;
    last = last.then(work).finally(() => { pending -= 1; });
  }

  function act(verb, chosen, note) {
    const able = chosen.filter((card) => card.querySelector(`[name="${verb}"]`));
    if (!able.length) return;
    const putBack = takeOff(able);
    inTurn(async () => {
      try {
        const fields = able.flatMap((card) => {
          const { name, value } = card.querySelector("[name^=seen-]");
          return [["comment", card.dataset.id], [name, value]];
        });
        const answer = await ask(form.action, [["selected", verb], ["note", note || ""], ...fields]);
        count(answer.counts);
        if (answer.batch) done.push({ batch: answer.batch, putBack });
        say(answer.words, answer.batch);
      } catch (error) {
        putBack();
        say(error instanceof TypeError ? form.dataset.lost : error.message);
      }
    });
    more();
  }

  function undo() {
    inTurn(async () => {
      const batch = undoing.elements.batch.value;
      if (!batch) return;
      const mine = done.find((one) => one.batch === batch);
      if (!mine) {
        undoing.submit();
        return;
      }
      try {
        const answer = await ask(undoing.action, [["batch", batch]]);
        done.splice(done.indexOf(mine), 1);
        mine.putBack(answer.changed);
        count(answer.counts);
        say(answer.words, done.length ? done[done.length - 1].batch : "");
      } catch (error) {
        say(error instanceof TypeError ? form.dataset.lost : error.message, batch);
      }
    });
  }

  /* Bring in the cards of the next page before the last ones here are worked off. */
  async function more() {
    const paging = document.querySelector("[data-more]");
    const next = paging.querySelector("a");
    if (fetching || list.children.length > FEW || (!next && list.children.length)) return;
    fetching = true;
    try {
      // Where all are worked off, others may have come in meanwhile.
      if (!next) await last;
      const answer = await fetch(next ? next.href : form.dataset.queue, { redirect: "error" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const known = new Set([...cards().map((card) => card.id), ...decided]);
      for (const card of page.querySelectorAll("[data-cases] > *")) {
        if (!known.has(card.id)) list.append(document.adoptNode(card));
      }
      paging.replaceChildren(...page.querySelector("[data-more]").childNodes);
      const nowhere = [document.body, form.querySelector("[data-empty]")];
      if (!here) go(list.firstElementChild, nowhere.includes(document.activeElement));
    } catch {
      // The link is still there, to be followed.
    } finally {
      fetching = false;
      const empty = isEmpty();
      if (empty && document.activeElement === document.body) empty.focus();
    }
  }

  function step(by) {
    const all = cards();
    const at = all.indexOf(here);
    const focused = here && here.contains(document.activeElement);
    // The first one is marked before anybody has gone there.
    go(all[focused || by < 0 ? Math.min(Math.max(at + by, 0), all.length - 1) : Math.max(at, 0)] || null);
  }

  const press = {
    j: () => step(1),
    k: () => step(-1),
    x: () => {
      if (!here) return;
      const box = here.querySelector("[name=comment]");
      box.checked = !box.checked;
      tell();
    },
    R: () => {
      const why = here && here.querySelector(".nb-why");
      if (!why) return;
      why.open = true;
      why.querySelector("input").focus();
    },
    e: () => { if (here) location.assign(`${here.querySelector("[data-open]").href}#edit`); },
    z: undo,
    "/": () => { const search = document.querySelector("[type=search]"); search.focus(); search.select(); },
    "?": () => keys.showModal(),
  };

  function areOn() {
    try { return localStorage.getItem(OFF) === null; } catch { return true; }
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat && event.key !== "j" && event.key !== "k") return;
    if (event.key === "Escape" && event.target.matches("[type=search], .nb-why input")) {
      (here || form).focus();
      return;
    }
    const typing = "input:not([type=checkbox]), textarea, select, [contenteditable], dialog";
    if (event.target.closest?.(typing) || (event.key !== "?" && !areOn())) return;
    const verb = KEYS[event.key];
    if (verb) {
      const chosen = selected().length ? selected() : here ? [here] : [];
      act(verb, chosen);
    } else if (Object.hasOwn(press, event.key)) {
      press[event.key]();
    } else return;
    event.preventDefault();
  });

  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (byForm || !button) return;
    event.preventDefault();
    if (button.name === "selected") {
      if (selected().length) act(button.value, selected());
      else say(form.dataset.next);
      return;
    }
    const card = button.closest("li");
    const note = button.closest(".nb-why") ? card.querySelector(".nb-why input").value : "";
    act(button.name, [card], note);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches(".nb-why input") || event.isComposing) return;
    event.preventDefault();
    event.target.closest(".nb-why").querySelector("button").click();
  });
  undoing.addEventListener("submit", (event) => {
    if (byForm || !done.some((one) => one.batch === undoing.elements.batch.value)) return;
    event.preventDefault();
    undo();
  });
  form.addEventListener("change", tell);
  list.addEventListener("focusin", (event) => {
    const card = event.target.closest("li");
    if (card && card !== here) go(card, false);
  });
  addEventListener("beforeunload", (event) => { if (pending) event.preventDefault(); });

  const open = document.querySelector("[data-keys]");
  const on = keys.querySelector("[data-keys-on]");
  open.hidden = false;
  open.addEventListener("click", () => keys.showModal());
  on.checked = areOn();
  on.addEventListener("change", () => {
    try {
      if (on.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
    } catch {
      // A browser that keeps nothing has the keys on.
    }
  });
  if (matchMedia("(hover: hover)").matches) go(list.firstElementChild, false);
})();

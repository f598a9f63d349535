/* The words of a story, brought to the server by and by; the browser keeps what it has not got.

   `newsblogEditor.keep` is told of each change. What it says of the state is what an answer
   of the server said, or that there was none. */
(() => {
  "use strict";
  // Milliseconds: after the last letter, at most since the first one, and before another try.
  const PAUSE = 2500, LONGEST = 10000, AGAIN = 5000, SELDOM = 30000;
  // Bytes that a browser sends of a page that is closed already.
  const FAREWELL = 60000;
  const BESIDE = ["csrf_token", "base", "sitting", "taken", "names"];
  const WEEK = 7 * 24 * 3600 * 1000;

  newsblogEditor.keep = (form, { fields, fill, changed }) => {
    const say = newsblogEditor.say;
    const state = form.querySelector("[data-state]");
    const aloud = form.querySelector("[data-state-aloud]");
    const others = form.querySelector("[data-others]");
    let sitting = form.elements.sitting.value;
    let typed = 0, known = 0, timer = 0, first = 0, busy = null, tries = 0, leaving = false, shownEntry = "";

    const prefix = () => `newsblog:${form.dataset.blog}:${form.dataset.keeper}:${form.dataset.story || "new"}:`;
    const key = () => prefix() + sitting;
    const time = (iso) => new Intl.DateTimeFormat(document.documentElement.lang || undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(iso));

    function show(words, loud = false) {
      state.textContent = words;
      aloud.textContent = loud ? words : "";
    }

    /* What the browser keeps, until the server has it. */
    function keepHere() {
      try {
        if (typed === known) localStorage.removeItem(key());
        else localStorage.setItem(key(), JSON.stringify({ at: new Date().toISOString(), base: form.elements.base.value, turn: typed, fields: fields() }));
        return true;
      } catch {
        return false;
      }
    }

    function forget(entry) {
      try { localStorage.removeItem(entry); } catch { /* nothing is kept then */ }
    }

    function kept() {
      const entries = [];
      try {
        for (let at = 0; at < localStorage.length; at += 1) {
          const name = localStorage.key(at);
          if (name.startsWith(prefix()) && name !== key()) entries.push([name, JSON.parse(localStorage.getItem(name))]);
        }
      } catch {
        return [];
      }
      return entries.filter(([name, entry]) => {
        if (Date.now() - Date.parse(entry.at) < 8 * WEEK) return true;
        forget(name);
        return false;
      });
    }

    const same = (some, more) => JSON.stringify(some.filter(([name]) => !BESIDE.includes(name))) === JSON.stringify(more.filter(([name]) => !BESIDE.includes(name)));

    /* Words of a page that was closed before the server had them. */
    async function offer() {
      const open = navigator.locks ? (await navigator.locks.query()).held.map((lock) => lock.name) : [];
      const box = form.querySelector("[data-kept]");
      const found = kept().filter(([name, entry]) => {
        if (open.includes(name)) return false;
        if (!same(entry.fields, fields())) return true;
        forget(name);
        return false;
      }).sort((a, b) => (a[1].at < b[1].at ? 1 : -1))[0];
      box.hidden = !found;
      if (!found) return;
      const [name, entry] = found;
      const day = new Date(entry.at).toDateString() === new Date().toDateString() ? "" : `${new Date(entry.at).toLocaleDateString(document.documentElement.lang || undefined)}, `;
      box.querySelector("[data-kept-words]").textContent = say("found", { time: day + time(entry.at) });
      box.querySelector("[data-kept-show]").onclick = () => {
        fill(entry.fields);
        // They were written from an older state; what others saved since is then brought in.
        form.elements.base.value = entry.base;
        shownEntry = name;
        box.hidden = true;
        // Without locks the other page may still be open, and two must not be taken for one.
        if (!form.dataset.story && navigator.locks) resume(name, entry);
        change();
      };
      box.querySelector("[data-kept-drop]").onclick = () => { forget(name); offer(); };
    }

    /* A story that another page began goes on as that page: the server may have its words
       without the browser having heard of it, and would make two of it. */
    function resume(name, entry) {
      sitting = form.elements.sitting.value = name.slice(prefix().length);
      typed = Math.max(typed, entry.turn || 0);
      hold();
    }

    function arrived(count) {
      known = Math.max(known, count);
      tries = 0;
      if (typed === known && shownEntry) {
        forget(shownEntry);
        shownEntry = "";
      }
      keepHere();
    }

    function missed(words) {
      tries += 1;
      show(keepHere() ? words || say("here") : say("nowhere"), true);
      plan(tries > 3 ? SELDOM : AGAIN);
    }

    function body(more) {
      const sent = new URLSearchParams(fields());
      // Of two that cross on the way the later one counts.
      sent.append("turn", typed);
      for (const [name, value] of Object.entries(more || {})) sent.append(name, value);
      return sent;
    }

    async function renew() {
      const page = await fetch(form.action, { redirect: "manual" });
      const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
      const token = fresh.querySelector("[data-writing] [name=csrf_token]");
      if (token) form.elements.csrf_token.value = token.value;
      return Boolean(token);
    }

    /* Send the fields; the answer, or why there was none, in words. */
    async function send(address, more, again = true) {
      let answer;
      try {
        answer = await fetch(address, { method: "POST", body: body(more), headers: { Accept: "application/json" }, redirect: "manual" });
      } catch {
        return { status: 0, told: {}, why: "" };
      }
      const isJson = (answer.headers.get("Content-Type") || "").includes("application/json");
      const told = isJson ? await answer.json().catch(() => ({})) : {};
      const out = answer.status === 401 || answer.type === "opaqueredirect";
      if (answer.status === 400 && again) {
        if (told.csrf_token) form.elements.csrf_token.value = told.csrf_token;
        if (told.csrf_token || await renew().catch(() => false)) return send(address, more, false);
      }
      const good = answer.ok && isJson;
      return { status: good ? 200 : answer.status || 401, told, why: out ? say("signedout") : good ? "" : told.problem || "" };
    }

    /* The story has an address of its own from its first words on. */
    function settle(told) {
      if (!told.url || form.dataset.story) return;
      const old = key();
      form.dataset.story = told.id;
      form.dataset.autosave = told.autosave || "";
      form.action = told.url;
      const here = document.querySelector("[data-here]");
      if (here) here.dataset.here = told.here || "";
      history.replaceState(history.state, "", told.url);
      forget(old);
      hold();
    }

    function tellOfOthers(told) {
      // Where the page has a line of its own for it, that is kept by another script.
      if (document.querySelector("[data-here]:not([data-here=''])") || (!told.others && !told.saved_by)) return;
      const lines = [];
      if (told.others?.length) lines.push(say("others", { names: told.others.join(", ") }));
      if (told.saved_by) lines.push(say("savedby", { name: told.saved_by.name }));
      others.textContent = lines.join(" ");
    }

    async function autosave() {
      clearTimeout(timer);
      timer = first = 0;
      if (busy || typed === known) return;
      const address = form.dataset.story ? form.dataset.autosave : form.action;
      if (!address) {
        show(say(keepHere() ? "here" : "nowhere"));
        return;
      }
      const count = typed;
      show(say("saving"));
      busy = send(address);
      const { status, told, why } = await busy;
      busy = null;
      if (status !== 200) {
        missed(why);
        return;
      }
      settle(told);
      arrived(count);
      tellOfOthers(told);
      if (typed === known) show(say("kept", { time: time(told.saved) }));
      else {
        show(say("waiting"));
        plan();
      }
    }

    function plan(wait) {
      const empty = !form.dataset.story && !form.elements.title.value.trim() && !form.elements.body.value.trim();
      if (empty) return;
      first ||= Date.now();
      clearTimeout(timer);
      timer = setTimeout(autosave, wait ?? Math.max(0, Math.min(PAUSE, first + LONGEST - Date.now())));
    }

    function change() {
      typed += 1;
      changed();
      if (!busy) show(say("waiting"));
      keepHere();
      if (tries === 0) plan();
      else if (!timer) plan(AGAIN);
    }

    /* Save, as the button says; what comes back is shown by whoever asked. */
    async function save() {
      clearTimeout(timer);
      while (busy) await busy;
      const count = typed;
      show(say("saving"));
      busy = send(form.action, { do: "save" });
      const result = await busy;
      busy = null;
      const { status, told, why } = result;
      if (status === 200) {
        settle(told);
        // Where others' words came in, those stand on the page that comes and not on this one:
        // what was typed meanwhile goes on from where this page stood.
        if (!told.reload) form.elements.base.value = told.base;
        arrived(count);
        others.textContent = "";
        show(typed === known ? say("saved", { time: time(told.saved) }) : say("waiting"), true);
        if (typed !== known) plan();
      } else if (status === 409 || status === 422) {
        show(why || say("waiting"), true);
        if (typed !== known) plan();
      } else {
        if (typed === known) { typed += 1; }
        missed(why);
      }
      return result;
    }

    /* The page is put away, perhaps for good. */
    function farewell() {
      if (typed === known) return;
      keepHere();
      const address = form.dataset.story ? form.dataset.autosave : form.action;
      const words = body();
      if (!address || leaving || (!form.dataset.story && !form.elements.title.value.trim() && !form.elements.body.value.trim())) return;
      const count = typed;
      fetch(address, { method: "POST", body: words, headers: { Accept: "application/json" }, redirect: "manual", keepalive: words.toString().length < FAREWELL })
        .then(async (answer) => {
          if (!answer.ok) return;
          settle(await answer.json());
          arrived(count);
        })
        // The browser keeps them, and sends them when the page comes back.
        .catch(() => {});
    }

    /* Other pages of this browser see by the lock that this one is open. */
    function hold() {
      navigator.locks?.request(key(), { mode: "shared" }, () => new Promise(() => {}));
    }

    addEventListener("pagehide", farewell);
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") farewell(); });
    addEventListener("online", () => { if (typed !== known) plan(0); });
    addEventListener("beforeunload", (event) => { if (typed !== known && !leaving) event.preventDefault(); });
    hold();
    offer();
    return { change, save, leave: () => { leaving = true; keepHere(); } };
  };
})();

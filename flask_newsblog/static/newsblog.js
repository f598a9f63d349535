/* What script adds to a story and its replies. All works without it; docs/replies.md has the reasons. */
(() => {
  "use strict";

  const ME = "newsblog:me", VISIT = 30 * 60000, MONTH = 30 * 86400000;
  const find = (what, where = document) => where.querySelector(what);
  const all = (what, where = document) => [...where.querySelectorAll(what)];
  const parentOf = to => new URLSearchParams(to?.search).get("to") || "";
  const linkTo = parent => all("[data-reply]").find(one => parentOf(one) === parent);
  const here = `comment-${new URLSearchParams(location.search).get("comment")}`;

  dropOld();
  markNew();
  const form = find("[data-reply-form]");
  if (!form) return;

  const fields = form.elements;
  const { comment: text, parent: answers, remember: box, author, email, url } = fields;
  const people = [author, email, url].filter(Boolean);
  const button = find("[type=submit]", form), label = button.textContent;
  const section = find("#respond"), heading = find("#nb-reply-name");
  const cancel = find("[data-reply-cancel]", form);
  const home = new Comment();

  const DRAFT = `newsblog:${form.action}?to=`;
  // That in the box, as this page last knew it
  let draft = { name: DRAFT + answers.value, text: text.defaultValue };
  let link; // under whose comment the form is
  let sending = false;
  let timer;

  section.before(home);
  if (box) remember();
  dropArrived();
  restoreDraft();
  if (text.value) grow();

  text.addEventListener("input", () => { keepDraft(); grow(); });
  text.addEventListener("keydown", event => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  document.addEventListener("click", replyInPlace);
  form.addEventListener("focusin", begin, { once: true });
  form.noValidate = true;
  form.addEventListener("submit", submit);
  addEventListener("pageshow", event => { if (event.persisted) showSending(false); });

  // The browser's memory, which may be forbidden

  function recall(name) {
    try { return JSON.parse(localStorage.getItem(name)); } catch { return null; }
  }

  function keep(name, value) {
    try {
      if (value) localStorage.setItem(name, JSON.stringify(value));
      else localStorage.removeItem(name);
    } catch { /* Then nothing is kept. */ }
  }

  function names(start) {
    try { return Object.keys(localStorage).filter(name => name.startsWith(start)); } catch { return []; }
  }

  function dropOld() {
    for (const name of names("newsblog:")) {
      if (name !== ME && !(recall(name)?.at > Date.now() - MONTH)) keep(name);
    }
  }

  // What came before the readers since the last visit, all by the server's clock

  function markNew() {
    const story = find("[data-story]")?.dataset.story;
    if (!story) return;
    const name = `newsblog:seen:${story}`, at = Date.now(), out = Date.parse(document.lastModified);
    const last = recall(name) || { since: out, at };
    const since = at - last.at > VISIT ? last.out : last.since;
    keep(name, { since, out, at });
    const line = find(".nb-news"), link = document.createElement("a");
    const fresh = all(".nb-comment:not(.nb-waiting)").filter(one =>
      one.id !== here && Date.parse(one.dataset.out || find("time", one)?.dateTime) > since);
    for (const comment of fresh) {
      comment.classList.add("nb-new");
      comment.dataset.new = line.dataset.mark;
    }
    if (!fresh[0]) return;
    link.href = `#${fresh[0].id}`;
    link.textContent = line.dataset.line.replace("%(n)s", fresh.length);
    line.append(link);
  }

  // When the writing began

  async function begin() {
    try {
      const answer = await fetch(form.dataset.challenge);
      if (answer.ok) fields.took.value ||= await answer.text();
    } catch { /* Then nobody knows. */ }
  }

  // Who writes, where the reader has ticked the box

  function remember() {
    const me = recall(ME);
    if (me) {
      for (const field of people) field.value ||= me[field.name] || "";
      box.checked = true;
    }
    box.addEventListener("change", () => { if (!box.checked) keep(ME); });
  }

  // What is written, until the server has it

  function keepDraft(sent) {
    dropDraft();
    draft = { name: DRAFT + answers.value, text: text.value };
    if (draft.text) keep(draft.name, { text: draft.text, sent, at: Date.now() });
  }

  function dropDraft() {
    if (recall(draft.name)?.text === draft.text) keep(draft.name);
  }

  function showDraft(found) {
    draft = found;
    text.value = found.text;
    text.autocomplete = "off";
    grow();
  }

  function dropArrived() {
    const comment = document.getElementById(here);
    const said = letters(comment && find(".nb-comment-body", comment)?.textContent);
    if (!said) return;
    for (const name of names(DRAFT)) {
      const { text: words, sent } = recall(name) || {};
      if ((sent || comment.matches(".nb-waiting")) && letters(words) === said) keep(name);
    }
  }

  function letters(words) {
    return words?.normalize("NFC").replace(/[^\p{L}\p{N}]/gu, "");
  }

  function restoreDraft() {
    if (text.defaultValue) return;
    const to = answers.value;
    const found = names(DRAFT)
      .map(name => {
        const parent = name.slice(DRAFT.length), under = linkTo(parent);
        return { ...recall(name), name, under, fits: parent === to || (!to && !!under) };
      })
      .filter(one => one.fits || !to)
      .sort((a, b) => b.fits - a.fits || b.at - a.at)[0];
    if (!found) return;
    if (found.under) place(found.under);
    showDraft(found);
  }

  function grow() {
    if (CSS.supports("field-sizing", "content")) return;
    text.style.blockSize = "auto";
    text.style.blockSize = `${text.scrollHeight + 2}px`;
  }

  function replyInPlace(event) {
    const pressed = event.target.closest("[data-reply], [data-reply-cancel]");
    if (!pressed || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const to = pressed === cancel ? null : pressed, from = link;
    if (to || from) event.preventDefault();
    if (sending) return;
    move(to);
    (to ? text : from)?.focus();
  }

  function move(to) {
    const name = DRAFT + parentOf(to);
    const waiting = name !== DRAFT + answers.value && recall(name);
    if (text.value !== draft.text) keepDraft();
    place(to);
    if (waiting) showDraft({ ...waiting, name });
    keepDraft();
  }

  function place(to) {
    link = to;
    answers.value = parentOf(to);
    heading.textContent = to ? to.getAttribute("aria-label") : heading.dataset.plain;
    cancel.hidden = !to;
    find(".nb-quoted", section)?.remove();
    if (to) to.closest("li").append(section);
    else home.after(section);
  }

  // What was answered is gone. A draft for the story makes room, under this one's name.
  function answerNobody() {
    const { name } = draft, other = recall(DRAFT);
    place(null);
    keepDraft(true);
    if (other) keep(name, other);
    text.focus();
  }

  // What is wrong is said, and nothing moves that is looked at

  function unsay() {
    for (const old of all(".nb-problem, .nb-error-text", form)) old.remove();
    for (const field of all("[aria-invalid]", form)) field.removeAttribute("aria-invalid");
  }

  function say(words) {
    const problem = document.createElement("p");
    problem.className = "nb-problem";
    problem.setAttribute("role", "alert");
    problem.textContent = words;
    find(".nb-send", form).after(problem);
    problem.scrollIntoView({ block: "nearest" });
  }

  function understand(html) {
    const theirs = find("[data-reply-form]", new DOMParser().parseFromString(html, "text/html"));
    const problem = theirs && find(".nb-problem", theirs);
    if (!problem || all("[name]", theirs).some(field => !fields[field.name])) return false;
    const { parent, nudged } = theirs.elements;
    fields.nudged.value = nudged.value;
    if (answers.value !== parent.value) answerNobody();
    if (find("a", problem)) showErrors(theirs, problem);
    else say(problem.textContent.trim());
    return true;
  }

  function showErrors(theirs, problem) {
    const height = button.getBoundingClientRect().top;
    form.prepend(problem);
    for (const wrong of all("[aria-invalid]", theirs)) {
      const field = fields[wrong.name];
      for (const name of ["aria-invalid", "aria-describedby"]) field.setAttribute(name, wrong.getAttribute(name));
      field.after(find(".nb-error-text", wrong.parentNode) || "");
    }
    scrollBy({ top: button.getBoundingClientRect().top - height, behavior: "instant" });
    find("[aria-invalid]", form)?.focus();
  }

  function showSending(now) {
    clearTimeout(timer);
    sending = now;
    button.style.minInlineSize = now ? `${button.getBoundingClientRect().width}px` : "";
    button.setAttribute("aria-disabled", now);
    button.textContent = now ? form.dataset.sending : label;
  }

  async function submit(event) {
    event.preventDefault();
    if (sending) return;
    const me = people.map(field => [field.name, field.value]);
    if (box) keep(ME, box.checked && Object.fromEntries(me));
    if ((recall(DRAFT + answers.value)?.text || draft.text) === draft.text) keepDraft(true);
    unsay();
    showSending(true);
    let leaving = false;
    try { leaving = await send(text.value); } catch { say(form.dataset.kept); }
    if (leaving) timer = setTimeout(showSending, 10000, false);
    else showSending(false);
  }

  async function send(words) {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      signal: AbortSignal.timeout?.(30000),
    });
    const there = new URL(answer.url);
    if (answer.ok && there.searchParams.has("comment")) arrive(there, words);
    else if (!answer.ok && understand(await answer.text())) return false;
    else form.submit();
    return true;
  }

  function arrive(there, words) {
    // Unless more was written meanwhile
    if (text.value === words) {
      dropDraft();
      text.value = "";
    }
    there.hash = `comment-${there.searchParams.get("comment")}`;
    const same = there.href.split("#")[0] === location.href.split("#")[0];
    location.assign(there);
    if (same) location.reload();
  }
})();

/* What script adds to the reply form. Everything works without it. */
(() => {
  "use strict";

  const ME = "newsblog:me";
  const all = (where, what) => [...where.querySelectorAll(what)];

  dropOld();
  const form = document.querySelector("[data-reply-form]");
  if (!form) return;

  const fields = form.elements;
  const { comment: text, parent: answers, remember: box, author, email, url } = fields;
  const people = [author, email, url].filter(Boolean);
  const button = form.querySelector("[type=submit]");
  const label = button.textContent;
  const section = document.getElementById("respond");
  const heading = document.getElementById("nb-reply-name");
  const cancel = form.querySelector("[data-reply-cancel]");
  const home = new Comment();
  // The server gives back how long it took.
  const took = Number(fields.took.value) || 0;

  // A story has a draft for itself and one for each comment that is answered.
  const DRAFT = `newsblog:${form.action}?to=`;
  // That in the box, as this page last knew it.
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
  form.noValidate = true;
  form.addEventListener("submit", submit);
  // Back on this page, as it was left.
  addEventListener("pageshow", event => { if (event.persisted) showSending(false); });

  // The browser's memory, which may be forbidden.

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

  // Who writes, where the reader has ticked the box.

  function remember() {
    const me = recall(ME);
    if (me) {
      for (const field of people) field.value ||= me[field.name] || "";
      box.checked = true;
    }
    box.addEventListener("change", () => { if (!box.checked) keep(ME, null); });
  }

  // What is written, until the server has it.

  function keepDraft(sent) {
    dropDraft();
    draft = { name: DRAFT + answers.value, text: text.value };
    if (draft.text) keep(draft.name, { text: draft.text, sent, at: Date.now() });
  }

  // What is there now may be another tab's.
  function dropDraft() {
    if (recall(draft.name)?.text === draft.text) keep(draft.name, null);
  }

  function showDraft(found) {
    draft = found;
    text.value = found.text;
    // A browser that went back fills the box again, later than this and with other words.
    text.autocomplete = "off";
    grow();
  }

  function dropOld() {
    for (const name of names("newsblog:")) {
      if (name !== ME && !(recall(name)?.at > Date.now() - 30 * 86400000)) keep(name, null);
    }
  }

  // What was sent has arrived if the comment of this address says the same; one that waits is
  // its reader's own. In doubt the draft stays: the server stores nothing twice.
  function dropArrived() {
    const number = new URLSearchParams(location.search).get("comment");
    const comment = document.getElementById(`comment-${number}`);
    const said = letters(comment?.querySelector(".nb-comment-body")?.textContent);
    if (!said) return;
    for (const name of names(DRAFT)) {
      const { text: words, sent } = recall(name) || {};
      if ((sent || comment.matches(".nb-waiting")) && letters(words) === said) keep(name, null);
    }
  }

  // And digits, but no sign of Markdown.
  function letters(words = "") {
    return words.normalize("NFC").replace(/[^\p{L}\p{N}]/gu, "");
  }

  function restoreDraft() {
    // What the server gives back is newer than any draft.
    if (text.defaultValue) return;
    const here = answers.value;
    const found = names(DRAFT)
      .map(name => {
        const parent = name.slice(DRAFT.length), to = linkTo(parent);
        return { ...recall(name), name, to, fits: parent === here || (!here && !!to) };
      })
      // Rather than lose what answers a comment elsewhere, the story's form shows it.
      .filter(one => one.fits || !here)
      .sort((a, b) => b.fits - a.fits || b.at - a.at)[0];
    if (!found) return;
    if (found.to) place(found.to);
    showDraft(found);
  }

  function grow() {
    if (CSS.supports("field-sizing", "content")) return;
    text.style.blockSize = "auto";
    text.style.blockSize = `${text.scrollHeight + 2}px`;
  }

  function parentOf(to) {
    return new URLSearchParams(to?.search).get("to") || "";
  }

  function linkTo(parent) {
    return all(document, "[data-reply]").find(one => parentOf(one) === parent);
  }

  function replyInPlace(event) {
    const pressed = event.target.closest("[data-reply], [data-reply-cancel]");
    if (!pressed || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const to = pressed === cancel ? null : pressed, from = link;
    // On a page of its own, Cancel leads to the story, and to the words.
    if (to || from) event.preventDefault();
    if (sending) return;
    move(to);
    (to ? text : from)?.focus();
  }

  // The words travel along unless others wait there: many write first, then press Reply.
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
    section.querySelector(".nb-quoted")?.remove();
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

  // Say what is wrong, and move nothing that is looked at.

  function unsay() {
    for (const old of all(form, ".nb-problem, .nb-error-text")) old.remove();
    for (const field of all(form, "[aria-invalid]")) field.removeAttribute("aria-invalid");
  }

  function say(words) {
    const problem = document.createElement("p");
    problem.className = "nb-problem";
    problem.setAttribute("role", "alert");
    problem.textContent = words;
    form.querySelector(".nb-send").after(problem);
    problem.scrollIntoView({ block: "nearest" });
  }

  function understand(html) {
    const theirs = new DOMParser().parseFromString(html, "text/html").querySelector("[data-reply-form]");
    const problem = theirs?.querySelector(".nb-problem");
    // A reader whose session has ended needs fields that are not here.
    if (!problem || all(theirs, "[name]").some(field => !fields[field.name])) return false;
    if (answers.value !== theirs.elements.parent.value) answerNobody();
    if (problem.querySelector("a")) showErrors(theirs, problem);
    else say(problem.textContent.trim());
    return true;
  }

  function showErrors(theirs, problem) {
    const height = button.getBoundingClientRect().top;
    form.prepend(problem);
    for (const wrong of all(theirs, "[aria-invalid]")) {
      const field = fields[wrong.name];
      for (const name of ["aria-invalid", "aria-describedby"]) field.setAttribute(name, wrong.getAttribute(name));
      field.after(wrong.parentNode.querySelector(".nb-error-text") || "");
    }
    scrollBy({ top: button.getBoundingClientRect().top - height, behavior: "instant" });
    form.querySelector("[aria-invalid]")?.focus();
  }

  function showSending(now) {
    clearTimeout(timer);
    sending = now;
    // Other words, the same size.
    button.style.minInlineSize = now ? `${button.getBoundingClientRect().width}px` : "";
    button.setAttribute("aria-disabled", now);
    button.textContent = now ? form.dataset.sending : label;
  }

  async function submit(event) {
    event.preventDefault();
    if (sending) return;
    fields.took.value = took + Math.round(performance.now());
    const me = people.map(field => [field.name, field.value]);
    if (box) keep(ME, box.checked && Object.fromEntries(me));
    // Not over another tab's words.
    if ((recall(DRAFT + answers.value)?.text || draft.text) === draft.text) keepDraft(true);
    unsay();
    showSending(true);
    let leaving = false;
    try { leaving = await send(text.value); } catch { say(form.dataset.kept); }
    // Unless a download or nothing comes, or the reader presses Esc.
    if (leaving) timer = setTimeout(showSending, 10000, false);
    else showSending(false);
  }

  // Whether the browser leaves the page.
  async function send(words) {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      signal: AbortSignal.timeout?.(30000),
    });
    const there = new URL(answer.url);
    if (answer.ok && there.searchParams.has("comment")) arrive(there, words);
    else if (!answer.ok && understand(await answer.text())) return false;
    // The browser shows anything else itself.
    else form.submit();
    return true;
  }

  function arrive(there, words) {
    // Unless more was written meanwhile.
    if (text.value === words) {
      dropDraft();
      text.value = "";
    }
    // Where fetch arrives has lost its fragment.
    there.hash = `comment-${there.searchParams.get("comment")}`;
    const same = there.href.split("#")[0] === location.href.split("#")[0];
    location.assign(there);
    if (same) location.reload();
  }
})();

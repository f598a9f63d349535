/* What script adds to the reply form. Everything works without it. */
(() => {
  "use strict";
  const form = document.querySelector("[data-reply-form]");
  if (!form) return;
  const box = document.getElementById("respond");
  const heading = document.getElementById("nb-reply-name");
  const fields = form.elements;
  const home = document.createComment("");
  const key = "newsblog:" + form.action.split("#")[0];
  const people = ["author", "email", "url"];
  box.before(home);

  // This browser's memory; a browser may forbid it.
  const recall = name => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } };
  const keep = (name, value) => {
    try {
      if (value) localStorage.setItem(name, JSON.stringify(value)); else localStorage.removeItem(name);
    } catch { /* Nothing is kept, and nothing is lost that was there before. */ }
  };

  // Name, email and website, where the reader asked for it.
  const known = recall("newsblog:me");
  if (known && fields.author) {
    for (const name of people) if (fields[name] && !fields[name].value) fields[name].value = known[name] || "";
    fields.remember.checked = true;
  }
  const remember = () => {
    if (!fields.remember) return;
    keep("newsblog:me", fields.remember.checked &&
      Object.fromEntries(people.filter(name => fields[name]).map(name => [name, fields[name].value])));
  };

  // What is being written, until the server has it.
  const draft = recall(key);
  if (draft && !fields.comment.value) fields.comment.value = draft;
  fields.comment.addEventListener("input", () => keep(key, fields.comment.value));

  // How long the writing took.
  let began = 0;
  form.addEventListener("focusin", () => { began = began || Date.now(); });

  // Reply in place.
  const back = document.createElement("button");
  back.type = "button";
  back.className = "nb-quiet";
  back.textContent = form.dataset.cancel;
  const cancel = () => {
    const link = document.querySelector(`[data-reply="${fields.parent.value}"]`);
    fields.parent.value = "";
    heading.textContent = heading.dataset.plain;
    back.remove();
    home.after(box);
    if (link) link.focus();
  };
  back.addEventListener("click", cancel);
  document.addEventListener("click", event => {
    const link = event.target.closest("[data-reply]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.closest(".nb-comment").append(box);
    fields.parent.value = link.dataset.reply;
    heading.textContent = heading.dataset.to.replace("{name}", link.dataset.name);
    form.querySelector(".nb-send").append(back);
    fields.comment.focus();
  });

  // Send, and show what is wrong without leaving the page.
  const button = form.querySelector("[type=submit]");
  const say = problem => {
    const old = form.querySelector(".nb-problem");
    if (old) old.remove();
    form.prepend(problem);
    problem.focus();
  };
  const clear = () => {
    for (const text of form.querySelectorAll(".nb-error-text")) text.remove();
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  };
  const show = page => {
    const theirs = page.querySelector("[data-reply-form]");
    const problem = page.querySelector("[data-reply-form] .nb-problem");
    if (!theirs || !problem) return false;
    clear();
    for (const text of theirs.querySelectorAll(".nb-error-text")) {
      const field = form.querySelector("#" + text.id.replace("-error", ""));
      if (!field) continue;
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", text.id);
      field.after(document.adoptNode(text));
    }
    say(document.adoptNode(problem));
    const first = form.querySelector("[aria-invalid]");
    if (first) first.focus();
    return true;
  };
  const rest = () => { button.disabled = false; button.textContent = button.dataset.words; };
  button.dataset.words = button.textContent;
  addEventListener("pageshow", rest);

  form.addEventListener("submit", async event => {
    event.preventDefault();
    if (button.disabled) return;
    if (began) fields.took.value = String(Date.now() - began);
    remember();
    button.disabled = true;
    button.textContent = form.dataset.sending;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (answer.ok) {
        keep(key, null);
        fields.comment.value = "";
        // What fetch arrives at has no fragment.
        const there = new URL(answer.url);
        there.hash = "comment-" + there.searchParams.get("comment");
        location.assign(there);
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!show(page)) { form.submit(); return; }
    } catch {
      const problem = document.createElement("p");
      problem.className = "nb-problem";
      problem.tabIndex = -1;
      problem.setAttribute("role", "alert");
      problem.textContent = form.dataset.kept;
      say(problem);
    }
    rest();
  });
  fields.comment.addEventListener("keydown", event => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
})();

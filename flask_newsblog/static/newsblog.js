/* What script adds to the reply form. Everything works without it. */
(() => {
  "use strict";
  const form = document.querySelector("[data-reply-form]");
  if (!form) return;
  const fields = form.elements;
  const text = fields.comment;
  const button = form.querySelector("[type=submit]");

  // This browser's memory, which a browser may forbid.
  const recall = name => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } };
  const keep = (name, value) => {
    try {
      if (value) localStorage.setItem(name, JSON.stringify(value)); else localStorage.removeItem(name);
    } catch { /* Then nothing is kept. */ }
  };

  // Who writes, where the reader has ticked the box.
  const ME = "newsblog:me";
  const people = [fields.author, fields.email, fields.url].filter(Boolean);
  const box = fields.remember;
  if (box) {
    const me = recall(ME);
    if (me) {
      for (const field of people) field.value = field.value || me[field.name] || "";
      box.checked = true;
    }
    box.addEventListener("change", () => { if (!box.checked) keep(ME, null); });
  }
  const remember = () => {
    if (box) keep(ME, box.checked && Object.fromEntries(people.map(field => [field.name, field.value])));
  };

  // What is being written, until the server has it. A form that went off by itself has
  // arrived when its comment is shown; what the server gives back is newer than the draft.
  const DRAFT = "newsblog:" + form.action;
  const draft = recall(DRAFT);
  if (draft && draft.sent && new URLSearchParams(location.search).has("comment")) keep(DRAFT, null);
  else if (draft && !text.value) text.value = draft.text;
  const grow = () => {
    if (CSS.supports("field-sizing", "content")) return;
    text.style.blockSize = "auto";
    text.style.blockSize = `${text.scrollHeight + 2}px`;
  };
  text.addEventListener("input", () => {
    keep(DRAFT, text.value && { text: text.value });
    grow();
  });
  if (text.value) grow();

  // Reply in place, and back.
  const section = document.getElementById("respond");
  const heading = document.getElementById("nb-reply-name");
  const back = form.querySelector("[data-reply-cancel]");
  const home = document.createComment("");
  let link = null;
  section.before(home);
  const answer = (parent, words) => {
    fields.parent.value = parent;
    heading.textContent = words;
    back.hidden = !parent;
    section.querySelector(".nb-quoted")?.remove();
  };
  const goHome = () => {
    answer("", heading.dataset.plain);
    home.after(section);
    link = null;
  };
  document.addEventListener("click", event => {
    const found = event.target.closest("[data-reply]");
    if (!found || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link = found;
    answer(new URL(link.href).searchParams.get("to"), link.getAttribute("aria-label"));
    link.closest("li").append(section);
    text.focus();
  });
  back.addEventListener("click", event => {
    if (!link) return;
    event.preventDefault();
    const from = link;
    goHome();
    from.focus();
  });

  // Say what is wrong without leaving the page, and without moving what is looked at.
  const unsay = () => {
    for (const old of form.querySelectorAll(".nb-problem, .nb-error-text")) old.remove();
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  };
  const say = words => {
    const problem = document.createElement("p");
    problem.className = "nb-problem";
    problem.setAttribute("role", "alert");
    problem.textContent = words;
    form.querySelector(".nb-send").after(problem);
    problem.scrollIntoView({ block: "nearest" });
  };
  const understand = page => {
    const theirs = page.querySelector("[data-reply-form]");
    const problem = theirs?.querySelector(".nb-problem");
    if (!problem) return false;
    if (fields.parent.value !== theirs.elements.parent.value) goHome();
    if (!problem.querySelector("a")) {
      say(problem.textContent.trim());
      return true;
    }
    const height = button.getBoundingClientRect().top;
    form.prepend(problem);
    for (const wrong of theirs.querySelectorAll("[aria-invalid]")) {
      const field = document.getElementById(wrong.id);
      for (const name of ["aria-invalid", "aria-describedby"]) field.setAttribute(name, wrong.getAttribute(name));
      field.after(wrong.parentNode.querySelector(".nb-error-text"));
    }
    scrollBy({ top: button.getBoundingClientRect().top - height, behavior: "instant" });
    form.querySelector("[aria-invalid]").focus();
    return true;
  };

  // Send.
  let sending = false;
  const words = button.textContent;
  const show = busy => {
    sending = busy;
    // Other words, the same size.
    button.style.minInlineSize = busy ? `${button.getBoundingClientRect().width}px` : "";
    button.setAttribute("aria-disabled", busy);
    button.textContent = busy ? form.dataset.sending : words;
  };
  const send = async () => {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      signal: AbortSignal.timeout?.(30000),
    });
    const there = new URL(answer.url);
    if (answer.ok && there.searchParams.has("comment")) {
      keep(DRAFT, null);
      text.value = "";
      // Where fetch arrives has lost its fragment.
      there.hash = "comment-" + there.searchParams.get("comment");
      const same = there.pathname + there.search === location.pathname + location.search;
      location.assign(there);
      if (same) location.reload();
      return true;
    }
    if (!answer.ok && understand(new DOMParser().parseFromString(await answer.text(), "text/html"))) return false;
    // Something else: the browser shows it as if there were no script.
    keep(DRAFT, { text: text.value, sent: true });
    form.submit();
    return true;
  };
  form.noValidate = true;
  form.addEventListener("submit", async event => {
    event.preventDefault();
    if (sending) return;
    fields.took.value = Math.round(performance.now());
    remember();
    unsay();
    show(true);
    let gone = false;
    try { gone = await send(); } catch { say(form.dataset.kept); }
    if (!gone) show(false);
  });
  text.addEventListener("keydown", event => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  // A page that comes back as it was left.
  addEventListener("pageshow", () => show(false));
})();

/* Pictures are sent one after the other, with how far each has got; they may be dropped, too.

   Without this the form sends all of them together, and the page after it says what became of
   them. What fails stays in the list, with the reason and a button. */
(() => {
  "use strict";
  const form = document.querySelector("[data-upload]");
  if (!form || !window.FormData) return;
  const list = form.querySelector("[data-files]");
  const drop = form.querySelector("[data-drop]");
  const chooser = form.elements.file;
  const button = form.querySelector(".nb-button");
  const words = form.dataset;
  const most = Number(words.most) * 1e6;
  const waiting = [];
  let sending = false;
  let stored = 0;

  function line(file) {
    const item = document.createElement("li");
    const name = document.createElement("bdi");
    const state = document.createElement("span");
    const bar = document.createElement("progress");
    name.textContent = file.name;
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    item.append(name, state, bar);
    list.append(item);
    return { item, state, bar };
  }

  function fail(job, reason) {
    const { item, state, bar } = job.line;
    bar.remove();
    state.textContent = "";
    const said = document.createElement("span");
    said.className = "nb-bad";
    said.textContent = reason;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "nb-quiet";
    again.textContent = words.again;
    again.addEventListener("click", () => {
      item.remove();
      add([job.file]);
    });
    item.append(said, again);
  }

  function finish(job, answer) {
    const { item, state, bar } = job.line;
    bar.remove();
    const link = document.createElement("a");
    link.href = answer.page;
    link.textContent = answer.said || words.stored;
    state.replaceChildren(link);
    item.dataset.id = answer.id;
    stored += 1;
  }

  function send(job, again) {
    const request = new XMLHttpRequest();
    const data = new FormData();
    for (const name of ["csrf_token", "alt", "credit"]) data.append(name, form.elements[name].value);
    data.append("file", job.file);
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) job.line.bar.value = event.loaded / event.total;
    });
    request.upload.addEventListener("load", () => {
      // What comes now takes as long as it takes: the bar says only that it goes on.
      job.line.bar.removeAttribute("value");
      job.line.state.textContent = words.making;
    });
    request.addEventListener("error", () => {
      fail(job, words.failed);
      next();
    });
    request.addEventListener("load", () => {
      let answer = null;
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        answer = {};
      }
      if (answer.csrf_token && !again) {
        form.elements.csrf_token.value = answer.csrf_token;
        send(job, true);
        return;
      }
      if (request.status === 200 && answer.id) finish(job, answer);
      else if (answer.problem) fail(job, answer.problem);
      else if (request.status === 413) fail(job, words.tooLarge);
      else if (request.status < 500 && request.status !== 400) fail(job, words.signedOut);
      else fail(job, words.failed);
      next();
    });
    job.line.state.textContent = words.sending;
    request.send(data);
  }

  function next() {
    const job = waiting.shift();
    sending = Boolean(job);
    button.toggleAttribute("aria-disabled", sending);
    if (job) {
      if (job.file.size > most) {
        fail(job, words.tooLarge);
        next();
      } else send(job, false);
    } else if (stored && !list.querySelector("[data-done]")) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      item.dataset.done = "";
      const story = form.elements.story.value;
      link.href = form.action.replace(/upload$/, "") + (story ? `?for=${encodeURIComponent(story)}` : "");
      link.textContent = words.done;
      item.append(link);
      list.append(item);
    }
  }

  function add(files) {
    list.querySelector("[data-done]")?.remove();
    for (const file of files) waiting.push({ file, line: line(file) });
    if (!sending) next();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!chooser.files.length) return;
    add([...chooser.files]);
    chooser.value = "";
  });
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => {
      if (!event.dataTransfer || ![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      drop.classList.add("nb-over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) drop.classList.remove("nb-over");
  });
  document.addEventListener("drop", (event) => {
    drop.classList.remove("nb-over");
    if (!event.dataTransfer || !event.dataTransfer.files.length) return;
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });
  window.addEventListener("beforeunload", (event) => {
    if (sending) event.preventDefault();
  });
})();

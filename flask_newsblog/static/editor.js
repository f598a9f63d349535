/* The page on which a story is written: its tools, its keys, its preview.

   Everything here is also done by the form alone. Words go into the text as if they were typed,
   so that the browser's own undo takes them out again. */
(() => {
  "use strict";
  const form = document.querySelector("[data-writing]");
  if (!form) return;
  const text = form.elements.body;
  const sayings = form.querySelector("[data-sayings]");
  const WIDE = matchMedia("(min-width: 72rem)");
  const PREVIEW = "newsblog:preview";
  // Milliseconds after the last letter.
  const PREVIEW_PAUSE = 400;

  newsblogEditor.say = (name, values = {}) => sayings.querySelector(`[data-say="${name}"]`).textContent.replace(/\{(\w+)\}/g, (_, value) => values[value] ?? "");
  const say = newsblogEditor.say;
  const ready = [];

  /* What the server gets: without the place that a picture on its way takes. */
  const places = new Set();
  function fields() {
    return [...new FormData(form)].filter(([, value]) => typeof value === "string").map(([name, value]) => {
      if (name === "body") for (const place of places) value = value.replace(place, "");
      return [name, value];
    });
  }

  function fill(found) {
    const given = new Map(found);
    for (const [name, value] of given) {
      if (["csrf_token", "base", "sitting", "taken", "do"].includes(name)) continue;
      const field = form.elements[name];
      if (!field) continue;
      if (field instanceof HTMLSelectElement && ![...field.options].some((option) => option.value === value)) field.add(new Option(value, value));
      field.value = value;
    }
    // A picture that is not among those on offer any more is told by its number.
    const number = given.get("lead_image");
    if (number && !given.get("lead_number") && form.elements.lead_image.value !== number) form.elements.lead_number.value = number;
    for (const tell of ready) tell();
  }

  // Text, as if it were typed.

  function put(words, from = text.selectionStart, to = text.selectionEnd) {
    text.focus({ preventScroll: true });
    text.setSelectionRange(from, to);
    const done = words ? document.execCommand("insertText", false, words) : from === to || document.execCommand("delete");
    if (done) return;
    text.setRangeText(words, from, to, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  const selected = () => text.value.slice(text.selectionStart, text.selectionEnd);

  function around(mark, word) {
    let { selectionStart: from, selectionEnd: to } = text;
    const value = text.value;
    while (from < to && /\s/.test(value[from])) from += 1;
    while (to > from && /\s/.test(value[to - 1])) to -= 1;
    const inner = value.slice(from, to), n = mark.length;
    const isMarked = (start, end) => value.slice(start - n, start) === mark && value.slice(end, end + n) === mark && !(n === 1 && value[start - 2] === mark && value[start - 3] !== mark);
    if (inner && isMarked(from, to)) {
      put(inner, from - n, to + n);
      text.setSelectionRange(from - n, to - n);
    } else if (inner.length > 2 * n && inner.startsWith(mark) && inner.endsWith(mark)) {
      put(inner.slice(n, -n), from, to);
      text.setSelectionRange(from, to - 2 * n);
    } else {
      const words = inner || word;
      put(mark + words + mark, from, to);
      text.setSelectionRange(from + n, from + n + words.length);
    }
  }

  function link() {
    const from = text.selectionStart, words = selected();
    if (/^https?:\/\/\S+$/.test(words)) {
      const label = say("words");
      put(`[${label}](${words})`);
      text.setSelectionRange(from + 1, from + 1 + label.length);
      return;
    }
    const label = words || say("words"), address = say("address");
    put(`[${label}](${address})`);
    const at = from + label.length + 3;
    text.setSelectionRange(at, at + address.length);
  }

  /* Begin each of the selected lines so, or no longer. */
  function lines(mark, pattern, word = "") {
    const value = text.value;
    const from = value.lastIndexOf("\n", text.selectionStart - 1) + 1;
    const end = value.indexOf("\n", text.selectionEnd - (text.selectionEnd > text.selectionStart && value[text.selectionEnd - 1] === "\n" ? 1 : 0));
    const to = end < 0 ? value.length : end;
    const old = value.slice(from, to).split("\n");
    const marked = old.every((line) => pattern.test(line) || !line.trim()) && old.some((line) => line.trim());
    let number = 0;
    const bare = (line) => line.replace(/^(#{1,6} |> ?|- |\d+[.)] )/, "");
    const fresh = old.map((line) => {
      if (marked) return line.replace(pattern, "");
      if (!line.trim() && old.length > 1) return mark === "> " ? ">" : line;
      number += 1;
      return (mark === "1. " ? `${number}. ` : mark) + (bare(line) || word);
    });
    const before = !marked && from > 0 && value[from - 2] !== "\n" && !pattern.test(value.slice(value.lastIndexOf("\n", from - 2) + 1, from)) ? "\n" : "";
    put(before + fresh.join("\n"), from, to);
    const start = from + before.length;
    if (old.length > 1) text.setSelectionRange(start, start + fresh.join("\n").length);
  }

  function footnote() {
    const numbers = [...text.value.matchAll(/\[\^(\d+)\]/g)].map((found) => Number(found[1]));
    const name = `[^${Math.max(0, ...numbers) + 1}]`;
    put(name, text.selectionEnd, text.selectionEnd);
    const end = text.value.length;
    const gap = /\n\s*\n$/.test(text.value) ? "" : /\[\^\d+\]:[^\n]*$/.test(text.value.trimEnd()) && !text.value.endsWith("\n") ? "\n" : "\n\n";
    put(`${gap}${name}: ${say("footnote")}`, end, end);
    text.setSelectionRange(text.value.length - say("footnote").length, text.value.length);
  }

  /* A list goes on at the next line, and ends at an empty one. */
  function goOn(event) {
    if (event.isComposing || event.shiftKey || text.selectionStart !== text.selectionEnd) return;
    const at = text.selectionStart;
    const line = text.value.slice(text.value.lastIndexOf("\n", at - 1) + 1, at);
    const found = /^(\s*)(- |\* |\+ |> |(\d+)([.)]) )(.*)$/.exec(line);
    if (!found) return;
    event.preventDefault();
    if (!found[5].trim()) put("", at - line.length, at);
    else put(`\n${found[1]}${found[3] ? `${Number(found[3]) + 1}${found[4]} ` : found[2]}`);
  }

  // Pictures

  const uploads = form.querySelector("[data-uploads]");

  function tellOfUpload(words, progress) {
    const line = document.createElement("p");
    line.textContent = words;
    if (progress) line.append(" ", Object.assign(document.createElement("progress"), { max: 1, value: 0 }));
    uploads.append(line);
    return line;
  }

  async function send(file) {
    const name = file.name || say("picture");
    for (const old of uploads.querySelectorAll(".nb-error-text")) old.remove();
    const line = tellOfUpload(say("uploading", { name }), true);
    try {
      if (!form.dataset.upload) throw new Error(say("noupload"));
      return await newsblogEditor.upload(form, file, (part) => { line.querySelector("progress").value = part; });
    } catch (error) {
      tellOfUpload(say("failed", { name, why: error.message })).className = "nb-error-text";
      return null;
    } finally {
      line.remove();
    }
  }

  async function addPictures(files) {
    for (const file of files) {
      const place = `![${say("uploading", { name: (file.name || "").replace(/[[\]\\\n]/g, " ") })} ${places.size + 1}…]()`;
      places.add(place);
      const at = text.selectionEnd, before = text.value.slice(0, at);
      const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
      put(gap + place + (text.value.slice(at).startsWith("\n") ? "" : "\n\n"), at, at);
      const answer = await send(file);
      places.delete(place);
      replace(place, answer ? answer.markdown || `![](media:${answer.id})` : "");
      if (answer) offerPicture(answer);
    }
  }

  /* Something in the text for something else, wherever the writer is by now. */
  function replace(old, words) {
    const at = text.value.indexOf(old);
    if (at < 0) {
      if (words) put(`\n\n${words}`, text.value.length, text.value.length);
      return;
    }
    const { selectionStart, selectionEnd } = text, by = words.length - old.length;
    const moved = (place) => (place >= at + old.length ? place + by : Math.min(place, at + words.length));
    if (document.activeElement === text) put(words, at, at + old.length);
    else {
      text.setRangeText(words, at, at + old.length, "preserve");
      text.dispatchEvent(new Event("input", { bubbles: true }));
    }
    // Where there is nothing in the brackets yet, what the picture shows is to be written there.
    const alt = /^!\[\]/.test(words) && document.activeElement === text && selectionStart >= at && selectionStart <= at + old.length + 2;
    if (alt) text.setSelectionRange(at + 2, at + 2);
    else text.setSelectionRange(moved(selectionStart), moved(selectionEnd));
  }

  function choose(then, several) {
    const input = Object.assign(document.createElement("input"), { type: "file", accept: "image/*", multiple: several });
    input.addEventListener("change", () => then([...input.files]));
    input.click();
  }

  const pictures = (data) => [...(data?.files || [])].filter((file) => file.type.startsWith("image/"));

  function picture() {
    if (form.dataset.upload) {
      choose(addPictures, true);
      return;
    }
    const from = text.selectionStart, label = selected() || say("describe");
    put(`![${label}](${say("address")})`);
    text.setSelectionRange(from + 2, from + 2 + label.length);
  }

  // The picture above the story

  const lead = form.querySelector("[data-lead]"), choices = form.querySelector("[data-pictures]");

  function offerPicture(answer, chosen = false) {
    const label = document.createElement("label");
    label.className = "nb-lead-item";
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: "lead_image", value: answer.id });
    radio.dataset.alt = answer.alt || "";
    radio.dataset.caption = answer.caption || "";
    radio.dataset.credit = answer.credit || "";
    label.append(radio, Object.assign(document.createElement("img"), { src: answer.url, alt: answer.alt || String(answer.id) }));
    choices.querySelector(`[value="${answer.id}"]`)?.closest("label").remove();
    choices.querySelector(".nb-lead-none").after(label);
    if (chosen) {
      radio.checked = true;
      showLead(radio);
      radio.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  function showLead(radio) {
    const image = radio?.value ? radio.closest("label").querySelector("img") : null;
    lead.replaceChildren(...(image ? [Object.assign(document.createElement("img"), { src: image.src, alt: form.elements.lead_alt.value || image.alt })] : []));
    form.querySelector("[data-lead-words]").toggleAttribute("data-empty", !radio?.value && !form.elements.lead_number.value);
    if (!image) return;
    for (const name of ["alt", "caption", "credit"]) {
      const field = form.elements[`lead_${name}`];
      if (!field.value) field.value = radio.dataset[name] || "";
    }
  }

  choices.addEventListener("change", (event) => {
    form.elements.lead_number.value = "";
    showLead(event.target);
  });
  form.elements.lead_number.addEventListener("input", () => form.querySelector("[data-lead-words]").toggleAttribute("data-empty", !form.elements.lead_number.value && !form.elements.lead_image.value));
  const uploadLead = form.querySelector("[data-upload-lead]");
  if (uploadLead) {
    uploadLead.hidden = false;
    uploadLead.addEventListener("click", () => choose(async ([file]) => {
      const answer = await send(file);
      if (answer) {
        offerPicture(answer, true);
        form.querySelector("[data-choosing]").open = false;
        form.elements.lead_alt.focus();
      } else uploads.scrollIntoView({ block: "center" });
    }));
  }
  ready.push(() => {
    const radio = choices.querySelector(":checked");
    if (radio && lead.dataset.of !== radio.value) showLead(radio);
  });

  // Tools and keys

  const tools = {
    bold: () => around("**", say("words")), italic: () => around("*", say("words")), link,
    heading: () => lines("## ", /^#{1,6} /, say("heading")), quote: () => lines("> ", /^> ?/),
    list: () => lines("- ", /^- /), numbers: () => lines("1. ", /^\d+[.)] /), picture, note: footnote,
  };
  const bar = form.querySelector("[data-tools]");
  const buttons = [...bar.querySelectorAll("button")];
  bar.hidden = false;
  buttons[0].tabIndex = 0;
  // The text keeps the focus and its selection.
  bar.addEventListener("mousedown", (event) => { if (event.target.closest("button")) event.preventDefault(); });
  bar.addEventListener("click", (event) => {
    const tool = event.target.closest("button")?.dataset.tool;
    if (tool) tools[tool]();
  });
  bar.addEventListener("keydown", (event) => {
    const rtl = getComputedStyle(bar).direction === "rtl" ? -1 : 1;
    const by = { ArrowRight: rtl, ArrowLeft: -rtl, Home: -Infinity, End: Infinity }[event.key];
    if (!by) return;
    event.preventDefault();
    const at = Math.min(Math.max(buttons.indexOf(document.activeElement) + by, 0), buttons.length - 1);
    buttons.forEach((button, place) => { button.tabIndex = place === at ? 0 : -1; });
    buttons[at].focus();
  });

  text.addEventListener("keydown", (event) => {
    const tool = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && { b: "bold", i: "italic", k: "link" }[event.key.toLowerCase()];
    if (tool) {
      event.preventDefault();
      tools[tool]();
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) goOn(event);
  });
  for (const line of form.querySelectorAll("[data-one-line]")) {
    line.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing) event.preventDefault(); });
  }

  text.addEventListener("paste", (event) => {
    const plain = event.clipboardData.getData("text/plain");
    const files = pictures(event.clipboardData);
    if (files.length && !plain.trim()) {
      event.preventDefault();
      addPictures(files);
      return;
    }
    if (/^https?:\/\/\S+$/.test(plain.trim()) && selected().trim() && !/^https?:/.test(selected())) {
      event.preventDefault();
      put(`[${selected()}](${plain.trim()})`);
      return;
    }
    const html = event.clipboardData.getData("text/html");
    const markdown = html && newsblogEditor.markdownFrom(html, plain);
    if (!markdown) return;
    event.preventDefault();
    put(markdown);
  });
  text.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("Files")) event.preventDefault(); });
  text.addEventListener("drop", (event) => {
    const files = pictures(event.dataTransfer);
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    if (files.length) addPictures(files);
  });

  // What is counted and hinted at

  const UNSPACED = /[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/gu;
  const MINUTE = 238;

  function count() {
    const bare = text.value.replace(/\]\([^)\s]*\)/g, "]").replace(/^\[\^?[^\]]*\]:\s*\S*/gm, "").replace(/!\[[^\]]*\]/g, " ");
    const words = bare.replace(UNSPACED, " ").split(/[\s—–…/]+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length + (bare.match(UNSPACED) || []).length;
    const number = new Intl.NumberFormat(document.documentElement.lang || undefined);
    for (const place of form.querySelectorAll(".nb-count-of [data-words]")) place.textContent = number.format(words);
    for (const place of form.querySelectorAll(".nb-count-of [data-minutes]")) place.textContent = number.format(Math.max(1, Math.round(words / MINUTE)));
    const hint = form.querySelector("[data-alt-hint]");
    const missing = (text.value.match(/!\[\s*\]\(/g) || []).length;
    hint.hidden = !missing;
    if (missing) hint.textContent = `${hint.dataset.one} ${number.format(missing)}`;
  }

  function left(field) {
    const most = Number(field.dataset.count), used = [...field.value].length;
    let place = field.nextElementSibling;
    if (!place?.matches(".nb-left")) {
      if (used < most * 0.8) return;
      place = Object.assign(document.createElement("span"), { className: "nb-left" });
      field.after(place);
    }
    place.textContent = used < most * 0.8 ? "" : `${used} / ${most}`;
    place.classList.toggle("nb-left-none", used > most);
  }
  const counted = [...form.querySelectorAll("[data-count]")];

  // Fields that grow with what is in them, where the browser does not do it.
  const growing = CSS.supports("field-sizing", "content") ? [] : [...form.querySelectorAll("textarea")];
  function grow() {
    for (const box of growing) {
      box.style.blockSize = "auto";
      box.style.blockSize = `${box.scrollHeight + 2}px`;
    }
  }

  function changed() {
    count();
    counted.forEach(left);
    grow();
    preview();
  }

  // Names one by one, and suggestions for tags

  const names = form.elements.authors;
  const list = document.createElement("ol"), adding = document.createElement("input");

  function written() {
    return names.value.split("\n").map((name) => name.trim()).filter(Boolean);
  }
  function setNames(all, focus) {
    names.value = all.join("\n");
    showNames();
    names.dispatchEvent(new Event("input", { bubbles: true }));
    (focus === undefined ? adding : list.children[focus]?.querySelector("button") || adding).focus();
  }
  function small(words, label, act) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "nb-small", textContent: words });
    button.setAttribute("aria-label", label);
    button.title = label;
    button.addEventListener("click", act);
    return button;
  }
  function showNames() {
    list.replaceChildren(...written().map((name, at, all) => {
      const item = document.createElement("li");
      item.append(Object.assign(document.createElement("bdi"), { textContent: name }));
      if (at) item.append(small("↑", say("up", { name }), () => setNames([...all.slice(0, at - 1), name, all[at - 1], ...all.slice(at + 1)], at - 1)));
      item.append(small("×", say("remove", { name }), () => setNames(all.filter((_, place) => place !== at))));
      return item;
    }));
    adding.value = "";
  }
  function add() {
    const more = adding.value.split(",").map((name) => name.trim()).filter(Boolean);
    if (more.length) setNames([...new Set([...written(), ...more])]);
  }
  (() => {
    const place = names.closest(".nb-place"), box = document.createElement("div");
    box.className = "nb-names";
    adding.setAttribute("list", names.dataset.names);
    adding.placeholder = names.dataset.add;
    adding.id = "nb-add-author";
    adding.dir = "auto";
    adding.autocomplete = "off";
    place.querySelector("label").htmlFor = adding.id;
    place.classList.add("nb-place-by-script");
    adding.addEventListener("keydown", (event) => {
      if ((event.key === "Enter" || event.key === ",") && !event.isComposing) {
        event.preventDefault();
        add();
      } else if (event.key === "Backspace" && !adding.value && list.children.length) setNames(written().slice(0, -1));
    });
    // Chosen from the suggestions: it has come at once.
    adding.addEventListener("input", (event) => {
      event.stopPropagation();
      if (event.inputType === "insertReplacementText" || !event.inputType) add();
    });
    adding.addEventListener("blur", add);
    box.append(list, adding);
    names.before(box);
    names.hidden = true;
    showNames();
    ready.push(showNames);
  })();

  const tags = form.elements.tags, offered = document.getElementById(tags.dataset.suggest);
  const known = [...offered.options].map((option) => option.value);
  function suggest() {
    const parts = tags.value.split(","), last = parts.pop().trim().toLocaleLowerCase();
    const before = parts.map((part) => part.trim()).filter(Boolean);
    const found = known.filter((tag) => !before.includes(tag) && tag.toLocaleLowerCase().includes(last)).slice(0, 12);
    offered.replaceChildren(...found.map((tag) => new Option("", [...before, tag].join(", "))));
  }
  tags.setAttribute("list", offered.id);
  tags.addEventListener("input", suggest);
  suggest();

  // The preview

  const live = form.querySelector("[data-live]"), toggle = form.querySelector("[data-show-preview]");
  let timer = 0, asked = 0, busy = false, again = false;

  const isShown = () => !live.hidden;

  function show(on, byHand = false) {
    live.hidden = !on;
    form.classList.toggle("nb-with-preview", on);
    toggle.setAttribute("aria-pressed", String(on));
    toggle.textContent = on && !WIDE.matches ? say("write") : say("preview");
    if (byHand && WIDE.matches) {
      try { localStorage.setItem(PREVIEW, on ? "on" : "off"); } catch { /* shown, then, at the next time too */ }
    }
    if (on) preview(0);
    if (byHand && on && !WIDE.matches) live.scrollIntoView({ block: "start" });
  }

  function preview(wait = PREVIEW_PAUSE) {
    if (!isShown()) return;
    clearTimeout(timer);
    timer = setTimeout(draw, wait);
  }

  async function draw() {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    const number = asked += 1;
    try {
      let answer = await fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(fields()), redirect: "manual" });
      if (answer.status === 400) {
        const token = (await answer.json().catch(() => ({}))).csrf_token;
        if (token) {
          form.elements.csrf_token.value = token;
          answer = await fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(fields()), redirect: "manual" });
        }
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const way of page.querySelectorAll("a[href]:not([href^='#'])")) {
        way.target = "_blank";
        way.rel = "noopener";
      }
      if (number === asked) live.replaceChildren(...[...page.body.childNodes].map((node) => document.adoptNode(node)));
    } catch {
      const note = live.querySelector("[data-no-show]") || Object.assign(document.createElement("p"), { className: "nb-note" });
      note.dataset.noShow = "";
      note.textContent = say("noshow");
      live.prepend(note);
    } finally {
      busy = false;
      if (again) {
        again = false;
        preview(0);
      }
    }
  }

  toggle.addEventListener("click", (event) => {
    event.preventDefault();
    show(!isShown(), true);
  });
  WIDE.addEventListener("change", () => show(WIDE.matches && prefersPreview()));
  function prefersPreview() {
    try { return localStorage.getItem(PREVIEW) !== "off"; } catch { return true; }
  }
  // The preview goes along with the text: at its end where the text is.
  addEventListener("scroll", () => {
    if (!isShown() || !WIDE.matches || live.matches(":hover, :focus-within")) return;
    const sheet = form.querySelector(".nb-sheet").getBoundingClientRect();
    const part = -sheet.top / Math.max(1, sheet.height - innerHeight);
    live.scrollTop = Math.min(Math.max(part, 0), 1) * (live.scrollHeight - live.clientHeight);
  }, { passive: true });

  // Saving

  const keeping = newsblogEditor.keep(form, { fields, fill, changed });
  const saveButton = form.querySelector("[data-save]");
  const summary = () => document.querySelector(".nb-writing-problem");

  function showProblems(told) {
    for (const old of form.querySelectorAll("[data-by-script]")) old.remove();
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    for (const old of form.querySelectorAll(".nb-place > .nb-error-text")) old.remove();
    summary()?.remove();
    if (!told) return;
    const box = Object.assign(document.createElement("div"), { className: "nb-problem nb-writing-problem", tabIndex: -1 });
    box.setAttribute("role", "alert");
    box.append(Object.assign(document.createElement("p"), { textContent: told.problem || "" }));
    const items = document.createElement("ul");
    for (const [name, words] of Object.entries(told.errors || {})) {
      const field = document.getElementById(name === "authors" ? "nb-add-author" : `nb-${name}`);
      const label = field && form.querySelector(`label[for="${field.id}"]`);
      const item = document.createElement("li");
      if (label) item.append(Object.assign(document.createElement("a"), { href: `#${field.id}`, textContent: label.textContent }), ": ");
      item.append(words);
      items.append(item);
      if (!field) continue;
      const why = Object.assign(document.createElement("p"), { className: "nb-error-text", id: `nb-${name}-error`, textContent: words });
      why.dataset.byScript = "";
      field.before(why);
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", why.id);
      field.closest("details")?.setAttribute("open", "");
    }
    if (items.children.length) box.append(items);
    form.before(box);
    box.focus();
  }

  /* What stands above the form tells of the story as it is saved now. */
  async function renewHead() {
    const answer = await fetch(form.action, { redirect: "manual" }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const top = page.querySelector(".nb-story-top"), ways = page.querySelector(".nb-filters-quiet");
    if (!top) return;
    document.querySelector(".nb-filters-quiet")?.remove();
    document.querySelector(".nb-story-top").replaceWith(...[top, ways].filter(Boolean).map((node) => document.adoptNode(node)));
    const next = page.querySelector("[data-next]");
    if (next) form.querySelector("[data-next]")?.replaceWith(document.adoptNode(next));
    document.title = page.title;
  }

  let saving = false;
  async function save() {
    if (saving) return;
    saving = true;
    add();
    saveButton.setAttribute("aria-disabled", "true");
    const { status, told } = await keeping.save();
    saving = false;
    saveButton.removeAttribute("aria-disabled");
    if (status === 409) {
      // Both were changed at one place: the page that comes shows both.
      for (const place of places) text.value = text.value.replace(place, "");
      keeping.leave();
      form.requestSubmit(saveButton);
    } else if (status === 200 && told.reload) {
      keeping.leave();
      location.assign(told.reload);
    } else if (status === 200) {
      showProblems(null);
      if (told.slug) form.elements.slug.placeholder = told.slug;
      document.querySelector("[data-taken]")?.remove();
      renewHead();
    } else if (status === 422) showProblems(told);
  }

  let native = false;
  form.addEventListener("submit", (event) => {
    if (native || event.submitter?.dataset.save === undefined) return;
    event.preventDefault();
    save();
  });
  const requestSubmit = form.requestSubmit.bind(form);
  form.requestSubmit = (button) => { native = true; requestSubmit(button); };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      save();
    }
  });
  form.addEventListener("input", () => keeping.change());
  if (form.dataset.unsent !== undefined) keeping.change();

  count();
  counted.forEach(left);
  grow();
  show(WIDE.matches && prefersPreview());
})();

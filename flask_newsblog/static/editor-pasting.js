/* What comes into a story from elsewhere: formatted text becomes Markdown, files become pictures.

   `newsblogEditor.markdownFrom` is given the clipboard's HTML and the same as plain text. It
   returns the Markdown, or nothing where the plain text is as good, or where a word of it
   would be missing. */
globalThis.newsblogEditor = {};
(() => {
  "use strict";
  const BLOCKS = new Set("ADDRESS ARTICLE ASIDE BLOCKQUOTE DD DIV DL DT FIGCAPTION FIGURE FOOTER FORM H1 H2 H3 H4 H5 H6 HEADER HR LI MAIN NAV OL P PRE SECTION TABLE UL CENTER TBODY THEAD TR TD TH".split(" "));
  const UNREAD = new Set("STYLE SCRIPT META LINK TITLE HEAD TEMPLATE NOSCRIPT BUTTON INPUT SELECT TEXTAREA SVG svg IFRAME OBJECT".split(" "));
  const MARKS = { bold: "**", italic: "*", strike: "~~" };
  const WORD_LIST = /mso-list:\s*l\d+\s+level(\d+)/i;

  // The page's policy forbids styles, those of a document that is only read as well.
  const withoutStyles = (html) => html.replace(/<style[\s\S]*?<\/style>/gi, "").replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/gi, " data-style="));
  const styleOf = (node) => node.dataset?.style || "";
  const isUnread = (node) => UNREAD.has(node.nodeName) || /mso-list:\s*ignore|display:\s*none/i.test(styleOf(node));
  const isBlock = (node) => node.nodeType === 1 && !isUnread(node) && (BLOCKS.has(node.nodeName) || [...node.children].some(isBlock));

  /* How a piece of text is set, by its element and the style that word processors give instead. */
  function setting(node, above) {
    const style = styleOf(node).toLowerCase();
    const now = { ...above };
    const weight = /font-weight:\s*(\w+)/.exec(style)?.[1];
    if (weight) now.bold = weight.startsWith("bold") || Number(weight) >= 600;
    else if (/^(B|STRONG)$/.test(node.nodeName)) now.bold = true;
    const slant = /font-style:\s*(\w+)/.exec(style)?.[1];
    if (slant) now.italic = slant !== "normal";
    else if (/^(I|EM|CITE)$/.test(node.nodeName)) now.italic = true;
    if (/^(S|DEL|STRIKE)$/.test(node.nodeName) || /text-decoration[^;]*line-through/.test(style)) now.strike = true;
    if (/^(CODE|KBD|TT|SAMP)$/.test(node.nodeName)) now.code = true;
    const href = node.nodeName === "A" && node.getAttribute("href");
    if (href && /^(https?:|mailto:)/i.test(href)) now.href = href;
    return now;
  }

  const spaced = (text) => text.replace(/[ \t\r\n]+/g, " ").replace(/\u00a0(?![:;!?»%€])/g, (space, at, all) => (/[\d«]/.test(all[at - 1] || "") ? space : " "));

  function runs(nodes, above, found = []) {
    for (const node of nodes) {
      if (node.nodeType === 3) found.push({ ...above, text: spaced(node.data) });
      else if (node.nodeType !== 1 || isUnread(node)) continue;
      else if (node.nodeName === "BR") found.push({ text: "\n" });
      else if (node.nodeName === "IMG") {
        const source = node.getAttribute("src") || "", alt = node.getAttribute("alt") || "";
        if (/^https?:/i.test(source)) found.push({ ...above, raw: `![${alt.replace(/[[\]]/g, "\\$&")}](<${source}>)` });
        else found.push({ ...above, text: spaced(alt) });
      } else runs(node.childNodes, setting(node, above), found);
    }
    return found;
  }

  /* Spaces stand outside of what is bold: a mark counts only where it touches a word. */
  function apart(found) {
    const pieces = [];
    for (const run of found) {
      if (run.raw || run.code) pieces.push(run);
      else for (const text of run.text.match(/\s+|\S+(?:[^\S\n]+\S+)*/g) || []) pieces.push({ ...run, text });
    }
    const same = (a, b, name) => (a && b && a[name] === b[name] ? a[name] : undefined);
    return pieces.map((piece, at) => {
      if (piece.raw || piece.code || piece.text.trim()) return piece;
      const before = pieces[at - 1], after = pieces[at + 1], text = piece.text;
      if (text.includes("\n")) return { text };
      return { text, bold: same(before, after, "bold"), italic: same(before, after, "italic"), strike: same(before, after, "strike"), href: same(before, after, "href") };
    });
  }

  const escaped = (text) => text
    .replace(/[\\`]|\*(?=\S)|(?<=\S)\*|~(?=~)|<(?=[a-z/!?])|\[(?=\^|[^\]]*\][([:])|&(?=#?\w+;)/gi, "\\$&")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_");
  const atStart = (line) => line
    .replace(/^(\s*)([#>+-]|={2,}$)(?=\s|$|[-=>#])/, "$1\\$2")
    .replace(/^(\s*\d{1,9})([.)])(?=\s|$)/, "$1\\$2");

  function code(text) {
    const fence = "`".repeat(Math.max(0, ...(text.match(/`+/g) || []).map((ticks) => ticks.length)) + 1);
    const space = /^`|`$/.test(text) ? " " : "";
    return `${fence}${space}${text}${space}${fence}`;
  }

  function written(nodes, about, plain = {}) {
    const open = [];
    let out = "";
    const close = (name) => { out += name === "href" ? `](<${open.at(-1)[1]}>)`.replace(/<([^\s()<>]+)>/, "$1") : MARKS[name]; open.pop(); };
    const wanted = (run) => ["href", "bold", "italic", "strike"].filter((name) => run[name] && !plain[name] && !run.text?.includes("\n"));
    for (const run of [...apart(runs(nodes, {})), { text: "" }]) {
      const names = run.text === "" && !run.raw ? [] : wanted(run);
      while (open.some(([name, value]) => !names.includes(name) || (name === "href" && value !== run.href))) close(open.at(-1)[0]);
      for (const name of names) {
        if (open.some(([there]) => there === name)) continue;
        // A link around what is bold already begins inside of it.
        open.push([name, run[name]]);
        out += name === "href" ? "[" : MARKS[name];
        about.formatted = true;
      }
      if (run.raw) { out += run.raw; about.formatted = true; }
      else if (run.code && run.text) { out += code(run.text); about.formatted = true; }
      else out += escaped(run.text);
    }
    return out;
  }

  /* Text between blocks: one paragraph, or several where lines are left empty. */
  function paragraphs(nodes, about) {
    const text = written(nodes, about);
    return text.split(/[^\S\n]*\n[^\S\n]*\n\s*/)
      .map((part) => part.trim().split(/[^\S\n]*\n[^\S\n]*/).map(atStart).join("\\\n"))
      .filter((part) => part.replace(/[\\\s]/g, ""));
  }

  const oneLine = (nodes, about, plain) => written(nodes, about, plain).replace(/\s*\n\s*/g, " ").trim();
  const indented = (text, by) => text.replace(/\n(?=.)/g, `\n${" ".repeat(by)}`);

  function list(node, about) {
    const ordered = node.nodeName === "OL";
    let number = Number(node.getAttribute("start")) || 1;
    const items = [];
    for (const child of node.childNodes) {
      if (child.nodeType === 3 ? !child.data.trim() : child.nodeType !== 1 || isUnread(child)) continue;
      // Some put a list below an item beside it, instead of into it.
      const beside = /^(UL|OL)$/.test(child.nodeName) && items.length > 0;
      const mark = ordered ? `${number}. ` : "- ";
      const parts = child.nodeName === "LI" ? blocks(child.childNodes, about) : blocks([child], about);
      if (beside) items[items.length - 1] += `\n${" ".repeat(mark.length)}${indented(parts.join("\n"), mark.length)}`;
      else {
        const tight = parts.every((part, at) => !at || /^(-|\d+\.) /.test(part));
        items.push(mark + indented(parts.join(tight ? "\n" : "\n\n"), mark.length));
        number += 1;
      }
    }
    about.formatted = true;
    return items.join("\n");
  }

  /* Word writes a list as paragraphs, each with its level. */
  function wordList(nodes, about) {
    const lines = nodes.map((node) => {
      const level = Number(WORD_LIST.exec(styleOf(node))[1]);
      const sign = [...node.querySelectorAll("[data-style]")].find((part) => /mso-list:\s*ignore/i.test(styleOf(part)));
      const mark = /\w[.)]/.test(sign?.textContent || "") ? "1. " : "- ";
      return `${"    ".repeat(level - 1)}${mark}${oneLine(node.childNodes, about)}`;
    });
    about.formatted = true;
    return lines.join("\n");
  }

  function table(node, about) {
    const rows = [...node.rows].map((row) => [...row.cells]);
    const width = Math.max(0, ...rows.map((row) => row.length));
    const layout = width < 2 || node.querySelector("table, ul, ol, pre");
    if (layout) return rows.flat().flatMap((cell) => blocks(cell.childNodes, about));
    const written = rows.map((row) => Array.from({ length: width }, (_, at) => (row[at] ? oneLine(row[at].childNodes, about, { bold: row[at].nodeName === "TH" }).replace(/\|/g, "\\|") : "")));
    about.formatted = true;
    const line = (cells) => `| ${cells.join(" | ")} |`;
    return [[line(written[0]), line(written[0].map(() => "---")), ...written.slice(1).map(line)].join("\n")];
  }

  function block(node, about) {
    const name = node.nodeName;
    if (/^H[1-6]$/.test(name)) {
      const text = oneLine(node.childNodes, about, { bold: true });
      about.formatted = true;
      return text ? [`${"#".repeat(Math.max(2, Number(name[1])))} ${text}`] : [];
    }
    if (name === "UL" || name === "OL") return [list(node, about)].filter(Boolean);
    if (name === "HR") return ["* * *"];
    if (name === "TABLE") return table(node, about);
    if (name === "PRE") {
      const text = node.textContent.replace(/\n$/, "");
      const fence = "`".repeat(Math.max(2, ...(text.match(/`+/g) || []).map((ticks) => ticks.length)) + 1);
      about.formatted = true;
      return [`${fence}${/language-([\w-]+)/.exec(node.innerHTML + node.className)?.[1] || ""}\n${text}\n${fence}`];
    }
    if (name === "P") about.paragraphs += 1;
    const inside = blocks(node.childNodes, about);
    if (name !== "BLOCKQUOTE" || !inside.length) return inside;
    about.formatted = true;
    return [inside.join("\n\n").replace(/^/gm, "> ").replace(/^> $/gm, ">")];
  }

  function blocks(nodes, about) {
    const found = [];
    let beside = [], listed = [];
    const end = () => {
      if (listed.length) found.push(wordList(listed, about));
      if (beside.length) found.push(...paragraphs(beside, about));
      beside = [];
      listed = [];
    };
    for (const node of nodes) {
      if (node.nodeType === 8) continue;
      if (node.nodeType === 1 && WORD_LIST.test(styleOf(node))) {
        if (beside.length) end();
        listed.push(node);
      } else if (isBlock(node)) {
        end();
        found.push(...block(node, about));
      } else if (!(listed.length && node.nodeType === 3 && !node.data.trim())) {
        if (listed.length) end();
        beside.push(node);
      }
    }
    end();
    return found;
  }

  const words = (text) => text.match(/[\p{L}\p{N}\p{M}]{2,}/gu) || [];

  newsblogEditor.markdownFrom = (html, plain = "") => {
    const page = new DOMParser().parseFromString(withoutStyles(html), "text/html");
    const about = { formatted: false, paragraphs: 0 };
    const markdown = blocks(page.body.childNodes, about).join("\n\n");
    if (!markdown || (!about.formatted && about.paragraphs < 2)) return "";
    const there = new Set(words(markdown.replace(/\\(?=[^\w\s])|[*~]/g, "")));
    return words(plain).every((word) => there.has(word) || /^\d+$/.test(word)) ? markdown : "";
  };

  /* Send a picture to the library; it says how far it is. */
  newsblogEditor.upload = (form, file, tell) => new Promise((taken, failed) => {
    const say = newsblogEditor.say;
    const sending = new XMLHttpRequest();
    const body = new FormData();
    body.append("csrf_token", form.elements.csrf_token.value);
    body.append("file", file, file.name || "picture");
    sending.open("POST", form.dataset.upload);
    sending.setRequestHeader("Accept", "application/json");
    sending.responseType = "json";
    sending.upload.onprogress = (event) => { if (event.lengthComputable) tell(event.loaded / event.total); };
    sending.onerror = () => failed(new Error(say("lost")));
    sending.onload = () => {
      const answer = sending.response || {};
      if (answer.csrf_token) form.elements.csrf_token.value = answer.csrf_token;
      if (sending.status < 300 && answer.id) taken(answer);
      else failed(new Error(sending.status === 401 ? say("signedout") : answer.problem || say("refused")));
    };
    sending.send(body);
  });
})();

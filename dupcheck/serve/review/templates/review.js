// The review page. Every text of the catalogue becomes a text node; what is decided lies in the ledger, never here.
"use strict";
(() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  const lang = document.documentElement.dataset.lang;
  const $ = (id) => document.getElementById(id);
  const ROW = 76, ACTS = 200;
  const CHOICES = ["merge_accepted", "not_duplicate", "allowed"];
  const phone = matchMedia("(max-width: 760px)");
  let secret = new URLSearchParams(location.hash.slice(1)).get("secret") || "";
  if (secret) history.replaceState(null, "", location.pathname + location.search);
  let all = [], byId = new Map(), shown = [], news = { states: {}, hands: {}, people: [], acts: [], event: -1 };
  let questions = [], asking = 0, at = -1, open = null, focus = 0, person = "", rules = {}, busy = false, shares = {}, known = [];
  let audits = 0, changed = 0, shared = 0, pictured = true, offers = false;
  let opening = 0; // groups that are on their way: until they are there, no key and no click decides anything

  const kinds = new Intl.PluralRules(document.documentElement.lang);
  const order = ["zero", "one", "two", "few", "many", "other"].filter((kind) => kinds.resolvedOptions().pluralCategories.includes(kind));
  function count(n, forms) { // a number and the word in the form that it takes: {n:listing|listings}
    const choices = forms.split("|");
    return `${n} ${choices[Math.min(order.indexOf(kinds.select(Number(n))), choices.length - 1)]}`;
  }
  const t = (name, values = {}) => (words[name] ?? name).replace(/\{(\w+)(?::([^{}]*))?\}/g, (whole, key, forms) =>
    (!(key in values) ? whole : forms ? count(values[key], forms) : values[key]));
  function h(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (name === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
    }
    for (const child of children.flat(4)) if (child !== null && child !== undefined && child !== false) node.append(child);
    return node;
  }
  const bdi = (text) => h("bdi", null, text);

  // --- asking the server ------------------------------------------------------------------------------------------
  async function ask(path, body) {
    const headers = secret ? { Authorization: `Bearer ${secret}` } : {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const answer = await fetch(`/review/api/${path}${path.includes("?") ? "&" : "?"}lang=${lang}&known=${news.event}`, {
      method: body === undefined ? "GET" : "POST", headers, body: body === undefined ? undefined : JSON.stringify(body) });
    if (answer.status === 204) return null;
    const told = await answer.json();
    if (answer.status === 401) return enter(() => ask(path, body));
    if (!answer.ok) throw new Error(told.detail || answer.statusText);
    return told;
  }
  function enter(again) {
    return new Promise((resolve, reject) => {
      const field = h("input", { type: "password", "aria-label": t("secret"), autocomplete: "current-password" });
      const form = h("form", { on: { submit: (event) => { event.preventDefault(); secret = field.value; $("dialog").close();
        again().then(resolve, reject); } } }, h("p", null, t("secret_asked")), h("p", { class: "edit" }, field, h("button", { class: "main" }, t("enter"))));
      $("dialog").replaceChildren(form);
      if (!$("dialog").open) $("dialog").showModal();
      field.focus();
    });
  }
  const told_now = $("toast");
  function toast(text) {
    ($("dialog").open ? $("dialog") : document.body).append(told_now); // before a dialog nothing behind it is seen
    told_now.textContent = text;
    clearTimeout(toast.timer);
    toast.timer = setTimeout(() => { told_now.textContent = ""; }, 6000);
  }
  async function act(path, body, done) {
    busy = true;
    try {
      const told = await ask(path, body);
      await take(told.news);
      if (done) toast(done(told));
      return told;
    } catch (error) {
      toast(error.message);
      return false;
    } finally {
      busy = false;
    }
  }

  // One thing after another: what is pressed while something is on its way waits for it.
  let queue = Promise.resolve();
  const run = (command) => { queue = queue.then(command).catch((error) => toast(error.message)); return queue; };
  // What leads to another group is done only where the one that is meant stands there in full.
  function step(command) {
    if (!ready()) return undefined;
    return arrive(() => run(command));
  }

  // --- photos -----------------------------------------------------------------------------------------------------
  function image(id, place, size, alt, css) {
    const node = h("img", { class: css, alt, loading: "lazy", decoding: "async" });
    const missing = () => node.replaceWith(h("span", { class: `${css} none`, role: "img", "aria-label": `${alt}: ${t("no_photo")}` }, t("no_photo")));
    node.addEventListener("error", missing);
    const address = `/review/api/photos?listing=${encodeURIComponent(id)}&place=${place}&size=${size}`;
    if (!secret) node.src = address;
    else fetch(address, { headers: { Authorization: `Bearer ${secret}` } }).then((r) => (r.ok ? r.blob() : Promise.reject()))
      .then((blob) => { node.src = URL.createObjectURL(blob); }, missing);
    return node;
  }
  const titleOf = (id) => open?.listings[id]?.title || id;

  // --- the list ---------------------------------------------------------------------------------------------------
  const stateOf = (row) => news.states[row.id]?.choice || "";
  const isOpen = (row) => !stateOf(row) && row.action !== "none";
  const SORTS = {
    risk: () => 0, size: (a, b) => b.n - a.n, unsure: (a, b) => a.strength - b.strength,
    price: (a, b) => (b.high ?? 0) - (a.high ?? 0),
  };
  const TESTS = {
    state: (row, value) => (value === "open" ? isOpen(row) : value === "done" ? !!stateOf(row) : stateOf(row) === value),
    action: (row, value) => row.action === value, rule: (row, value) => row.rules.includes(value),
    shop: (row, value) => row.shops.includes(value), category: (row, value) => row.categories.includes(value),
    unseen: (row, value) => row.unseen.includes(value),
    share: (row, value) => (value === "mine" ? shares[row.id] === person : value === "none" ? !shares[row.id] : shares[row.id] === value.slice(1)),
  };
  function fill(name, values, label) {
    const select = $(`f-${name}`);
    const kept = select.value;
    select.replaceChildren(h("option", { value: "" }, t("any")), ...values.map((value) => h("option", { value }, label(value))));
    select.value = values.includes(kept) ? kept : "";
  }
  const distinct = (key) => [...new Set(all.flatMap((row) => row[key]))].filter(Boolean).sort();
  function makeFilters() {
    fill("state", ["open", "done", ...CHOICES], (v) => t(CHOICES.includes(v) ? `decision_${v}` : `state_${v}`));
    fill("action", distinct("action"), (v) => t(`action_${v}`));
    fill("rule", distinct("rules"), (v) => v);
    fill("shop", distinct("shops"), (v) => v);
    fill("category", distinct("categories"), (v) => v);
    fill("unseen", ["image", "attributes", "price"], (v) => t(`unseen_${v}`));
    const parts = [...new Set(Object.values(shares))].filter((p) => p !== person).sort();
    fill("share", Object.keys(shares).length ? ["mine", "none", ...parts.map((p) => `=${p}`)] : [], (v) => (v.startsWith("=") ? v.slice(1) : t(`share_${v}`)));
    $("f-share").parentElement.hidden = !Object.keys(shares).length;
    $("f-sort").replaceChildren(...Object.keys(SORTS).map((value) => h("option", { value }, t(`sort_${value}`))));
  }
  function sift(keep = true) {
    const chosen = Object.keys(TESTS).map((name) => [TESTS[name], $(`f-${name}`).value]).filter(([, value]) => value);
    const text = $("search").value.trim().toLowerCase();
    shown = all.filter((row) => chosen.every(([test, value]) => test(row, value)) && (!text || row.text.includes(text)));
    const sort = $("f-sort").value;
    if (sort && sort !== "risk") shown.sort(SORTS[sort]);
    const before = open && keep ? shown.findIndex((row) => row.id === open.id) : -1;
    at = before;
    $("filter-count").textContent = chosen.length ? `(${chosen.length})` : "";
    $("shown").textContent = t("shown_groups", { n: shown.length, of: all.length });
    count_bulk();
    $("space").style.height = `${shown.length * ROW}px`;
    draw();
  }
  // Rows that stay in sight stay as they are; only what comes into sight is made. `anew`: all of them.
  const rows = new Map();
  let on_sheet = false;
  function draw(anew = true) {
    if (on_sheet) return;
    const list = $("list");
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 6);
    const last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + 6);
    for (const [k, node] of rows) if (anew || k < first || k >= last) { node.remove(); rows.delete(k); }
    $("rows").style.transform = `translateY(${first * ROW}px)`;
    let before = null;
    for (let k = last - 1; k >= first; k -= 1) {
      if (!rows.has(k)) { rows.set(k, line(shown[k], k)); $("rows").insertBefore(rows.get(k), before); }
      before = rows.get(k);
    }
    if (at >= first && at < last) list.setAttribute("aria-activedescendant", `row-${at}`);
    else list.removeAttribute("aria-activedescendant");
  }
  function price(row) {
    if (row.low === null) return "";
    const two = (n) => (Number.isInteger(n) ? String(n) : n.toFixed(2));
    return `${two(row.low)}${row.high > row.low ? `–${two(row.high)}` : ""} ${row.currency}`;
  }
  function line(row, k) {
    const state = stateOf(row);
    const hand = news.hands[row.id];
    const mark = state ? h("span", { class: `mark ${state}` }, markOf(state)) : hand && hand !== person ?
      h("span", { class: "mark hand" }, t("in_hand", { person: hand })) : row.question ? h("span", { class: "mark hand" }, t("asks")) :
      news.states[row.id]?.answer ? h("span", { class: "mark" }, t("answered_now", { what: t(`answer_${news.states[row.id].answer}`) })) :
      news.states[row.id]?.edited ? h("span", { class: "mark" }, t("plan_changed")) : "";
    const facts = [t("listings", { n: row.n }), price(row), shares[row.id] && shares[row.id] !== person && shares[row.id]];
    const proof = [row.rules.join(" "), t("certainty", { percent: Math.round(100 * row.strength) }),
      row.unseen.length ? t("not_compared", { what: row.unseen.map((u) => t(`unseen_${u}`)).join(t("between")) }) : ""];
    return h("div", { class: "row", id: `row-${k}`, role: "option", "aria-selected": String(k === at), "aria-setsize": shown.length,
      "aria-posinset": k + 1, on: { click: () => go(k, true) } },
    pictured && h("span", { class: "strip", "aria-hidden": "true" }, row.shown.slice(0, 3).map((id) => image(id, 0, 112, "", "thumb"))),
    h("span", null, h("div", { class: "title", dir: "auto" }, row.title), h("div", { class: "line" }, h("b", null, actionOf(row)), ` · ${facts.filter(Boolean).join(" · ")}`), h("div", { class: "proof" }, proof.filter(Boolean).join(" · "))),
    mark || h("span"));
  }
  const actionOf = (row) => t(row.waits && row.action === "ask" ? "waits" : `action_${row.action}`);
  const markOf = (state) => t(CHOICES.includes(state) ? `decision_${state}` : `answer_${state}`);
  function reveal() {
    const list = $("list");
    if (at * ROW < list.scrollTop) list.scrollTop = at * ROW;
    else if ((at + 1) * ROW > list.scrollTop + list.clientHeight) list.scrollTop = (at + 1) * ROW - list.clientHeight;
  }
  let wanted = 0, target = null; // the group that was asked for and is not there yet
  async function go(k, read = false) {
    if (!shown.length) return;
    at = Math.min(Math.max(k, 0), shown.length - 1);
    reveal();
    draw();
    const mine = ++wanted;
    if (phone.matches && !read) return;
    target = shown[at].id;
    await arrive(async () => {
      await new Promise((resolve) => setTimeout(resolve, read ? 0 : 60)); // who holds a key down wants no group in full
      if (mine !== wanted) return;
      await show(shown[at].id);
    });
    if (mine !== wanted) return;
    target = null;
    if (open && shown[at]?.id !== open.id) { at = shown.findIndex((row) => row.id === open.id); draw(); } // it did not come
    if (read && phone.matches && open) { document.body.classList.add("reading"); $("work").scrollTop = 0; }
  }
  // While another group is on its way the old one takes no key, no click and no text; what was typed in it is kept.
  async function arrive(command) {
    const key = document.activeElement?.closest?.("#detail") ? document.activeElement.dataset.key : null;
    opening += 1;
    leave();
    hush();
    try { return await command(); } finally {
      opening -= 1;
      hush();
      if (key && !opening && document.activeElement === document.body) ($("detail").querySelector(`[data-key="${CSS.escape(key)}"]`) ?? $("detail")).focus({ preventScroll: true });
    }
  }
  function hush() {
    const shut = opening > 0;
    $("detail").setAttribute("aria-busy", String(shut));
    $("detail").firstElementChild?.toggleAttribute("inert", shut);
    for (const box of document.querySelectorAll("#question .answers button")) box.setAttribute("aria-disabled", String(shut));
  }
  const ready = () => opening === 0 || (toast(t("opening")), false);
  let showing = 0, released = Promise.resolve();
  addEventListener("pointerdown", () => { released = new Promise((resolve) => {
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(resolve, 0), { once: true });
  }); });
  async function show(id) {
    const mine = ++showing;
    const told = await ask(`groups/${encodeURIComponent(id)}`).catch((error) => toast(error.message));
    if (!told) return;
    await released; // a button that is being pressed stays until it is let go
    if (mine !== showing) return;
    const same = open?.id === told.id;
    const held = same ? hold() : (leave(), null);
    if (!same) focus = -1;
    open = told;
    location.hash = id;
    detail(same);
    if (held) restore(held);
    ask_first();
  }

  // The group in full as it is now, unless another one is on its way.
  const refresh = () => (open && (target === null || target === open.id) ? show(open.id) : undefined);

  // --- what is being typed ----------------------------------------------------------------------------------------
  let replacing = false;
  const fields = () => [...$("detail").querySelectorAll("input[data-key]")];
  function leave() { for (const field of fields()) field.keep(); } // a group that is left behind keeps what was typed
  function hold() {
    const here = document.activeElement;
    return { key: here?.closest?.("#detail") ? here.dataset.key : null, place: here?.selectionStart ?? null, top: $("detail").scrollTop,
      typed: fields().filter((field) => field.is_typed()).map((field) => [field.dataset.key, field.value, field.keep]) };
  }
  function restore(held) {
    const found = new Map([...$("detail").querySelectorAll("[data-key]")].map((node) => [node.dataset.key, node]));
    for (const [key, value, keep] of held.typed) if (found.has(key)) found.get(key).value = value; else keep();
    const node = held.key && found.get(held.key);
    if (node) { node.focus({ preventScroll: true }); if (held.place !== null && node.setSelectionRange) node.setSelectionRange(held.place, held.place); }
    $("detail").scrollTop = held.top;
  }

  // --- one group --------------------------------------------------------------------------------------------------
  function detail(same = false) {
    const g = open;
    const state = g.state;
    const row = byId.get(g.id);
    const hand = news.hands[g.id];
    const say = (choice, key) => h("button", { type: "button", class: choice === "merge_accepted" ? "main" : null, "data-choice": choice, "data-key": `do:${choice}`,
      on: { click: () => step(() => choose(g.id, choice)) } }, t(`do_${choice}`), " ", h("kbd", null, key));
    const asks = g.question && !state.choice && (phone.matches || g.key !== unanswered()[asking]?.key);
    replacing = true;
    $("detail").replaceChildren(h("div", null,
      h("button", { type: "button", class: "back", on: { click: () => { wanted += 1; leave(); document.body.classList.remove("reading"); draw(); } } }, t("back")),
      h("h3", { dir: "auto" }, row.title),
      h("p", { class: "soft" }, h("b", null, actionOf({ ...row, action: g.action })), " · ", g.rules.map((r) => [h("abbr", { title: rules[r], tabindex: "0", "aria-label": `${r}: ${rules[r]}` }, r), " · "]),
        t("certainty", { percent: Math.round(100 * row.strength) }), " · ", h("span", { class: "id" }, g.id)),
      hand && hand !== person && h("p", { class: "decided" }, t("in_hand", { person: hand })),
      state.choice && h("p", { class: "decided" }, h("b", { class: `mark ${state.choice}` }, markOf(state.choice)), " ",
        t("by", { person: state.person || "–", when: new Date(state.at * 1000).toLocaleString(document.documentElement.lang) }), " ",
        state.act > 0 && h("button", { type: "button", on: { click: () => run(() => undo(state.act)) } }, t("undo"))),
      asks && ask_box(questions.find((q) => q.key === g.key) ?? { ...g.question, key: g.key }),
      g.action !== "none" && h("div", { class: "decide" }, g.action !== "ask" && say("merge_accepted", "a"), say("not_duplicate", "d"), say("allowed", "l"),
        h("button", { type: "button", "data-key": "do:next", on: { click: () => step(() => next()) } }, t("next"), " ", h("kbd", null, "n"))),
      row.waits && [h("h4", null, t("waits")), h("p", null, t("waits_why")), h("ul", { class: "cautions" }, g.members.filter((m) => m.role === "ask").map((m) => h("li", { dir: "auto" }, h("span", { class: "id" }, m.id), " ", m.why)))],
      g.reasons.length > 0 && [h("h4", null, t("reasons")), h("ul", { class: "reasons" }, g.reasons.map((r) => h("li", { dir: "auto" }, r)))],
      g.cautions.length > 0 && [h("h4", null, t("cautions")), h("ul", { class: "cautions" }, g.cautions.map((c) => h("li", { dir: "auto" }, c)))],
      g.changes.length > 0 && [h("h4", null, t("changes_step")), h("ul", { class: "cautions" }, g.changes.map((c) => h("li", { dir: "auto" }, c)))],
      h("h4", null, t("members")), h("ul", { class: "members" }, g.members.map(member)),
      g.title && g.action !== "ask" && [h("h4", null, t("new_title")), editor("title", g.title, (value) => edit(g.id, { title: value }), t("new_title")),
        g.was && g.was !== g.title && h("p", { class: "small soft" }, h("button", { type: "button", on: { click: () => run(() => edit(g.id, { title: g.was })) } }, t("was_title", { title: g.was })))],
      g.plan_axes.length > 0 && [h("h4", null, t("options")), g.plan_axes.map(([name, values], n) => h("div", { class: "option" },
        editor(`name:${n}`, name, (value) => edit(g.id, { axes: { [name]: value } }), t("option_name"), true),
        h("div", { class: "answers" }, values.map((value, v) => editor(`value:${n}:${v}`, value, (text) => edit(g.id, { values: { [name]: { [value]: text } } }), t("option_value"), true)))))],
      g.skus.length > 0 && skus(g),
      h("h4", null, t("evidence", { n: g.all_pairs })), h("div", { class: "pairs" }, g.pairs.map(evidence))));
    replacing = false;
    if (!same) $("detail").scrollTop = 0;
    hush();
  }
  function member(m, k) {
    const listing = open.listings[m.id];
    const group = open.id;
    const out = m.role === "gone";
    const role = m.role;
    const facts = [listing.price, ...listing.facts].filter(Boolean).join(" · ");
    return h("li", { class: `member ${role}${pictured ? "" : " plain"}`, tabindex: k === Math.max(focus, 0) ? "0" : "-1", "data-member": k, "data-key": `member:${m.id}`, "aria-label": `${m.id} ${listing.title}`,
      on: { focusin: () => { focus = k; } } },
    pictured && h("button", { type: "button", class: "photo", "data-key": `photo:${m.id}`, "aria-label": t("compare_photos", { id: m.id }), on: { click: () => compare(m.id) } }, image(m.id, 0, 320, listing.title || m.id, "thumb")),
    h("div", null, h("div", { class: "role" }, out ? t("taken_out") : t(`role_${role}`), m.options.length > 0 && ` · ${m.options.map(([n, v]) => `${n}: ${v}`).join("; ")}`),
      h("div", { class: "name", dir: "auto" }, listing.title), h("div", { class: "small soft" }, h("span", { class: "id" }, m.id), facts && ` · ${facts}`,
        listing.url && [" · ", h("a", { href: listing.url, target: "_blank", rel: "noopener noreferrer" }, t("open_listing"))])),
    out && h("div", { class: "acts" }, h("button", { type: "button", "data-key": `back:${m.id}`, on: { click: () => run(() => undo(open.state.out[m.id])) } }, t("put_back"))),
    !out && open.members.length > 1 && h("div", { class: "acts" },
      m.id !== open.keep && !["ask", "allowed"].includes(role) && open.action !== "ask" && h("button", { type: "button", "data-act": "keep", "data-key": `keep:${m.id}`, on: { click: () => run(() => edit(group, { keep: m.id })) } }, t("keep_this"), " ", h("kbd", null, "k")),
      h("button", { type: "button", "data-act": "out", "data-key": `out:${m.id}`, on: { click: () => run(() => takeOut(group, m.id)) } }, t("take_out"), " ", h("kbd", null, "x"))));
  }
  // A field saves what was typed as soon as it is left, however that happens: by Enter, by a click elsewhere, by another group.
  function editor(key, value, save, label, small = false) {
    const field = h("input", { value, "data-key": key, "aria-label": `${label}: ${value}`, dir: "auto", maxlength: 500, size: small ? Math.max(6, value.length) : null, on: { change: () => field.keep(), blur: () => { if (!replacing) field.keep(); } } });
    let saved = value;
    field.is_typed = () => field.value.trim() !== saved;
    field.keep = () => {
      const text = field.value.trim();
      if (text === saved) return;
      if (!text) { field.value = saved; return; }
      saved = text;
      run(() => save(text));
    };
    return h("form", { class: "edit", on: { submit: (event) => { event.preventDefault(); field.keep(); } } }, field, h("button", { "data-key": `${key}:change` }, t("change")));
  }
  function skus(g) {
    const names = [...new Set(g.skus.flatMap((sku) => Object.keys(sku.options)))];
    return [h("h4", null, t("skus")), h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": t("skus") }, h("table", null,
      h("thead", null, h("tr", null, [...names, t("column_price"), t("column_code"), t("column_listing")].map((n) => h("th", { scope: "col" }, n)))),
      h("tbody", null, g.skus.slice(0, 100).map((sku) => h("tr", null, names.map((n) => h("td", null, bdi(sku.options[n] ?? "–"))), h("td", null, sku.price), h("td", { class: "id" }, sku.code), h("td", { class: "id" }, sku.id)))))),
      g.skus.length > 100 && h("p", { class: "small soft" }, t("more_skus", { n: g.skus.length - 100 }))];
  }
  const SIGNS = { held: "✓", failed: "✗", skipped: "–" };
  function evidence(pair) {
    return h("article", { class: "pair" }, h("p", null, h("b", { class: "id" }, `${pair.a} ↔ ${pair.b}`), " ",
      h("button", { type: "button", on: { click: () => compare(pair.a, pair.b) } }, t("compare"))),
    h("p", { dir: "auto" }, pair.why),
    pair.titles.length > 0 && h("p", { class: "small aligned" }, pair.titles.map((line) => h("span", { dir: "auto" }, line))),
    h("ul", { class: "small" }, pair.conditions.map((c) => h("li", { class: c[4] }, h("span", { "aria-hidden": "true" }, SIGNS[c[4]]), h("span", { class: "hidden" }, t(`state_${c[4]}`)), h("span", null, c[5])))));
  }
  function compare(a, b) {
    const ids = open.members.map((m) => m.id);
    b = b ?? (a === open.keep ? ids.find((id) => id !== a) : open.keep) ?? a;
    const pick = (chosen, set, label) => h("select", { "aria-label": label, on: { change: (event) => { set(event.target.value); render(); } } },
      ids.map((id) => h("option", { value: id, selected: id === chosen }, `${id} ${titleOf(id).slice(0, 40)}`)));
    const dialog = $("dialog");
    dialog.setAttribute("aria-label", t("compare"));
    let overlay = false, difference = false, strength = 50;
    function render() {
      const left = image(a, 0, 1000, titleOf(a), "big"), right = image(b, 0, 1000, titleOf(b), "big");
      if (overlay) { right.style.opacity = difference ? 1 : strength / 100; right.style.mixBlendMode = difference ? "difference" : "normal"; }
      const slider = h("input", { type: "range", min: 0, max: 100, value: strength, "aria-label": t("overlay"), on: { input: (event) => { strength = event.target.value; right.style.opacity = strength / 100; } } });
      dialog.replaceChildren(h("div", { class: "edit" }, pick(a, (v) => { a = v; }, t("left")), pick(b, (v) => { b = v; }, t("right")),
        h("button", { type: "button", "aria-pressed": String(overlay), on: { click: () => { overlay = !overlay; render(); } } }, t("overlay")),
        overlay && h("button", { type: "button", "aria-pressed": String(difference), on: { click: () => { difference = !difference; render(); } } }, t("difference")),
        overlay && !difference && slider, h("button", { type: "button", on: { click: () => dialog.close() } }, t("close"))),
      h("div", { class: overlay ? "over" : "compare" }, left, right));
    }
    render();
    if (!dialog.open) dialog.showModal();
  }

  // --- deciding ---------------------------------------------------------------------------------------------------
  async function choose(id, choice) {
    if (open?.id !== id || open.action === "none") return;
    if (choice === "merge_accepted" && open.action === "ask") return toast(t(byId.get(id)?.waits ? "waits_why" : "answer_first"));
    if (await act("choices", { groups: [id], choice }, () => t("said", { what: t(`decision_${choice}`) }))) await next(id);
  }
  const can_bulk = (row) => isOpen(row) && row.action !== "ask" && (!news.hands[row.id] || news.hands[row.id] === person);
  function count_bulk() {
    const n = shown.filter(can_bulk).length;
    $("bulk").textContent = t("bulk", { n });
    $("bulk").disabled = !n;
  }
  async function bulk() {
    const groups = shown.filter(can_bulk).map((row) => row.id);
    if (!groups.length || !confirm(t("bulk_sure", { n: groups.length }))) return;
    await act("choices", { groups, choice: "merge_accepted" }, () => t("bulk_done", { n: groups.length }));
    await refresh();
  }
  async function edit(group, edits) {
    const told = await act("edits", { group, edits }, () => t(open?.id === group ? "saved" : "saved_in", { group: byId.get(group)?.title ?? group }));
    if (open?.id === group) await refresh(); // also where it was refused: what stands there is the truth
    return told;
  }
  async function takeOut(group, listing) {
    if (await act("out", { group, listing }, () => t("said_out", { id: listing })) && open?.id === group) await refresh();
  }
  async function undo(number) {
    const last = number ?? news.acts.find((a) => !a.undone && a.person === person)?.number;
    if (last === undefined) return toast(t("nothing_to_undo"));
    if (await act("undo", { act: last }, () => t("undone"))) { await refresh(); side(); }
  }
  async function next(after) {
    const from = shown.findIndex((row) => row.id === (after ?? open?.id));
    const order = [...shown.slice(from + 1), ...shown.slice(0, from + 1)].filter(isOpen).map((row) => row.id);
    const told = await act("next", { groups: order });
    if (!told) return;
    if (!told.group) { await refresh(); return toast(t("none_left")); }
    const k = shown.findIndex((row) => row.id === told.group);
    await go(k, !phone.matches || document.body.classList.contains("reading"));
  }
  async function reply(question, answer) {
    const text = answer === "different" ? "answered" : "answered_accept";
    if (await act("answers", { key: question.key, answer }, (told) => t(text, { n: told.settled }))) { await refresh(); await ask_on(); }
  }
  // After an answer comes the next question: of the same group where it has one, else with its own group.
  async function ask_on() {
    const waiting = unanswered();
    ask_first();
    if (phone.matches || !waiting.length || waiting[asking].groups.includes(open?.id)) return;
    await see(waiting[asking].groups.find((g) => !news.states[g]?.choice) ?? waiting[asking].groups[0]);
  }

  // --- questions --------------------------------------------------------------------------------------------------
  const unanswered = () => questions.filter((q) => q.groups.some((g) => !news.states[g]?.choice));
  // Both titles, word under word: what the other one has not is marked.
  const cut = (title) => title.match(/[\p{L}\p{N}]+(?:[.,'’-][\p{L}\p{N}]+)*|\s+|[^\s]/gu) ?? [];
  function side_by_side(sides) {
    const plain = sides.map((s) => new Set(cut(s.title).map((w) => w.toLowerCase())));
    return h("ul", { class: "sides" }, sides.map((s, k) => h("li", null, image(s.id, 0, 112, s.title, "thumb"), h("span", null, h("span", { class: "id small soft" }, s.id), h("br"),
      h("span", { dir: "auto" }, cut(s.title).map((w) => (/^\s+$/.test(w) || plain[1 - k].has(w.toLowerCase()) ? w : h("mark", { title: t("tells_apart") }, w))))))));
  }
  // The question that 1, 2 and 3 answer: that of the group in full where it has one, else the first that is open.
  const current = () => (open?.question && !open.state.choice ? questions.find((q) => q.key === open.key) ?? { ...open.question, key: open.key } : unanswered()[asking]);
  function ask_box(q) {
    const count = (q.groups ?? []).filter((g) => !news.states[g]?.choice).length;
    return h("div", { class: "question" }, h("p", { class: "ask", dir: "auto" }, q.text), q.sides && side_by_side(q.sides),
      h("div", null, count > 0 && h("p", { class: "small soft" }, t("settles", { n: count, listings: q.key === q.kind ? q.settles : q.listings.length })),
        h("div", { class: "answers" }, q.answers.map((a, k) => h("button", { type: "button", "data-answer": a.answer, "data-key": `answer:${a.answer}`, on: { click: () => step(() => reply(q, a.answer)) } },
          current()?.key === q.key && h("kbd", null, k + 1), ` ${a.text}`, h("small", null, a.leads_to))))));
  }
  function ask_first() {
    const waiting = unanswered();
    $("questions").hidden = !waiting.length;
    if (!waiting.length) return;
    const own = open?.question && !open.state.choice ? waiting.findIndex((q) => q.key === open.key) : -1;
    asking = own >= 0 ? own : Math.min(asking, waiting.length - 1); // what is asked of the group in full stands above it
    $("questions-left").textContent = t("questions_left", { n: waiting.length });
    $("question").replaceChildren(ask_box(waiting[asking]), h("div", { class: "answers" },
      !waiting[asking].groups.includes(open?.id) && h("button", { type: "button", on: { click: () => see(waiting[asking].groups[0]) } }, t("see_group")),
      waiting.length > 1 && h("button", { type: "button", on: { click: later } }, t("later"), " ", h("kbd", null, "q"))));
    hush();
  }
  function see(group) {
    const k = shown.findIndex((row) => row.id === group);
    if (k >= 0) return go(k, true);
    at = -1;
    wanted += 1;
    target = group;
    return arrive(() => show(group)).then(() => { target = null; draw(); });
  }
  // The next question, and its group with it: what 1, 2 and 3 answer is what stands there.
  function later() {
    const waiting = unanswered();
    if (!waiting.length) return undefined;
    asking = (asking + 1) % waiting.length;
    ask_first();
    if (phone.matches) return undefined;
    return see(waiting[asking].groups.find((g) => !news.states[g]?.choice) ?? waiting[asking].groups[0]);
  }

  // --- people and what was done -----------------------------------------------------------------------------------
  let panel = "", opener = null;
  function toggle(name) {
    if (!panel) opener = document.activeElement;
    panel = panel === name ? "" : name;
    side();
    if (panel) $("side").querySelector("button")?.focus(); else opener?.focus?.();
  }
  function side() {
    $("side").hidden = !panel;
    const notes = panel === "problems" || panel === "advice";
    if (!notes) delete $("side").dataset.shows;
    $("show-people").setAttribute("aria-expanded", String(panel === "people"));
    $("show-acts").setAttribute("aria-expanded", String(panel === "acts"));
    if (!panel) return;
    $("side").setAttribute("aria-label", t(notes || panel === "people" ? panel : "undo_list"));
    const close = h("button", { type: "button", on: { click: () => toggle(panel) } }, t("close"));
    if (notes) return show_notes(close);
    const lines = panel === "people" ? news.people.map((p) => h("li", null, h("b", null, p.person || "–"), h("span", null, t("did", { n: p.done }),
      p.lot > 0 && [h("br"), h("progress", { max: p.lot, value: p.through, "aria-label": p.person }), " ", t("lot", { through: p.through, lot: p.lot })],
      p.hand.length > 0 && [h("br"), t("has", { groups: p.hand.join(t("between")) })])))
      : news.acts.map((a) => h("li", { class: a.undone ? "undone" : null }, h("span", null, h("b", null, sayAct(a)), h("br"), h("span", { class: "small soft" }, `${a.person || "–"} · ${new Date(a.at * 1000).toLocaleString(document.documentElement.lang)}`)),
        !a.undone && h("button", { type: "button", "aria-label": `${t("undo")}: ${sayAct(a)}`, on: { click: () => run(() => undo(a.number)) } }, t("undo"))));
    if (panel === "people" && $("side").contains(document.activeElement) && /^(INPUT|SELECT)$/.test(document.activeElement.tagName)) return;
    const empty = panel === "people" && !lines.length ? [h("p", { class: "soft" }, t("nobody_yet"))] : [];
    const more = panel === "acts" && news.acts.length < news.acts_count ? [h("p", { class: "small soft" }, t("older_acts", { n: news.acts.length, of: news.acts_count }))] : [];
    $("side").replaceChildren(close, h("h2", null, t(panel === "people" ? "people" : "undo_list")), ...empty, h("ol", null, lines), ...more, ...(panel === "people" ? [share_form()] : []));
  }
  const note = {
    problems: (p) => [h("b", null, t(`severity_${p.severity}`)), " ", p.row !== null && t("problem_row", { row: p.row }), " ", h("span", { class: "id" }, p.listing_id), h("br"), p.message],
    advice: (a) => [h("span", { dir: "auto" }, a.why), h("ul", null, a.changes.map((text) => h("li", { dir: "auto" }, text)))],
  };
  async function show_notes(close) {
    const name = panel, shows = `${name} ${audits}`;
    if ($("side").dataset.shows === shows) return;
    const told = await ask(name);
    if (panel !== name) return;
    const list = told[name];
    $("side").replaceChildren(close, h("h2", null, t(name)), name === "advice" ? h("p", { class: "small soft" }, t("advice_why")) : "", h("ol", null, list.map((one) => h("li", null, h("span", null, note[name](one))))),
      told.count > list.length ? h("p", { class: "small soft" }, t("older_problems", { n: list.length, of: told.count })) : "");
    $("side").dataset.shows = shows;
    close.focus();
  }
  function share_form() {
    const by = h("select", { id: "share-by" }, ["even", "shop", "category"].map((value) => h("option", { value }, t(`share_${value}`))));
    const names = h("input", { id: "share-people", value: [...new Set([...known, ...news.people.map((p) => p.person), person])].filter(Boolean).join(", ") });
    return h("form", { class: "share", on: { submit: (event) => { event.preventDefault(); run(() => share(by.value, names.value)); } } }, h("h3", null, t("share_out")),
      h("label", null, t("share_by"), by), h("label", null, t("share_people"), names), h("button", { class: "main" }, t("share_do")));
  }
  async function share(by, text) {
    const people = text.split(/[,，、;；]/).map((name) => name.trim()).filter(Boolean);
    document.activeElement?.blur();
    await act("shares", { by, people }, (told) => {
      const count = {};
      for (const name of Object.values(told.shares)) count[name] = (count[name] ?? 0) + 1;
      return t("shared", { people: people.map((p) => `${p} ${count[p] ?? 0}`).join(t("between")) });
    });
    side();
  }
  function sayAct(a) {
    const what = a.kind === "share" ? t("said_share") : a.kind === "out" ? t("said_out", { id: a.listings[0] }) : a.kind === "edit" ? t("said_edit") : a.kind === "question" ? t("answer_" + a.choice) : CHOICES.includes(a.choice) ? t(`decision_${a.choice}`) : t("said_else");
    return `${what}${a.count > 1 ? ` (${t("groups_n", { n: a.count })})` : a.groups.length ? ` · ${byId.get(a.groups[0])?.title ?? a.groups[0]}` : ` · ${a.listings.slice(0, 2).join(" – ")}`}`;
  }

  // --- the whole --------------------------------------------------------------------------------------------------
  // What was told before and has not changed is not told again: a state that is null is no more.
  function learn(fresh) {
    if (fresh.since >= 0) {
      const states = { ...news.states, ...fresh.states }, acts = new Map([...news.acts, ...fresh.acts].map((a) => [a.number, a]));
      fresh.states = states;
      fresh.acts = [...acts.values()].sort((a, b) => b.number - a.number).slice(0, ACTS);
    }
    news = fresh;
  }
  async function take(fresh) {
    if (!fresh) return;
    await released; // what is being pressed stays where it is until it is let go
    if (fresh.number !== audits) return load();
    if (fresh.event < news.event) return; // older than what is known
    learn(fresh);
    if (fresh.change !== changed || fresh.share !== shared) {
      const told = await ask(`changes?since=${changed}`);
      questions = told.questions;
      shares = told.shares;
      if (told.news.number !== audits) return load();
      learn(told.news);
      for (const row of told.rows) if (byId.has(row.id)) Object.assign(byId.get(row.id), row); else add(row);
      [changed, shared] = [news.change, news.share];
      makeFilters();
      sift();
      if (open && told.rows.some((row) => row.id === open.id)) await refresh();
    }
    $("again").textContent = news.stale ? t("again_stale") : news.answered ? t("again_learned", { n: news.answered }) : t("again");
    $("again").classList.toggle("main", news.stale || news.answered > 0);
    const todo = all.filter((row) => row.action !== "none");
    const done = todo.filter((row) => stateOf(row)).length;
    $("bar").max = Math.max(todo.length, 1);
    $("bar").value = done;
    $("far").textContent = t("far", { n: done, of: todo.length });
    const state = $("f-state").value;
    if (state) sift(); else { count_bulk(); draw(); }
    ask_first();
    side();
  }
  function keys(event) {
    const inField = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "Escape" && inField) return event.target.blur();
    if (event.key === "Escape" && panel) return toggle(panel);
    if (inField || event.ctrlKey || event.metaKey || event.altKey || $("dialog").open) return;
    const members = () => [...document.querySelectorAll("[data-member]")];
    const walk = (by) => { const them = members(); if (them.length) { focus = focus < 0 ? (by > 0 ? 0 : them.length - 1) : (focus + by + them.length) % them.length; them.forEach((m, k) => m.setAttribute("tabindex", k === focus ? "0" : "-1")); them[focus].focus(); } };
    const mine = () => open?.members[focus]?.id;
    const chosen = () => mine() ?? (toast(t("choose_listing")), undefined); // of a group nobody has looked into, none is meant
    const inside = event.target.closest?.("#detail");
    const inList = event.target.closest?.("#list");
    const once = (command) => { if (!event.repeat && ready()) run(command); }; // a key held down decides nothing twice
    const leap = (command) => { if (!event.repeat) step(command); };
    const id = open?.id;
    const back = () => { if (!event.repeat) run(() => undo()); }; // what is taken back is the last thing said, whatever stands there
    const keepIt = () => { const one = chosen(); if (one && one !== open.keep && open.action !== "ask") once(() => edit(id, { keep: one })); };
    const does = {
      j: () => go(at + 1), k: () => (inside && mine() && mine() !== open.keep && open.action !== "ask" ? keepIt() : go(at - 1)),
      ArrowDown: () => (inList ? go(at + 1) : false), ArrowUp: () => (inList ? go(at - 1) : false),
      PageDown: () => (inList ? go(at + 10) : false), PageUp: () => (inList ? go(at - 10) : false),
      Home: () => (inList ? go(0) : false), End: () => (inList ? go(shown.length - 1) : false),
      Enter: () => (inList ? go(at < 0 ? 0 : at, true).then(() => $("detail").focus()) : false),
      n: () => leap(() => next()), a: () => id && leap(() => choose(id, "merge_accepted")), d: () => id && leap(() => choose(id, "not_duplicate")),
      l: () => id && leap(() => choose(id, "allowed")), x: () => { const one = chosen(); if (one) once(() => takeOut(id, one)); },
      K: keepIt, u: back, z: back, c: () => open && compare(mine() ?? open.keep), m: () => walk(1), M: () => walk(-1), ArrowRight: () => (inside ? walk(1) : false),
      ArrowLeft: () => (inside ? walk(-1) : false), "/": () => $("search").focus(), "?": help, h: () => toggle("acts"), p: () => toggle("people"),
      q: () => { if (!event.repeat && ready()) later(); }, f: () => { $("more-filters").open = true; $("f-state").focus(); },
      1: () => number(0), 2: () => number(1), 3: () => number(2),
    };
    const number = (k) => { const q = current(); if (q?.answers[k]) leap(() => reply(q, q.answers[k].answer)); };
    if (does[event.key] && does[event.key]() !== false) event.preventDefault();
  }
  function help() {
    const rows = ["n", "a", "d", "l", "m", "x", "K", "c", "j", "u", "q", "1", "/", "f", "h", "p"];
    $("dialog").setAttribute("aria-label", t("keys"));
    $("dialog").replaceChildren(h("h2", null, t("keys")), h("dl", { class: "keys" }, rows.map((key) => [h("dt", null, h("kbd", null, key)), h("dd", null, t(`key_${key === "/" ? "slash" : key === "K" ? "keep" : key === "1" ? "number" : key}`))])),
      h("p", null, h("button", { type: "button", on: { click: () => $("dialog").close() } }, t("close"))));
    $("dialog").showModal();
  }
  const PAPER = 3000;
  function on_paper() {
    on_sheet = true;
    rows.clear();
    $("rows").style.transform = "none";
    $("rows").replaceChildren(...shown.slice(0, PAPER).map((row, k) => line(row, k)), shown.length > PAPER ? h("p", null, t("paper_more", { n: shown.length - PAPER })) : "");
  }
  async function carry() {
    const told = await ask("carry");
    const kind = h("select", { "aria-label": t("carry_for") }, told.kinds.map(([name, text]) => h("option", { value: name }, text)));
    const fetch_it = async () => {
      const answer = await fetch(`/review/api/files/${kind.value}?lang=${lang}`, { headers: secret ? { Authorization: `Bearer ${secret}` } : {} });
      if (!answer.ok) return toast((await answer.json()).detail || answer.statusText);
      const link = h("a", { href: URL.createObjectURL(await answer.blob()), download: /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "dupcheck.zip" });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      return toast(t("carry_saved", { name: link.download }));
    };
    const button = h("button", { type: "button", class: "main", disabled: !told.plans || told.stale, on: { click: () => fetch_it().catch((error) => toast(error.message)) } }, t("carry_take"));
    const open_still = all.filter(isOpen).length;
    $("dialog").setAttribute("aria-label", t("carry"));
    $("dialog").replaceChildren(h("h2", null, t("carry")), h("p", null, t("carry_ready", { n: told.plans })), open_still > 0 ? h("p", { class: "soft" }, t("carry_open", { n: open_still })) : "",
      ...told.left.map((text) => h("p", { class: "decided" }, text)), told.stale ? h("p", { class: "decided" }, t("stale")) : "",
      h("ol", { class: "steps" }, h("li", null, t("carry_first"), h("div", { class: "edit" }, kind, button)), h("li", null, t(offers ? "carry_second_offers" : "carry_second")), h("li", null, t("carry_third", { files: $("files").textContent }))),
      h("p", null, h("button", { type: "button", on: { click: () => $("dialog").close() } }, t("close"))));
    $("dialog").showModal();
  }
  const index = (row) => { row.text = [row.id, row.title, ...row.ids].join("\n").toLowerCase(); byId.set(row.id, row); };
  function add(row) { all.push(row); index(row); }
  // While it runs people go on: only its beginning and its end take a turn among the acts.
  async function again() {
    $("again").disabled = true;
    try {
      let state = await run(() => act("again", {}));
      for (; state && state.running; state = await ask("progress").catch(() => ({ running: true }))) {
        if (state.stage) $("again-far").textContent = t("again_running", { stage: state.stage, percent: state.total ? Math.floor((100 * state.done) / state.total) : 0 });
        await new Promise((resolve) => setTimeout(resolve, 400));
      }
      state = await ask("progress");
      if (state.error) return toast(state.error);
      await run(load);
      toast(t("again_done", { n: all.length }));
    } finally {
      $("again").disabled = false;
      $("again-far").textContent = "";
    }
  }
  async function wait() {
    for (;;) {
      const told = await ask("progress").catch((error) => ({ error: error.message }));
      if (told.ready) return;
      $("waiting").textContent = told.error || t("auditing", { stage: told.stage, percent: told.total ? Math.floor((100 * told.done) / told.total) : 0 });
      await new Promise((resolve) => setTimeout(resolve, told.error ? 3000 : 400));
    }
  }
  async function load() {
    const told = await ask("groups");
    all = told.groups;
    byId = new Map();
    all.forEach(index);
    questions = told.questions;
    person = told.person;
    rules = told.rules;
    shares = told.shares;
    known = told.people;
    pictured = told.pictured;
    offers = told.offers;
    document.body.classList.toggle("plain", !pictured);
    news = { ...news, event: -1 };
    [audits, changed, shared] = [told.news.number, told.news.change, told.news.share];
    $("since").textContent = told.since.join(" ");
    $("since").hidden = !told.since.length;
    trend(told.trend);
    if (open && !byId.has(open.id)) { open = null; document.body.classList.remove("reading"); $("detail").replaceChildren(h("p", { class: "soft pad" }, t("choose_one"))); }
    $("files").textContent = told.files.join(", ");
    $("lead").textContent = t("lead", { groups: told.counts.groups, listings: told.counts.listings });
    $("banner").replaceChildren(...told.unchecked.map((text) => h("span", null, text, " ")), told.problems > 0 ? h("button", { type: "button", on: { click: () => toggle("problems") } }, t("see_problems", { n: told.problems })) : "", " ",
      told.advice > 0 ? h("button", { type: "button", on: { click: () => toggle("advice") } }, t("see_advice", { n: told.advice })) : "");
    $("banner").hidden = !told.unchecked.length && !told.problems && !told.advice;
    $("banner").classList.toggle("calm", !told.unchecked.length);
    $("waiting").hidden = true;
    $("work").hidden = false;
    makeFilters();
    await take(told.news);
    sift();
    if (open) await show(open.id); else if (audits > 1) await begin(); // what stood there is settled and gone
  }
  function begin() {
    if (phone.matches) return undefined;
    if (unanswered().length) return see(unanswered()[0].groups[0]); // the question and its group are one thing
    return shown.length ? go(0, true) : undefined;
  }
  function trend(runs) {
    if (runs.length < 2) return $("trend").replaceChildren();
    const most = Math.max(...runs.map((r) => r.groups), 1);
    const svg = (tag, attributes, ...children) => { const node = document.createElementNS("http://www.w3.org/2000/svg", tag); for (const [n, v] of Object.entries(attributes)) node.setAttribute(n, v); node.append(...children); return node; };
    const text = t("trend", { runs: runs.map((r) => r.groups).join(" → ") });
    $("trend").replaceChildren(svg("svg", { width: 8 * runs.length, height: 24, role: "img", "aria-label": text }, ...runs.map((r, k) => {
      const high = Math.max(1, Math.round((22 * r.groups) / most));
      return svg("rect", { x: 8 * k, y: 24 - high, width: 6, height: high }, (() => { const title = svg("title", {}); title.textContent = `${new Date(1000 * r.at).toLocaleString(document.documentElement.lang)}: ${r.groups}`; return title; })());
    })));
  }
  async function start() {
    await wait();
    await load();
    const named = decodeURIComponent(location.hash.slice(1));
    if (byId.has(named)) await go(shown.findIndex((row) => row.id === named), true);
    else await begin();
    setInterval(() => { if (!busy && !opening && !document.hidden) run(async () => take(await ask(`news?since=${news.event}&stale=${Boolean(news.stale)}`).catch(() => null))); }, 3000);
  }
  let drawing = false;
  const redraw = () => { if (!drawing) { drawing = true; requestAnimationFrame(() => { drawing = false; draw(false); }); } };
  $("list").addEventListener("scroll", redraw, { passive: true });
  new ResizeObserver(redraw).observe($("list"));
  addEventListener("beforeprint", on_paper);
  addEventListener("afterprint", () => { on_sheet = false; $("rows").replaceChildren(); rows.clear(); draw(); });
  addEventListener("beforeunload", (event) => { if (busy || fields().some((field) => field.is_typed())) event.preventDefault(); });
  addEventListener("keydown", keys);
  let typed = 0;
  $("search").addEventListener("input", () => { clearTimeout(typed); typed = setTimeout(() => { $("list").scrollTop = 0; sift(); }, 120); });
  $("filters").addEventListener("change", () => { $("list").scrollTop = 0; sift(); });
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("clear").addEventListener("click", () => { $("search").value = ""; for (const s of document.querySelectorAll("#filters select")) s.selectedIndex = 0; sift(); });
  $("bulk").addEventListener("click", () => { if (ready()) run(bulk); });
  $("next").addEventListener("click", () => step(() => next()));
  $("again").addEventListener("click", () => again().catch((error) => toast(error.message)));
  $("carry").addEventListener("click", () => carry().catch((error) => toast(error.message)));
  $("show-help").addEventListener("click", help);
  $("show-acts").addEventListener("click", () => toggle("acts"));
  $("show-people").addEventListener("click", () => toggle("people"));
  start().catch((error) => { $("waiting").hidden = false; $("waiting").textContent = error.message; });
})();

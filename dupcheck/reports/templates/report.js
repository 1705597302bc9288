"use strict";
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const data = read("data");
  const photos = read("photos");
  const byId = (id) => document.getElementById(id);
  const list = byId("cards");
  if (!list) return;

  // ---- texts and nodes: every text of the catalogue goes in as a text node, never as markup ----

  const kinds = new Intl.PluralRules(document.documentElement.lang);
  const order = ["zero", "one", "two", "few", "many", "other"].filter((kind) => kinds.resolvedOptions().pluralCategories.includes(kind));
  function count(n, forms) { // a number and the word in the form that it takes: {n:listing|listings}
    const words = forms.split("|");
    return `${n} ${words[Math.min(order.indexOf(kinds.select(Number(n))), words.length - 1)]}`;
  }
  function t(name, values = {}) {
    return data.words[name].replace(/\{(\w+)(?::([^{}]*))?\}/g, (whole, key, forms) =>
      (!(key in values) ? whole : forms ? count(values[key], forms) : String(values[key])));
  }

  function h(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
      else node.setAttribute(name, value === true ? "" : String(value));
    }
    node.append(...children.flat(Infinity).filter((child) => ![null, undefined, false, ""].includes(child)));
    return node;
  }

  const bdi = (text) => h("bdi", null, text);
  const id = (listing) => h("bdi", { class: "id" }, listing);
  const percent = (part) => Math.round(part * 100);
  const axisName = (axis) => data.axes[axis] || axis;
  const signalName = (signal) => data.signals[signal] || signal;

  // The first few of many things, and a button for the rest.
  function capped(things, most, make, place) {
    place.append(...things.slice(0, most).map(make));
    if (things.length <= most) return place;
    const more = h("button", { type: "button", class: "more" }, t("show_all", { n: things.length }));
    more.addEventListener("click", () => {
      const rest = things.slice(most).map(make);
      place.append(...rest);
      more.remove();
      rest[0].setAttribute("tabindex", "-1");
      rest[0].focus();
    });
    return [place, more];
  }

  function photo(listing, className) {
    const at = data.listings[listing].photo;
    if (at === null) {
      return h("span", { class: `${className} empty`, title: data.listings[listing].file }, t("no_photo"));
    }
    return h("img", { class: className, src: photos[at], alt: t("photo_of", { id: listing }), decoding: "async" });
  }

  // ---- a card ----

  const ORDER = ["remove_duplicates", "merge_variants", "wholesale_tier", "differentiate", "none"];
  const SIGNS = { held: "✓", failed: "✗", skipped: "–" };
  const ROLE_STEPS = [["fold", "fold_step"], ["remove", "remove_step"], ["differentiate", "differentiate_step"],
    ["allowed", "allowed_step"]];

  function member(m) {
    const listing = data.listings[m.id];
    const facts = [listing.price, ...listing.facts].join(" · ");
    return h("li", { class: `tile ${m.role}` },
      h("div", { class: "frame" }, photo(m.id, "photo"), h("span", { class: "role" }, t(`role_${m.role}`))),
      h("p", { class: "who" }, id(m.id),
        listing.url && h("a", { href: listing.url, target: "_blank", rel: "noopener noreferrer",
          "aria-label": `${t("open_listing")}: ${m.id}` }, "↗")),
      h("p", { class: "title", dir: "auto", title: listing.title }, listing.title),
      h("p", { class: "facts" }, facts),
      m.options.length > 0 && h("p", { class: "chips" },
        m.options.map(([name, value]) => h("span", { class: "chip" }, `${name}: `, bdi(value)))));
  }

  // What the group's listings differ in: the plan's axes, then those that only its pairs name.
  function axes(group) {
    const found = new Map(group.plan_axes.map(([name, values]) => [name, new Set(values)]));
    if (!found.size) {
      for (const pair of group.pairs) {
        for (const [axis, a, b] of pair.differs) {
          const values = found.get(axisName(axis)) || new Set();
          for (const value of [a, b]) if (value) values.add(value);
          found.set(axisName(axis), values);
        }
      }
    }
    if (!found.size) return h("p", { class: "soft" }, t("differs_nothing"));
    return h("dl", { class: "axes" }, [...found].map(([name, values]) => [
      h("dt", null, bdi(name)),
      h("dd", { class: "chips" }, capped([...values], 24, (value) => h("span", { class: "chip" }, bdi(value)),
        h("span", { class: "chips" }))),
    ]));
  }

  function step(name, ...children) {
    return h("li", null, h("b", null, name), children);
  }

  function ids(members) {
    return h("div", { class: "ids" }, capped(members, 24, (m) => id(m.id), h("span", { class: "chips" })));
  }

  function plan(group) {
    const steps = h("ol", { class: "steps" });
    if (group.question) {
      steps.append(step(t("ask_step"), h("p", { dir: "auto", class: "quote" }, group.question.text),
        h("ul", null, group.question.answers.map((answer) =>
          h("li", { dir: "auto" }, `${answer.text}: ${answer.leads_to}`)))));
    }
    if (group.keep) {
      steps.append(step(bdi(t("keep_step", { id: group.keep })),
        group.reasons.map((reason) => h("p", { dir: "auto" }, reason))));
    } else if (group.reasons.length) {
      steps.append(h("li", { class: "bare" }, group.reasons.map((reason) => h("p", { dir: "auto" }, reason))));
    }
    if (group.title && (!group.keep || group.title !== data.listings[group.keep].title)) {
      steps.append(step(t("title_step"), h("p", { dir: "auto", class: "quote" }, group.title)));
    }
    if (group.wholesale) {
      steps.append(step(t("wholesale_step",
        { n: group.wholesale.min_order_quantity, percent: group.wholesale.discount_percent })));
    }
    for (const [role, name] of ROLE_STEPS) {
      const those = group.members.filter((m) => m.role === role);
      if (those.length) steps.append(step(t(name), ids(those)));
    }
    if (group.changes.length) {
      steps.append(step(t("changes_step"), group.changes.map((change) => h("p", { dir: "auto" }, change))));
    }
    return h("section", { class: "plan" }, h("h4", null, t("plan")), steps,
      group.cautions.length > 0 && h("div", { class: "cautions" }, h("b", null, t("cautions")),
        h("ul", null, group.cautions.map((caution) => h("li", { dir: "auto" }, caution)))));
  }

  function skus(group) {
    if (!group.skus.length) return null;
    const names = [...new Set(group.skus.flatMap((sku) => Object.keys(sku.options)))];
    const codes = group.skus.some((sku) => sku.code);
    const head = [t("column_photo"), ...names, t("column_price"), ...(codes ? [t("column_code")] : []),
      t("column_listing")];
    const row = (sku) => h("tr", null,
      h("td", null, sku.file === data.listings[sku.id]?.file ? photo(sku.id, "mini") :
        h("span", { class: "soft file" }, sku.file)),
      names.map((name) => h("td", null, bdi(sku.options[name] ?? "–"))),
      h("td", { class: "num" }, sku.price),
      codes && h("td", { class: "id" }, bdi(sku.code || "–")),
      h("td", null, id(sku.id)));
    const label = `${t("skus")}: ${group.id}`;
    const [body, more] = [capped(group.skus, 20, row, h("tbody", null))].flat();
    return h("section", { class: "skus" }, h("h4", null, t("skus")),
      h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": label },
        h("table", null, h("thead", null, h("tr", null, head.map((name) => h("th", { scope: "col" }, bdi(name))))), body)), more);
  }

  // A limit and a measured value on one track. The part where the condition holds is tinted.
  function track([, side, limit, value, state]) {
    const most = side === "max" ? Math.max(3 * limit, 1) : limit > 1 ? Math.max(100, limit) : Math.max(1, limit);
    const at = (number) => `${Math.min(100, Math.max(0, (100 * number) / most))}%`;
    const node = h("span", { class: `track ${side} ${state}`, "aria-hidden": "true" });
    const tick = h("i", { class: "tick" });
    const zone = h("i", { class: "zone" });
    tick.style.left = at(limit);
    zone.style[side === "max" ? "right" : "left"] = side === "max" ? `calc(100% - ${at(limit)})` : at(limit);
    node.append(zone, tick);
    if (value !== null) {
      const dot = h("i", { class: "dot" });
      dot.style.left = at(value);
      node.append(dot);
    }
    return node;
  }

  // What the seller's answers taught, step by step: from where the probability stood to where each reason moves it.
  function waterfall(steps) {
    let before = 0;
    return h("ul", { class: "waterfall" }, steps.map(([text, amount, chance]) => {
      const [low, high] = amount === null ? [0, chance] : [Math.min(before, chance), Math.max(before, chance)];
      const bar = h("i", { class: amount === null ? "start" : amount > 0 ? "for" : "against" });
      bar.style.left = `${100 * low}%`;
      bar.style.width = `${Math.max(0.8, 100 * (high - low))}%`;
      before = chance;
      return h("li", null, h("span", { class: "said" }, text), h("span", { class: "fall", "aria-hidden": "true" }, bar),
        h("span", { class: "to" }, `${Math.min(99, Math.max(1, Math.round(100 * chance)))} %`));
    }));
  }

  function evidence(pair) {
    return h("article", { class: "pair" },
      h("h5", null, id(pair.a), " ↔ ", id(pair.b), h("span", { class: "code", title: data.rules[pair.rule] }, pair.rule)),
      pair.why && h("p", { dir: "auto" }, pair.why),
      pair.titles.length > 0 && h("p", { class: "small aligned" }, pair.titles.map((line) => h("span", { dir: "auto" }, line))),
      pair.differs.length > 0 && h("p", { class: "chips" }, pair.differs.map(([axis, a, b]) =>
        h("span", { class: "chip" }, `${axisName(axis)}: `, bdi(a || "–"), " / ", bdi(b || "–")))),
      h("ul", { class: "conditions" }, pair.conditions.map((condition) => h("li", { class: condition[4] },
        h("span", { class: "said" }, condition[5]), track(condition),
        h("span", { class: "state", title: t(`state_${condition[4]}`) },
          h("span", { "aria-hidden": "true" }, SIGNS[condition[4]]), h("span", { class: "hidden" },
            t(`state_${condition[4]}`)))))),
      pair.weighed.length > 0 && h("section", { class: "learned" }, h("h6", null, t("what_was_learned")), waterfall(pair.weighed)),
      pair.also.length > 0 && h("p", { class: "soft small" }, t("also_measured", {
        what: pair.also.map(([signal, value]) => `${signalName(signal)} ${value}`).join(" · ") })));
  }

  function why(group) {
    const caught = group.rules.map((code) => h("p", { dir: "auto" }, h("a", { class: "code", href: "#rules" }, code), " ",
      data.rules[code] || ""));
    const first = group.pairs[0];
    const strength = group.strength === null ? "" : t("strength", { percent: percent(group.strength) });
    return h("section", { class: "why" }, h("h4", null, t("why_caught")), caught,
      first && h("p", { class: "sub" }, h("b", null, t("weakest")), " ", strength && h("span", { class: "soft" }, strength)),
      first && evidence(first));
  }

  // The other pairs and each listing's place, made when a person opens them.
  function everything(group) {
    const all = h("details", { class: "all" }, h("summary", null,
      t("evidence", { n: group.all_pairs })));
    all.addEventListener("toggle", () => {
      if (all.childElementCount > 1) return;
      all.append(h("div", { class: "pairs" }, group.pairs.slice(1).map(evidence)));
      if (group.all_pairs > group.pairs.length) {
        all.append(h("p", { class: "soft" }, t("more_pairs", { n: group.all_pairs - group.pairs.length })));
      }
      all.append(h("h5", null, t("places")), h("dl", { class: "places" }, group.members.map((m) =>
        [h("dt", null, id(m.id)), h("dd", { dir: "auto" }, m.why)])));
    });
    return all;
  }

  // ---- decisions: kept by the browser, written to a file on request ----

  const DECISIONS = ["open", "merge_accepted", "not_duplicate", "allowed"];
  const store = `dupcheck ${data.groups.map((group) => group.id).join(" ").slice(0, 2000)}`;
  let decisions = {};
  try {
    const kept = JSON.parse(localStorage.getItem(store) || "{}");
    for (const group of data.groups) {
      const one = kept[group.id];
      if (one && DECISIONS.includes(one.decision)) {
        decisions[group.id] = { decision: one.decision, reason: String(one.reason || "") };
      }
    }
  } catch { /* a page from a file may have no storage: then the decisions live as long as the page */ }

  function decide(group, change) {
    const before = decisions[group.id] || { decision: "open", reason: "" };
    decisions[group.id] = { ...before, ...change };
    if (decisions[group.id].decision === "open") delete decisions[group.id];
    try { localStorage.setItem(store, JSON.stringify(decisions)); } catch { /* as above */ }
    countDecisions();
  }

  function countDecisions() {
    const n = Object.keys(decisions).length;
    byId("save").hidden = n === 0;
    byId("save").textContent = `${t("save_decisions")} (${n})`;
  }

  // What stands beside a plan because it was allowed before keeps that decision.
  function decided(group) {
    return group.action === "none" ? group.members : group.members.filter((m) => m.role !== "allowed");
  }

  function decisionFile() {
    const made = data.groups.filter((group) => decisions[group.id]).map((group) => ({
      listings: decided(group).map((m) => m.id), ...decisions[group.id] }));
    return JSON.stringify({ format: 1, decisions: made }, null, 1) + "\n";
  }

  byId("save").addEventListener("click", () => {
    const address = URL.createObjectURL(new Blob([decisionFile()], { type: "application/json" }));
    h("a", { href: address, download: "decisions.json" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  });

  function decision(group) {
    const now = decisions[group.id] || { decision: "open", reason: "" };
    const reason = h("input", { type: "text", class: "reason", placeholder: t("decision_reason"),
      "aria-label": t("decision_reason"), hidden: now.decision === "open",
      on: { input: (event) => decide(group, { reason: event.target.value }) } });
    reason.value = now.reason;
    const choice = (name) => {
      const input = h("input", { type: "radio", name: `decision ${group.id}`, value: name, on: { change: () => {
        decide(group, { decision: name, reason: reason.value });
        reason.hidden = name === "open";
      } } });
      input.checked = now.decision === name;
      return h("label", null, input, h("span", null, t(`decision_${name}`)));
    };
    return h("fieldset", { class: "decision" }, h("legend", null, t("decision")), DECISIONS.map(choice), reason);
  }

  // ---- the list: heads at once, bodies when they come near ----

  const cards = data.groups.map((group, order) => {
    const keep = group.keep || group.members[0].id;
    const title = group.title || data.listings[keep].title;
    const node = h("article", { class: `card ${group.action}`, id: group.id, "aria-labelledby": `${group.id}-name` },
      h("header", null,
        h("p", { class: "tags" },
          h("span", { class: "action" }, t(`action_${group.action}`)),
          group.action !== "ask" && h("span", { class: "soft" }, t(`verdict_${group.verdict}`)),
          group.rules.map((code) => h("span", { class: "code", title: data.rules[code] }, code)),
          h("a", { class: "id soft", href: `#${encodeURIComponent(group.id)}`, title: t("link_here") }, group.id)),
        h("h3", { id: `${group.id}-name` }, t(`do_${group.action}`, { n: group.members.length })),
        h("p", { class: "what", dir: "auto" }, title)));
    const words = group.members.map((m) => `${m.id}\n${data.listings[m.id].title}\n${data.listings[m.id].code}`);
    return { group, node, order, drawn: false, text: [group.id, group.title, ...words].join("\n").toLowerCase() };
  });
  const cardOf = new Map(cards.map((card) => [card.node, card]));

  function draw(card) {
    if (card.drawn) return;
    card.drawn = true;
    const { group } = card;
    card.node.append(h("div", { class: "body" },
      capped(group.members, innerWidth < 760 ? 6 : 12, member, h("ul", { class: "tiles-row", "aria-label": t("photos") })),
      h("div", { class: "columns" },
        h("div", null, h("section", null, h("h4", null, t("differs")), axes(group)), plan(group), skus(group)),
        why(group)),
      everything(group),
      decision(group)));
    card.node.classList.add("drawn");
  }

  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        draw(cardOf.get(entry.target));
        near.unobserve(entry.target);
      }
    }
  }, { rootMargin: "1500px 0px" });
  for (const card of cards) near.observe(card.node);
  addEventListener("beforeprint", () => {
    cards.filter((card) => !card.node.hidden).forEach(draw);
    document.querySelectorAll(".card:not([hidden]) .more").forEach((more) => more.click()); // paper has no button
  });

  const rank = (card) => [card.group.verdict === "duplicate" ? 0 : 1, ORDER.indexOf(card.group.action),
    -card.group.members.length, card.order];
  const SORTS = {
    severity: rank,
    size: (card) => [-card.group.members.length, ...rank(card)],
    weakest: (card) => [card.group.strength ?? 2, ...rank(card)],
    given: (card) => [card.order],
  };
  let action = "";

  function arrange() {
    const key = SORTS[byId("sort").value];
    const keyed = cards.map((card) => [key(card), card.node]);
    keyed.sort(([a], [b]) => a.reduce((so_far, part, i) => so_far || part - b[i], 0));
    list.append(...keyed.map(([, node]) => node));
  }

  function filter() {
    const wanted = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const rule = byId("rule").value;
    let n = 0;
    for (const card of cards) {
      const fits = (!action || card.group.action === action) && (!rule || card.group.rules.includes(rule)) &&
        wanted.every((word) => card.text.includes(word));
      card.node.hidden = !fits;
      n += fits ? 1 : 0;
    }
    byId("shown").textContent = t("shown", { n, of: cards.length });
    byId("none").hidden = n > 0;
    for (const button of byId("todo").querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.action === action));
    }
  }

  let waiting = 0;
  byId("search").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  });
  byId("bar").addEventListener("submit", (event) => event.preventDefault());
  byId("rule").addEventListener("change", filter);
  byId("sort").addEventListener("change", arrange);
  byId("todo").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    action = button.dataset.action;
    filter();
  });
  byId("clear").addEventListener("click", () => {
    byId("search").value = byId("rule").value = action = "";
    filter();
    byId("search").focus();
  });

  arrange();
  filter();
  countDecisions();
  for (const node of [...list.children].slice(0, 3)) draw(cardOf.get(node));
  // The cards were not there when the browser looked for the address's target.
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target) target.scrollIntoView();
})();

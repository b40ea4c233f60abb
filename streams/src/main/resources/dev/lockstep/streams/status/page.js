"use strict";
/* Asks for the status every two seconds and writes it into the page. Whatever comes from the server goes in as text, never
   as markup: names of tables and messages of services may hold any character. */

const PAUSE = 2000;
const PATIENCE = 5000;
const HOUR = 3600;
const $ = id => document.getElementById(id);

/* ---- words ---- */

const whole = new Intl.NumberFormat("en", {maximumFractionDigits: 0});
const tenth = new Intl.NumberFormat("en", {maximumFractionDigits: 1});
const zoned = new Intl.DateTimeFormat("en-GB", {hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short"});
const time = new Intl.DateTimeFormat("en-GB", {hour: "2-digit", minute: "2-digit", second: "2-digit"});
const minute = new Intl.DateTimeFormat("en-GB", {hour: "2-digit", minute: "2-digit"});
const day = new Intl.DateTimeFormat("en-GB", {weekday: "short", day: "numeric", month: "short"});

function count(n) {
  return whole.format(n);
}

function rate(n) {
  return n < 10 ? tenth.format(n) : whole.format(n);
}

function seconds(s) {
  if (s == null) return "–";
  if (s < 1) return `${Math.round(s * 1000)} ms`;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 60) return `${Math.floor(s)} s`;
  const pair = (a, unit, b, small) => b ? `${a} ${unit} ${b} ${small}` : `${a} ${unit}`;
  if (s < 3600) return pair(Math.floor(s / 60), "min", Math.floor(s % 60), "s");
  if (s < 86400) return pair(Math.floor(s / 3600), "h", Math.floor(s % 3600 / 60), "min");
  return pair(Math.floor(s / 86400), "d", Math.floor(s % 86400 / 3600), "h");
}

/** A moment in the reader's time zone; with its day unless that is today. */
function moment(iso) {
  const at = new Date(iso);
  const today = at.toDateString() === new Date().toDateString();
  return today ? time.format(at) : `${day.format(at)} ${time.format(at)}`;
}

/** Ages are counted on the server's clock: the reader's may be wrong. */
function ago(iso, now) {
  const age = Math.max(0, (new Date(now) - new Date(iso)) / 1000);
  return `${moment(iso)} (${age < 60 ? "less than a minute" : seconds(age - age % 60)} ago)`;
}

/* ---- writing into the page ---- */

/** Writes only what has changed, so that selections stay and screen readers are told once. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function element(tag, text, name) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (name) node.className = name;
  return node;
}

/** Makes the list's children equal to the new ones, and leaves those that are so already. */
function fill(parent, children) {
  children.forEach((child, i) => {
    const old = parent.children[i];
    if (!old) parent.append(child);
    else if (!old.isEqualNode(child)) old.replaceWith(child);
  });
  while (parent.children.length > children.length) parent.lastElementChild.remove();
}

/** A table row: the first cell is its header; a cell is a text, [text, class], or a node. */
function row(cells) {
  const tr = element("tr");
  cells.forEach((cell, i) => {
    const node = element(i ? "td" : "th");
    if (!i) node.scope = "row";
    if (cell instanceof Node) node.append(cell);
    else if (Array.isArray(cell)) { node.textContent = cell[0]; node.className = cell[1]; }
    else node.textContent = cell;
    tr.append(node);
  });
  return tr;
}

function table(id, rows) {
  fill($(id).tBodies[0], rows);
  $(id).parentElement.hidden = !rows.length;
  if ($(`${id}-empty`)) $(`${id}-empty`).hidden = rows.length > 0;
}

function chip(mood, text) {
  const node = element("span", `${{OK: "✓", WORKING: "↻", ATTENTION: "!", TROUBLE: "✕"}[mood]} ${text}`, "chip");
  node.dataset.mood = mood;
  return node;
}

/* ---- the verdict ---- */

function verdict(mood, sentence, detail) {
  $("verdict").dataset.mood = mood;
  $("sign").setAttribute("href", `#sign-${mood}`);
  write($("headline"), sentence);
  write($("detail"), detail);
}

function title(mark, sentence, name) {
  document.title = `${mark} ${sentence}${name ? ` · ${name}` : ""}`;
}

function problems(list, now) {
  $("problems").hidden = !list.length;
  write($("problems-title"), list.some(p => p.severe) ? "What is wrong" : "What to look at");
  fill($("problem-list"), list.map(p => {
    const li = element("li");
    li.dataset.severe = p.severe;
    li.append(element("b", `${p.severe ? "✕" : "!"} ${p.brief}.`), ` ${p.detail} `);
    if (p.at) li.append(element("span", ago(p.at, now), "when"));
    return li;
  }));
}

function copying(copy) {
  $("copy").hidden = !copy;
  if (!copy) return;
  const bar = $("copy-bar");
  if (copy.expected > 0) {
    // Never full before it is done: what is expected is a guess.
    const share = Math.min(99, Math.floor(100 * copy.items / copy.expected));
    bar.value = share;
    write($("copy-share"), `${share} %`);
  } else {
    bar.removeAttribute("value");
    write($("copy-share"), `${count(copy.items)} items`);
  }
}

/* ---- the parts ---- */

function tile(id, figure, unit) {
  fill($(id), [element("span", figure), element("small", unit ? ` ${unit}` : "")]);
}

function tiles(s) {
  const live = s.shards.filter(shard => shard.position !== "SHARD_END");
  tile("tile-lag", s.lag == null ? "not known" : seconds(s.lag));
  tile("tile-changes", rate(s.changesPerSecond), "a second");
  tile("tile-writes", rate(s.writesPerSecond), "a second");
  tile("tile-backlog", count(s.destinations.reduce((sum, d) => sum + d.backlog, 0)));
  tile("tile-dead", count(s.deadLetters.count));
  tile("tile-shards", count(live.filter(shard => shard.ours).length), `of ${count(live.length)}`);
}

const STATES = {
  LIVE: ["OK", "live"], AWAY: ["TROUBLE", "away"], CATCHING_UP: ["WORKING", "catching up"], COPYING: ["WORKING", "being copied to"],
};

function destinations(s, now) {
  table("destinations", s.destinations.map(d => row([
    d.name, chip(...STATES[d.state]), [seconds(d.lag), "n"], [count(d.backlog), "n"], [count(d.changes), "n"], [count(d.written), "n"],
    [d.error ? d.error + (d.errorAt ? ` · ${ago(d.errorAt, now)}` : "") : "none", "text"],
  ])));
}

const POSITIONS = {TRIM_HORIZON: "from the oldest change kept", LATEST: "from the newest change"};

function shards(s) {
  const open = s.shards.filter(shard => shard.position !== "SHARD_END");
  open.sort((a, b) => b.ours - a.ours || (b.lag ?? -1) - (a.lag ?? -1) || (a.id < b.id ? -1 : 1));
  table("shards", open.map(shard => row([
    [shard.id, "code"],
    shard.ours ? chip("OK", "this process") : shard.owner == null ? chip("TROUBLE", "nobody") : shard.owner,
    [seconds(shard.lag), "n"], [shard.ours ? count(shard.records) : "–", "n"],
    [POSITIONS[shard.position] ?? shard.position, POSITIONS[shard.position] ? "" : "code"],
  ])));
  const ended = s.shards.length - open.length;
  $("shards-ended").hidden = !ended;
  write($("shards-ended"), ended === 1 ? "One more was read to its end." : `${count(ended)} more were read to their end.`);
  $("shards-empty").hidden = s.shards.length > 0;
}

function result(c) {
  const found = c.missing + c.different + c.extra;
  const left = Math.max(0, found - c.repaired);
  if (left) return chip("TROUBLE", `${count(left)} left`);
  if (found) return chip("OK", "repaired");
  return c.unsettled ? chip("ATTENTION", "equal but for the unsettled") : chip("OK", "equal");
}

function verification(s, now) {
  const v = s.verification;
  const next = s.nextVerification == null ? "No further one is planned." :
    s.nextVerification <= 0 ? "The next one is due." : `The next one is in ${seconds(s.nextVerification)}.`;
  table("verification", (v?.replicas ?? []).map(c => row([
    c.replica, result(c), ...[c.compared, c.missing, c.different, c.extra, c.unsettled, c.repaired].map(n => [count(n), "n"]),
  ])));
  $("verification").hidden = !v?.replicas.length;
  if (!v) {
    write($("verification-words"), s.nextVerification == null
      ? "Comparisons from time to time are not asked for; --verify-every does that."
      : `This process has not compared yet. ${next}`);
    return;
  }
  const drift = v.replicas.reduce((sum, c) => sum + c.missing + c.different + c.extra, 0);
  const repaired = v.replicas.reduce((sum, c) => sum + c.repaired, 0);
  const found = v.error ? `It did not come to an end: ${v.error}`
    : !drift ? "No difference was found."
    : `${count(drift)} difference${drift === 1 ? "" : "s"} found, ${count(repaired)} repaired.`;
  write($("verification-words"), `The last one began at ${ago(v.at, now)} and took ${seconds(v.took)}. ${found} ${next}`);
}

function deadLetters(s, now) {
  const d = s.deadLetters;
  const place = d.place ? ` They ${d.count ? "are" : "would be"} kept in ${d.place}.` : "";
  write($("dead-words"), d.count === 0 ? `None since this process started.${place}`
    : `${count(d.count)} change${d.count === 1 ? "" : "s"} could not be written.${place}` +
      (d.lastAt ? ` The last one came at ${ago(d.lastAt, now)}.` : ""));
}

function process(s, now) {
  const p = s.publishing;
  const facts = [
    ["Worker", s.workerId], ["Shares out the shards", s.leader ? "yes" : "no, another process does"],
    ["Started", ago(s.startedAt, now)], ["Stream", s.stream],
    ["CloudWatch", !p ? "not asked for" : `${p.namespace}, ${p.lastSuccess ? `last published ${ago(p.lastSuccess, now)}` : "not published yet"}` +
      (p.failures ? `, ${count(p.failures)} failed` : "")],
  ];
  fill($("process"), facts.flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
}

/* ---- the plots ---- */

const samples = {at: [], p50: [], p99: [], worst: [], changesPerSecond: [], writesPerSecond: []};
/** Series differ in form, not only in colour. */
const FORMS = {
  area: {stroke: "--area-edge", fill: "--area", width: 1, legend: "M0 12V5l8-3 8 4 8-5 8 4v7z"},
  calm: {stroke: "--calm-edge", fill: "--calm", width: 1, legend: "M0 12V5l8-3 8 4 8-5 8 4v7z"},
  thin: {stroke: "--thin", width: 1, legend: "M0 6h32"},
  thick: {stroke: "--thick", width: 2.5, legend: "M0 6h32"},
};

function remember(history, now) {
  const end = now / 1000 - HOUR - 30;
  for (const name of Object.keys(samples)) samples[name].push(...history[name]);
  const old = samples.at.findIndex(at => at / 1000 >= end);
  for (const name of Object.keys(samples)) samples[name].splice(0, old < 0 ? samples.at.length : old);
}

/** Where no samples were taken, the line is broken. */
function columns(names, interval) {
  const data = [[], ...names.map(() => [])];
  samples.at.forEach((at, i) => {
    if (i && at - samples.at[i - 1] > 3000 * interval) {
      data[0].push(samples.at[i - 1] / 1000 + interval);
      names.forEach((_, k) => data[k + 1].push(null));
    }
    data[0].push(at / 1000);
    names.forEach((name, k) => data[k + 1].push(samples[name][i]));
  });
  return data;
}

class Plot {
  /** @param series each [column, label, form], from the back to the front */
  constructor(id, series, unit, words) {
    Object.assign(this, {id, series, unit, words, names: series.map(([name]) => name), end: Date.now() / 1000, plot: null});
    this.outputs = series.map(([, label, form]) => {
      const li = element("li");
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      svg.setAttribute("viewBox", "0 0 32 12");
      svg.setAttribute("aria-hidden", "true");
      path.setAttribute("d", FORMS[form].legend);
      path.setAttribute("class", form);
      svg.append(path);
      const output = element("output");
      output.setAttribute("aria-live", "off");
      li.append(svg, `${label} `, output);
      $(`${id}-legend`).append(li);
      return output;
    });
    new ResizeObserver(() => this.fit()).observe(this.box);
  }

  get box() {
    return $(`${this.id}-plot`);
  }

  fit() {
    if (this.plot && this.box.clientWidth) this.plot.setSize({width: this.box.clientWidth, height: this.box.clientHeight});
  }

  draw(now, interval) {
    this.end = now / 1000;
    const data = columns(this.names, interval);
    const some = samples.at.length > 0;
    this.box.hidden = !some;
    $(`${this.id}-empty`).hidden = some;
    if (!some) return;
    if (this.plot) this.plot.setData(data);
    else this.plot = new uPlot(this.options(), data, this.box);
    this.tell(this.plot.cursor.idx);
  }

  /** Colours are read anew: the plot is drawn on a canvas, which no style sheet reaches. */
  redraw(now, interval) {
    this.plot?.destroy();
    this.plot = null;
    this.draw(now, interval);
  }

  tell(index) {
    const i = index ?? this.plot.data[0].length - 1;
    this.outputs.forEach((output, k) => write(output, this.words(this.plot.data[k + 1][i])));
    const at = this.plot.data[0][i];
    const peaks = this.plot.data[1];
    const peak = peaks.reduce((best, v, k) => v != null && (best < 0 || v > peaks[best]) ? k : best, -1);
    const most = peak < 0 ? "" : ` Highest of the hour: ${this.words(peaks[peak])} at ${time.format(this.plot.data[0][peak] * 1000)}.`;
    write($(`${this.id}-summary`), `${index == null ? "Last sample" : "Sample of"} ${time.format(at * 1000)}.${most}`);
  }

  options() {
    const style = getComputedStyle(document.documentElement);
    const colour = name => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--quiet"), grid: {stroke: colour("--grid"), width: 1}, ticks: {stroke: colour("--grid"), width: 1},
      font: `12px ${getComputedStyle(document.body).fontFamily}`,
    };
    return {
      width: this.box.clientWidth, height: this.box.clientHeight, legend: {show: false}, padding: [8, 22, 0, 0],
      cursor: {drag: {x: false, y: false}, y: false},
      scales: {x: {time: true, range: () => [this.end - HOUR, this.end]}, y: {range: (_, low, high) => [0, Math.max(1, (high ?? 0) * 1.1)]}},
      axes: [
        {...axis, space: 70, size: 32, values: (_, ticks) => ticks.map(t => minute.format(t * 1000))},
        {...axis, size: 58, values: (_, ticks) => ticks.map(t => `${tenth.format(t)}${this.unit}`)},
      ],
      series: [{}, ...this.series.map(([, label, form], i) => ({
        label, stroke: colour(FORMS[form].stroke), width: FORMS[form].width, fill: FORMS[form].fill && colour(FORMS[form].fill),
        points: {size: 5, filter: lonely(i + 1)},
      }))],
      hooks: {setCursor: [plot => this.tell(plot.cursor.idx)]},
    };
  }
}

/** A sample without neighbours makes no line: it is drawn as a point. */
function lonely(series) {
  return plot => {
    const values = plot.data[series];
    const alone = [];
    values.forEach((v, i) => {
      if (v != null && values[i - 1] == null && values[i + 1] == null) alone.push(i);
    });
    return alone;
  };
}

/* ---- asking ---- */

let plots;
let source = "";
let known = null;
let lastAnswer = null;
let timer;

function show(doc) {
  const s = doc.status;
  const now = new Date(doc.now).getTime();
  document.body.classList.remove("stale");
  $("known").hidden = false;
  write($("name"), s.name);
  write($("route"), `${s.primary} → ${s.destinations.map(d => d.name).join(", ") || "no destination"}`);
  verdict(doc.headline.mood, doc.headline.sentence, doc.headline.detail);
  title({OK: "✓", ATTENTION: "!", WORKING: "↻", TROUBLE: "✕", FAILED: "✕"}[doc.headline.mood], doc.headline.sentence, s.name);
  write($("freshness"), `As of ${zoned.format(lastAnswer)}`);
  copying(s.copy);
  problems(doc.headline.problems, doc.now);
  tiles(s);
  destinations(s, doc.now);
  shards(s);
  verification(s, doc.now);
  deadLetters(s, doc.now);
  process(s, doc.now);
  plots.forEach(plot => plot.draw(now, doc.history.intervalSeconds));
}

function silent(reason) {
  document.body.classList.add("stale");
  const since = lastAnswer ? `No answer since ${time.format(lastAnswer)}` : "No answer";
  verdict("SILENT", since, lastAnswer ? "What is shown below was true then. It may go on replicating, or not." : "The process has not answered yet.");
  title("?", since, known?.status.name);
  write($("freshness"), `Asking again every ${PAUSE / 1000} seconds. ${reason}`);
  $("copy").hidden = true;
}

/** A process that was started anew has a history of its own. */
function receive(doc) {
  const from = `${doc.status.workerId} ${doc.status.startedAt}`;
  if (from !== source) {
    Object.values(samples).forEach(column => { column.length = 0; });
    const first = source === "";
    source = from;
    if (!first) return false;
  }
  remember(doc.history, new Date(doc.now).getTime());
  return true;
}

async function ask() {
  const since = samples.at.length ? `?since=${samples.at[samples.at.length - 1]}` : "";
  const answer = await fetch(`status.json${since}`, {signal: AbortSignal.timeout(PATIENCE), cache: "no-store"});
  if (!answer.ok) throw new Error(`The process says: ${(await answer.text()).trim()}`);
  const doc = await answer.json();
  return receive(doc) ? doc : ask();
}

async function round() {
  clearTimeout(timer);
  try {
    known = await ask();
    lastAnswer = new Date();
  } catch (e) {
    silent(e.message.startsWith("The process says") ? e.message : "");
    timer = setTimeout(round, PAUSE);
    return;
  }
  show(known);
  timer = setTimeout(round, PAUSE);
}

function zone() {
  const offset = new Intl.DateTimeFormat("en", {timeZoneName: "longOffset"}).formatToParts(new Date()).find(p => p.type === "timeZoneName").value;
  write($("zone"), `Times are in ${Intl.DateTimeFormat().resolvedOptions().timeZone} (${offset}), on this browser's clock.`);
}

plots = [
  new Plot("lag", [["worst", "Worst", "area"], ["p99", "p99", "thin"], ["p50", "p50", "thick"]], " s", seconds),
  new Plot("rate", [["writesPerSecond", "Writes made", "calm"], ["changesPerSecond", "Changes read", "thick"]], "",
    v => v == null ? "–" : `${rate(v)}/s`),
];
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  if (known) plots.forEach(plot => plot.redraw(new Date(known.now).getTime(), known.history.intervalSeconds));
});
zone();
round();

// Draws the charts of a page. The options come from the server; from here come the
// reader's theme, the reader's way to write numbers, and what a click opens.
import type { ECharts } from "../../web/echarts";

interface Figure {
  option: Record<string, any>;
  tips?: string[];
  links?: string[];
  turn?: boolean;
  outlines?: string; // address of the areas of a map
  failed?: string;
}

const narrow = matchMedia("(max-width: 760px)");
const still = matchMedia("(prefers-reduced-motion: reduce)");
let patterns = false;

export function setPatterns(on: boolean): void {
  if (patterns === on) return;
  patterns = on;
  redraw(false);
}

const numbers = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
const large = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 });

function axisNumber(value: number): string {
  return Math.abs(value) >= 10000 ? large.format(value) : numbers.format(value);
}

// finely writes the numbers of an axis that shows a small stretch with as many digits as tell them apart.
function finely(low: number, high: number): (value: number) => string {
  const digits = Math.ceil(-Math.log10((high - low) / 4));
  if (!(digits > 1)) return axisNumber;
  const fine = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: Math.min(digits + 1, 6) });
  return (value) => fine.format(value);
}

// themed replaces the names of style properties by what they are now.
function themed(value: unknown, style: CSSStyleDeclaration): unknown {
  if (typeof value === "string") {
    return value.startsWith("var(--") ? style.getPropertyValue(value.slice(4, -1)).trim() : value;
  }
  if (Array.isArray(value)) return value.map((v) => themed(v, style));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, themed(v, style)]));
  }
  return value;
}

// turned exchanges the axes of a field.
function turned(option: Record<string, any>): void {
  const across = option["xAxis"][0];
  const down = option["yAxis"][0];
  option["xAxis"] = [{ ...down, inverse: false, position: "top", axisLabel: { ...down.axisLabel, rotate: 60, width: 76 } }];
  option["yAxis"] = [{ ...across, inverse: true, axisLabel: { ...across.axisLabel, rotate: 0 } }];
  for (const series of option["series"]) {
    for (const datum of series.data) datum.value = [datum.value[1], datum.value[0], datum.value[2]];
  }
  Object.assign(option["visualMap"], { left: -5, right: "auto", itemGap: 5, itemWidth: 9, textGap: 2, textStyle: { ...option["visualMap"].textStyle, fontSize: 10 } });
  option["grid"] = [{ ...option["grid"][0], top: "96", right: "30" }];
}

// evenly divides an axis into as many equal steps as its labels have room for; the ends stay labelled.
function evenly(axis: Record<string, any>, length: number): void {
  const most = Math.max(1, Math.min(axis["splitNumber"] ?? 4, Math.floor(length / 48)));
  const span = axis["max"] - axis["min"];
  const whole = (v: number): boolean => Math.abs(v - Math.round(v)) < 1e-6;
  for (let n = most + 1; span > 0 && n >= 1; n--) {
    const step = span / n;
    const digits = step / 10 ** (Math.floor(Math.log10(step)) - 1); // the first two
    const round = whole(digits / 5) && whole(axis["min"] / step) && step >= (axis["minInterval"] ?? 0);
    if (round && n * 48 <= Math.max(length, 48)) {
      axis["interval"] = step;
      return;
    }
  }
  axis["splitNumber"] = Math.max(1, Math.min(most, Math.floor(length / 64))); // the axis may take half as many again
}

// across is about how long a lying axis is: the room without what stands beside it.
function across(option: Record<string, any>, index: number, room: number): number {
  const grid = option["grid"]?.[index] ?? {};
  let length = room - Number(grid.left ?? 0) - Number(grid.right ?? 0);
  for (const axis of option["yAxis"] ?? []) {
    if ((axis.gridIndex ?? 0) !== index || axis.type !== "category") continue;
    length -= axis.position === "right" ? 64 : Math.min(axis.axisLabel?.width || 90, 8 + 6.4 * Math.max(0, ...(axis.data ?? []).map(wide)));
  }
  return length;
}

// wide is how many Latin letters a name is about as wide as.
function wide(name: unknown): number {
  return [...String(name)].reduce((sum, letter) => sum + (letter > "\u2e80" ? 1.7 : 1), 0);
}

function prepare(figure: Figure, room: number, printing: boolean): Record<string, any> {
  const style = getComputedStyle(document.documentElement);
  const option = themed(structuredClone(figure.option), style) as Record<string, any>;
  if (figure.turn && narrow.matches) turned(option);
  for (const axis of [...(option["xAxis"] ?? []), ...(option["yAxis"] ?? [])]) {
    if (axis.name) axis.nameTextStyle = { color: style.getPropertyValue("--ink-2").trim(), fontSize: 12 };
    if (axis.type !== "value" && axis.type !== "log") continue;
    const write = finely(axis.min, axis.max);
    const percent = axis.axisLabel?.formatter === "{value}%";
    axis.axisLabel = { ...axis.axisLabel, formatter: percent ? (value: number) => `${write(value)}%` : write };
  }
  // Few names across need not stand upright.
  if (figure.turn && !narrow.matches) {
    const slot = Math.floor((room - 90) / option["xAxis"][0].data.length);
    if (slot >= 76) {
      Object.assign(option["xAxis"][0].axisLabel, { rotate: 0, width: slot - 10, overflow: "break" });
      option["grid"] = [{ ...option["grid"][0], bottom: "14" }];
    }
  }
  // Names beside bars get as much room as the chart can spare.
  for (const axis of option["yAxis"] ?? []) {
    if (axis.axisLabel?.width) axis.axisLabel.width = Math.max(axis.axisLabel.width / 1.5, Math.min(240, Math.round(room * 0.42)));
  }
  for (const axis of option["xAxis"] ?? []) {
    if (axis.type === "value" && axis.show !== false && axis.axisLabel?.show !== false) evenly(axis, across(option, axis.gridIndex ?? 0, room));
  }
  for (const series of option["series"]) {
    if (series.type === "map" && room < 560) {
      // The legend stands in a column above the map.
      Object.assign(option["visualMap"], { orient: "vertical", itemGap: 4 });
      series.top = 16 * option["visualMap"].pieces.length + 14;
      for (const datum of series.data) datum.label.fontSize = 10;
    }
    if (series.type === "bar" && !series.stack) {
      const lying = option["yAxis"][series.yAxisIndex ?? 0]?.type === "category";
      series.itemStyle = { borderRadius: lying ? [0, 3, 3, 0] : [3, 3, 0, 0], ...series.itemStyle };
      series.barMaxWidth = lying ? 22 : 40;
    }
  }
  const tips = figure.tips ?? [];
  const axisTip = option["tooltip"].trigger === "axis";
  option["tooltip"] = {
    ...option["tooltip"],
    renderMode: "richText", // an HTML tip would need inline styles
    confine: true,
    transitionDuration: 0,
    backgroundColor: style.getPropertyValue("--surface").trim(),
    borderColor: style.getPropertyValue("--rule").trim(),
    textStyle: { color: style.getPropertyValue("--ink").trim(), fontSize: 13, lineHeight: 20, fontFamily: style.getPropertyValue("--font").trim() },
    formatter: (params: any) => {
      const at = Array.isArray(params) ? params[0] : params;
      // The line of all levels holds one datum a series; the rest one datum a category.
      const index = !axisTip && at.componentSubType === "bar" && option["grid"]?.length > 1
        ? (option["series"][at.seriesIndex].stack ? at.seriesIndex : at.dataIndex + tips.length - option["series"][at.seriesIndex].data.length)
        : at.dataIndex;
      return (tips[index] ?? "").replace(/[{}|]/g, " ");
    },
  };
  if (axisTip) option["tooltip"].axisPointer = { type: "shadow", shadowStyle: { color: "rgba(120,140,170,0.12)" } };
  option["textStyle"] = { fontFamily: style.getPropertyValue("--font").trim() };
  option["animation"] = !still.matches && !printing;
  option["animationDuration"] = 500;
  option["animationDurationUpdate"] = 400;
  option["aria"] = { ...option["aria"], decal: { show: (patterns || printing) && !figure.turn } }; // steps of one colour need none
  return option;
}

const figures = new Map<string, Figure>();
const widths = new WeakMap<HTMLElement, number>(); // for which a chart was prepared
let onPaper = false;

// fit gives a chart the size of its place. A place without a size is drawn in when it has one.
function fit(host: HTMLElement): void {
  const figure = figures.get(host.dataset["plot"] ?? "");
  if (!figure || !host.isConnected || host.clientWidth === 0 || host.clientHeight === 0) return;
  const chart = echarts.getInstanceByDom(host);
  if (!chart) {
    draw(host, figure, onPaper);
    return;
  }
  if (chart.getWidth() !== host.clientWidth || chart.getHeight() !== host.clientHeight) chart.resize();
  if (widths.get(host) !== host.clientWidth) later();
}

function fitAll(): void {
  for (const name of figures.keys()) {
    const host = document.getElementById(`plot-${name}`);
    if (host) fit(host);
  }
}

// later prepares charts for their new width once that has come to rest.
let waiting: ReturnType<typeof setTimeout> | undefined;

function later(): void {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    for (const [name, figure] of figures) {
      const host = document.getElementById(`plot-${name}`);
      if (host && widths.get(host) !== host.clientWidth) draw(host, figure, onPaper);
    }
  }, 120);
}

const places = new ResizeObserver((entries) => {
  for (const entry of entries) fit(entry.target as HTMLElement);
});
const watched = new WeakSet<HTMLElement>();

// Where the observer is late, the window and the fonts tell as well.
addEventListener("resize", () => requestAnimationFrame(fitAll));
addEventListener("load", fitAll);
void document.fonts?.ready.then(fitAll);

// outlined loads the areas of a map once, and draws it then; until they are there its place says nothing.
const asked = new Set<string>();

function outlined(host: HTMLElement, figure: Figure, address: string): boolean {
  if (echarts.getMap(address)) return true;
  if (asked.has(address)) return false;
  asked.add(address);
  void (async () => {
    try {
      const answer = await fetch(address, { signal: AbortSignal.timeout(30000) });
      if (!answer.ok) throw new Error(String(answer.status));
      echarts.registerMap(address, await answer.json());
      redraw(false);
    } catch {
      host.textContent = figure.failed ?? "";
      host.classList.add("failed");
    }
  })();
  return false;
}

function draw(host: HTMLElement, figure: Figure, printing: boolean): void {
  if (!watched.has(host)) {
    watched.add(host);
    places.observe(host);
  }
  if (host.clientWidth === 0 || host.clientHeight === 0) return;
  if (figure.outlines && !outlined(host, figure, figure.outlines)) return;
  let chart: ECharts | undefined = echarts.getInstanceByDom(host);
  if (!chart) {
    chart = echarts.init(host, null, { renderer: "canvas", devicePixelRatio: Math.max(2, devicePixelRatio) });
    const name = host.dataset["plot"] ?? "";
    chart.on("click", (event: any) => {
      const href = figures.get(name)?.links?.[event.dataIndex];
      if (href) location.assign(href);
    });
  } else if (chart.getWidth() !== host.clientWidth || chart.getHeight() !== host.clientHeight) {
    chart.resize();
  }
  widths.set(host, host.clientWidth);
  host.classList.toggle("linked", Boolean(figure.links?.some(Boolean)));
  chart.setOption(prepare(figure, host.clientWidth, printing), { notMerge: false, replaceMerge: ["series", "visualMap"] });
}

// drawAll draws every chart of the page, reading its figures anew.
export function drawAll(): void {
  for (const script of document.querySelectorAll<HTMLScriptElement>("script[data-chart]")) {
    const name = script.dataset["chart"] ?? "";
    const host = document.getElementById(`plot-${name}`);
    if (!host) continue;
    const figure = JSON.parse(script.textContent ?? "{}") as Figure;
    figures.set(name, figure);
    draw(host, figure, false);
  }
}

// redraw draws the figures that are there again: in another theme, on paper, with patterns.
export function redraw(printing: boolean): void {
  onPaper = printing;
  for (const [name, figure] of figures) {
    const host = document.getElementById(`plot-${name}`);
    if (host) draw(host, figure, printing);
  }
}

narrow.addEventListener("change", () => {
  for (const [name, figure] of figures) {
    const host = document.getElementById(`plot-${name}`);
    if (!host || !figure.turn) continue;
    echarts.getInstanceByDom(host)?.clear();
    draw(host, figure, false);
  }
});

// forget lets go of charts whose place in the page is gone.
export function forget(hosts: Iterable<HTMLElement>): void {
  for (const host of hosts) {
    if (host.isConnected) continue;
    echarts.getInstanceByDom(host)?.dispose();
    places.unobserve(host);
    watched.delete(host);
    figures.delete(host.dataset["plot"] ?? "");
  }
}

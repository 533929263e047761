// One chart, mounted once: it watches the feed that the page writes figures to. Its menu is in chart_menu.js.
let loading;
const NARROW = 520; // pixels of a chart that shows a legend in place of names at the ends of its lines
const AFTER = 80; // milliseconds that the other charts leave to the first
const WATCH = 50; // milliseconds after which a feed that was replaced is seen
const REDUCED_MOTION = 3000; // milliseconds between pictures, for those who asked for less motion

function plotly(src) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  loading ??= new Promise((resolve, reject) => {
    const failed = () => { loading = null; reject(new Error('plotly.js did not load from ' + src)); };
    document.head.append(Object.assign(document.createElement('script'), { src, onload: () => resolve(window.Plotly), onerror: failed }));
  });
  return loading;
}

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)).join(',');

// a figure comes in the light colours: on a dark page each is swapped for its dark one
function recoloured(text, darkColours) {
  const swap = Object.fromEntries(Object.entries(darkColours).flatMap(([light, dark]) => [[light, dark], ['rgba(' + rgb(light), 'rgba(' + rgb(dark)]]));
  const any = new RegExp(Object.keys(swap).map((key) => key.replace('(', '\\(') + (key[0] === '#' ? '\\b' : '(?=,)')).join('|'), 'gi');
  return text.replace(any, (found) => swap[found.toLowerCase()]);
}

// names at the ends of lines need room: without it the legend tells them
function narrowed(full) {
  const { narrow } = full.meta ?? {}, layout = { ...full, legend: { ...full.legend, font: { size: 12 } } };
  if (!narrow) return layout;
  const { margin, ...rest } = narrow;
  return { ...layout, ...rest, margin: { ...layout.margin, ...margin }, annotations: layout.annotations?.filter((a) => a.name !== 'end') };
}

// the hero on top of a phone (phone.js): curves and numbers at the axes alone
const MINI = 132, BAR = 36; // pixels; what plays a chart in time
function small(full) {
  const bare = Object.fromEntries(Object.keys(full).filter((k) => /^[xy]axis/.test(k)).map((k) => [k, { ...full[k], title: undefined }]));
  return { ...full, ...bare, showlegend: false, annotations: [], margin: { l: 44, r: 8, t: 6, b: 24 } };
}

export default function ({ parentElement, data }) {
  const box = parentElement.querySelector('.live'), chart = box.querySelector('.plot');
  const feed = '.st-key-' + CSS.escape(data.feed);
  const finger = matchMedia('(pointer: coarse)'), reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');
  const config = { responsive: true, displaylogo: false, displayModeBar: false, showSendToCloud: false };
  const playing = player(parentElement.querySelector('.player'), chart);
  let mounted = true, seen = '', drawn = 0, observer, watching, after, later;
  // in a lecture a chart is drawn small and shown large: its letters and lines grow with it
  const root = document.documentElement;
  const big = () => (root.classList.contains('hyperviz-lecture') ? parseFloat(getComputedStyle(root).fontSize) / 16 : 1);
  const sized = (pixels) => { box.style.height = pixels * big() + 'px'; box.style.setProperty('--big', big()); };
  sized(data.height);

  // asked of the page only when it changes: each time, the browser would lay all of the page out before a picture
  let width = 0;
  const measured = () => { width = chart.clientWidth; };
  const resized = new ResizeObserver(measured);
  resized.observe(chart);

  // a picture of square pixels is no taller than its width allows: no empty space on a phone
  const height = (meta) => Math.min(data.height, data.low && width < NARROW ? data.low : Infinity,
    meta?.aspect ? width * meta.aspect + meta.margin : Infinity);

  // the margin never grows to fit: a legend of more rows than it has room for gets it, and keeps it while the width stays
  let top = {}, names = '';
  // above what stands between it and the plot: the titles of two plots side by side
  const above = () => ((chart._fullLayout.legend?.y ?? 1) - 1) * chart._fullLayout._size.h;
  const legend = () => (chart.querySelector('.legend .bg')?.getBBox().height ?? 0) + Math.max(8, above());
  const room = (layout) => Math.max(layout.margin?.t ?? 0, top.width === width ? top.pixels : 0);
  const named = (traces) => JSON.stringify([width, big(), traces.map((trace) => trace.showlegend !== false && [trace.name, trace.visible])]);
  const paint = (traces, wide) => {
    const mini = box.classList.contains('mini'), layout = mini ? small(wide) : wide;
    const t = mini ? layout.margin.t : room(layout), more = data.low ? 0 : t - (layout.margin?.t ?? 0);
    const below = layout.meta?.plays && big() > 1 ? BAR : 0; // a hall sees the picture and what plays it
    sized(mini ? MINI : height(layout.meta) + more - below);
    const own = { height: undefined, autosize: true, margin: { ...layout.margin, t }, ...(finger.matches && { dragmode: false }) };
    const ghosts = keptTraces(data.file, false);
    box.ghosts = ghosts.length;
    window.Plotly.react(chart, [...ghosts, ...traces], { ...layout, ...own }, config);
  };

  // while a slider moves (drag.js): a picture of where it is stands before those of the page, until the hand rests and the
  // page's own is of the same settings, or until it has another for a while
  const LATE = 2000;
  let ahead = null, told = false;
  // what is said is of where the hand was: page.css shows it so
  const past = (is) => { if (is !== told) root.classList.toggle('hyperviz-ahead', told = is); };
  const shown = () => {
    const fed = document.querySelector(feed + ' .fig'), same = ahead && fed?.dataset.mark === ahead.mark;
    const late = ahead?.rested && Date.now() > ahead.rested + LATE && fed && fed.textContent !== ahead.fed;
    if (late || (same && ahead.rested)) ahead = null;
    past(Boolean(ahead) && !same);
    return ahead && !same ? ahead.text : fed?.textContent; // blank while a new run starts: keep the old picture
  };
  box.ahead = (text, mark) => {
    ahead = text ? { text, mark, fed: ahead?.fed ?? document.querySelector(feed + ' .fig')?.textContent } : null;
    draw();
  };
  box.rested = (at = Date.now()) => {
    if (!ahead) return;
    ahead.rested = at;
    draw();
    setTimeout(draw, LATE + 1);
  };

  const draw = () => {
    const text = shown();
    const dark = document.documentElement.classList.contains('hyperviz-dark');
    if (!text || text + dark === seen) return;
    const wait = reducedMotion.matches && drawn ? drawn + REDUCED_MOTION - Date.now() : 0;
    if (wait > 0) { later ??= setTimeout(() => { later = null; draw(); }, wait); return; }
    seen = text + dark;
    drawn = Date.now();
    box.figure = text;
    const light = JSON.parse(text);
    const { data: traces, layout: wide } = dark ? JSON.parse(recoloured(text, light.layout.meta.dark_colours)) : light;
    const layout = width < NARROW ? narrowed(wide) : wide;
    chart.setAttribute('aria-label', layout.meta?.alt ?? '');
    paint(traces, layout);
    playing.shown(layout.meta?.plays);
    keptList(parentElement.querySelector('.kept'), data.file, box.redraw);
    if (box.classList.contains('mini') || names === named(traces)) return;
    if (legend() > room(layout)) { top = { pixels: legend(), width }; paint(traces, layout); }
    names = named(traces);
  };
  box.redraw = () => { seen = names = ''; drawn = 0; measured(); draw(); };
  // the page's first chart is drawn at once, the others when it is on the screen; the last of a burst
  const first = () => document.querySelector('.hyperviz-drag')?.dataset.chart === data.file.replace('hyperviz-', '');
  const soon = () => { if (first()) draw(); else after ??= setTimeout(() => { after = null; draw(); }, AFTER); };
  // React may put another feed in the place of the one that is watched
  let source;
  const watch = () => {
    if (source?.isConnected) return;
    source = document.querySelector(feed);
    if (!source) return;
    measured();
    observer?.disconnect();
    observer = new MutationObserver(soon);
    observer.observe(source, { childList: true, subtree: true, characterData: true });
    draw();
  };
  const begin = () => {
    if (!mounted) return;
    watch();
    watching = setInterval(watch, WATCH);
    window.addEventListener('hyperviz-theme', soon);
  };
  menu(box, chart, data);
  plotly(data.library).then(begin).catch((error) => { chart.textContent = 'The chart did not load: ' + error.message; });

  return () => {
    mounted = false;
    playing.end();
    past(false);
    clearInterval(watching);
    clearTimeout(later);
    clearTimeout(after);
    resized.disconnect();
    observer?.disconnect();
    window.removeEventListener('hyperviz-theme', soon);
    window.Plotly?.purge(chart);
  };
}

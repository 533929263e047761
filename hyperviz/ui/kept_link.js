// In the head of every page: the curves that a viewer keeps, in the link. After its # stands kept=, and of each its settings
// and rounded points, packed. No server sees it; Streamlit writes the address without it, so what writes the address adds it.
(() => {
  const NAME = '#kept=', MOST = 3, LONG = 200, POINTS = 400, TRACES = 40, PACKED = 100000;
  const DASHES = ['dot', 'longdash', 'solid'], MODES = ['lines', 'markers', 'lines+markers'];
  const curves = {}, texts = {}; // by chart; by page, as the address has it
  const pageOf = (path) => path.replace(/\/+$/, '').split('/').pop();
  const ofPage = (page) => Object.keys(curves).filter((chart) => chart.startsWith(`hyperviz-${page}-`));
  const redraw = () => document.querySelectorAll('.live').forEach((box) => box.redraw?.());
  const stream = (data, through) => new Response(new Blob([data]).stream().pipeThrough(through));

  async function packed(value) {
    const bytes = new Uint8Array(await stream(JSON.stringify(value), new CompressionStream('deflate-raw')).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  }
  async function unpacked(text) {
    if (text.length > PACKED) throw new Error('too long');
    const bytes = Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
    return JSON.parse(await stream(bytes, new DecompressionStream('deflate-raw')).text());
  }

  // a link is anybody's: what is read is words without markup and numbers, and as much of them as a page writes
  const words = (text) => String(text ?? '').replace(/[<>]/g, '').slice(0, LONG);
  const value = (v) => (Number.isFinite(v) || v === null ? v : words(v));
  const numbers = (list) => { if (!Array.isArray(list) || list.length > POINTS) throw new Error('not points'); return list.map(value); };
  const known = (list, one) => (list.includes(one) ? one : list[0]);
  const axis = (name, letter) => (RegExp(`^${letter}\\d?$`).test(name) ? name : letter);
  const line = ([name, mode, shape, x, y, xaxis, yaxis, error]) => ({
    name: words(name), mode: known(MODES, mode), shape: known(['linear', 'hvh'], shape), x: numbers(x), y: numbers(y),
    xaxis: axis(xaxis, 'x'), yaxis: axis(yaxis, 'y'), ...(error && { error: numbers(error) }),
  });
  const flat = (t) => [t.name, t.mode, t.shape, t.x, t.y, t.xaxis, t.yaxis, ...(t.error ? [t.error] : [])];
  const one = ([dash, settings, traces]) => ({ dash: known(DASHES, dash), settings: settings.map(words), traces: traces.slice(0, TRACES).map(line) });
  const read = (value, page) => Object.entries(value).filter(([chart]) => chart.startsWith(`hyperviz-${page}-`)).map(([chart, list]) => [chart, list.slice(0, MOST).map(one)]);

  const carried = (url) => {
    if (url === undefined || url === null) return url;
    const to = new URL(url, location.href);
    to.hash = texts[pageOf(to.pathname)] ?? '';
    return to.href;
  };
  for (const way of ['pushState', 'replaceState']) {
    const plain = history[way].bind(history);
    history[way] = (state, unused, url) => plain(state, unused, carried(url));
  }

  async function write(page) {
    const value = Object.fromEntries(ofPage(page).filter((chart) => curves[chart].length)
      .map((chart) => [chart, curves[chart].map((k) => [k.dash, k.settings, k.traces.map(flat)])]));
    texts[page] = Object.keys(value).length && window.CompressionStream ? NAME + await packed(value) : '';
    if (page === pageOf(location.pathname)) history.replaceState(history.state, '', location.href);
    stamp();
  }

  // the address says which curves a page shows: on arrival, and where the back button leads
  async function take() {
    const page = pageOf(location.pathname), text = location.hash.startsWith(NAME) ? location.hash : '';
    if (text === (texts[page] ?? '')) return;
    texts[page] = text;
    let found = [];
    kept.broken = false;
    try { found = text ? read(await unpacked(text.slice(NAME.length)), page) : []; } catch { kept.broken = true; }
    if (texts[page] !== text) return;
    ofPage(page).forEach((chart) => delete curves[chart]);
    found.forEach(([chart, list]) => { curves[chart] = list; });
    if (kept.broken) write(page);
    redraw();
    stamp();
  }

  // the lines with a link that a page offers
  function stamp() {
    for (const line of document.querySelectorAll('.lines[data-link]')) {
      line.dataset.plain ??= line.textContent;
      const wanted = line.dataset.plain.replace(/https?:[^\s"]+/, (url) => url + kept.fragment());
      if (line.textContent !== wanted) line.textContent = wanted;
    }
  }

  const kept = window.hypervizKept = {
    MOST, DASHES, broken: false,
    of: (chart) => curves[chart] ?? [],
    set(chart, list) { curves[chart] = list; kept.broken = false; write(pageOf(location.pathname)); },
    fragment: () => texts[pageOf(location.pathname)] ?? '',
  };
  addEventListener('popstate', take);
  addEventListener('hashchange', take);
  setInterval(stamp, 500);
  take();
})();

// One chart, mounted once: it watches the feed that the page writes figures to.
let loading;

function plotly(src) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  loading ??= new Promise((resolve, reject) => {
    const failed = () => { loading = null; reject(new Error('plotly.js did not load from ' + src)); };
    document.head.append(Object.assign(document.createElement('script'), { src, onload: () => resolve(window.Plotly), onerror: failed }));
  });
  return loading;
}

function config(file, scale) {
  const svg = {
    name: 'svg', title: 'Download picture as SVG', icon: window.Plotly.Icons.disk,
    click: (chart) => window.Plotly.downloadImage(chart, { format: 'svg', filename: file }),
  };
  return {
    responsive: true, displaylogo: false, modeBarButtonsToAdd: [svg],
    modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d'],
    toImageButtonOptions: { format: 'png', scale, filename: file },
  };
}

export default function ({ parentElement, data }) {
  const chart = parentElement.querySelector('.live');
  const feed = '.st-key-' + CSS.escape(data.feed);
  chart.style.height = data.height + 'px';
  chart.setAttribute('role', 'img');
  let mounted = true, seen = '', settings, observer, retry, frame;

  // a picture of square pixels is no taller than its width allows: no empty space on a phone
  const height = (meta) => Math.min(data.height, meta?.aspect ? chart.clientWidth * meta.aspect + meta.margin : Infinity);

  const draw = () => {
    const text = document.querySelector(feed + ' .fig')?.textContent; // blank while a new run starts: keep the old picture
    if (!text || text === seen) return;
    seen = text;
    const { data: traces, layout } = JSON.parse(text);
    chart.setAttribute('aria-label', layout.meta?.alt ?? '');
    chart.style.height = height(layout.meta) + 'px';
    settings ??= config(data.file, layout.meta.scale); // one object: plotly starts over when a button's function is new
    window.Plotly.react(chart, traces, { ...layout, height: undefined, autosize: true }, settings);
  };
  const soon = () => { frame ??= requestAnimationFrame(() => { frame = null; draw(); }); }; // the last of a burst
  const watch = () => {
    if (!mounted) return;
    const box = document.querySelector(feed);
    if (!box) { retry = setTimeout(watch, 30); return; }
    observer = new MutationObserver(soon);
    observer.observe(box, { childList: true, subtree: true, characterData: true });
    draw();
  };
  plotly(data.library).then(watch).catch((error) => { chart.textContent = 'The chart did not load: ' + error.message; });

  return () => {
    mounted = false;
    clearTimeout(retry);
    cancelAnimationFrame(frame);
    observer?.disconnect();
    window.Plotly?.purge(chart);
  };
}

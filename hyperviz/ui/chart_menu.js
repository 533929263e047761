// The menu of one chart: pictures for slides and print, its numbers, curves to keep, the link, and its first view again.
const SLIDE = { width: 960, height: 540 }; // twice that in pixels: 14 px on it are 28 px on a slide of 1080
const KEEP = 'Keep these curves to compare';
const FONT = 'DejaVu Sans, Verdana, Arial, sans-serif'; // the widest first: in any other the labels still fit

const said = (selector) => document.querySelector(selector)?.textContent.trim() ?? '';
const escaped = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);
const link = () => document.querySelector('.settings')?.dataset.link || location.href;

// the line that shows this chart with its sliders in any other page
function framed(file) {
  const src = new URL(link());
  src.searchParams.set('embed', 'true');
  src.searchParams.set('figure', file.replace('hyperviz-', ''));
  src.hash = window.hypervizKept.fragment();
  return `<iframe src="${src.href.replaceAll('&', '&amp;')}" title="${escaped(said('h1'))}" width="960" height="700" style="border: 0" loading="lazy" allow="clipboard-write"></iframe>`;
}

// lines of a text that is drawn at this size, none longer than the picture
function lines(text, size, weight = '') {
  const pen = document.createElement('canvas').getContext('2d');
  pen.font = `${weight} ${size}px ${FONT}`;
  const found = [''];
  for (const word of text.split(/(?<=[\s&?])/)) {
    if (pen.measureText(found.at(-1) + word).width > SLIDE.width - 48) found.push('');
    found[found.length - 1] += word;
  }
  return found.map((line) => escaped(line.trim())).filter(Boolean);
}

// the light figure, on white, with what the page says of it: title, verdict, settings, link
function slide(box, name) {
  const { data: now, layout: wide } = JSON.parse(box.figure), before = keptTraces(name, true), data = [...before, ...now];
  const layout = { ...narrowed(wide), ...(before.length && { showlegend: true }) };
  const title = lines(said('h1'), 20, 'bold'), verdict = [said('.verdict .here'), said('.verdict .chip')].flatMap((t) => lines(t, 14));
  const about = [said('.settings'), link()].flatMap((t) => lines(t, 10));
  const named = data.filter((trace) => trace.name && trace.showlegend !== false).length;
  const rows = layout.showlegend === false ? 0 : Math.ceil(named / 2);
  const top = 26 + 25 * title.length + 19 * verdict.length, foot = 13 * about.length + 12, below = 62 + 20 * rows + foot;
  const heading = `<b>${title.join('<br>')}</b><span style="font-size:14px">${verdict.map((line) => '<br>' + line).join('')}</span>`;
  const under = { xref: 'container', yref: 'container', showarrow: false, align: 'left', font: { size: 10 } };
  const annotations = (layout.annotations ?? []).concat([]);
  const xaxes = Object.fromEntries(Object.keys(layout).filter((k) => /^[xy]axis/.test(k)).map((k) => [k, { ...layout[k], automargin: true, title: { ...layout[k].title, font: { size: 14 } } }]));
  return {
    data,
    layout: {
      ...layout, ...xaxes, ...SLIDE, annotations, autosize: false, paper_bgcolor: '#ffffff', plot_bgcolor: '#ffffff',
      font: { ...layout.font, family: FONT, size: 14 },
      title: { text: heading, x: 0.025, xanchor: 'left', y: 1 - 32 / SLIDE.height, yanchor: 'top', font: { size: 20 },
        subtitle: undefined },
      margin: { l: 96, r: 40, ...(layout.meta?.slide ?? {}), t: top + 16, b: below, autoexpand: true },
      legend: { orientation: 'h', entrywidthmode: 'fraction', entrywidth: 0.49, x: 0, xanchor: 'left', y: (foot + 20 * rows) / SLIDE.height, yref: 'container', yanchor: 'top', tracegroupgap: 0, font: { size: 12 } },
      meta: { ...layout.meta, foot: about, under },
    },
  };
}

// the lines below: an annotation of plotly's is placed by the plot, and these by the picture
function signed(svg, about) {
  const foot = about.map((line, i) => `<text x="24" y="${SLIDE.height - 8 - 13 * (about.length - 1 - i)}" font-size="10" font-family="${FONT}" fill="#6b7280">${line}</text>`);
  return svg.replace(/<\/svg>\s*$/, foot.join('') + '</svg>');
}

async function svg(box, name) {
  const { data, layout } = slide(box, name);
  const uri = await window.Plotly.toImage({ data, layout, config: { showSendToCloud: false } }, { format: 'svg', ...SLIDE });
  return signed(decodeURIComponent(uri.slice(uri.indexOf(',') + 1)), layout.meta.foot);
}

function save(name, blob) {
  const a = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: name });
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 1000);
}

async function png(box, name) {
  const image = new Image(), canvas = Object.assign(document.createElement('canvas'), { width: 2 * SLIDE.width, height: 2 * SLIDE.height });
  image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(await svg(box, name));
  await image.decode();
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

const cell = (value) => (/[",\n]/.test(value ?? '') ? `"${String(value).replaceAll('"', '""')}"` : String(value ?? ''));

// every point that is drawn: the trace's name, x, y and z; a gap between two curves of a trace is none
function numbers(chart) {
  const rows = [['trace', 'x', 'y', 'z']], { xaxis, yaxis } = chart._fullLayout;
  const named = (axis, i) => { const at = [...(axis.tickvals ?? [])].indexOf(i); return axis.ticktext?.[at] ?? i; };
  const last = ({ name }) => String(name).startsWith('kept, '); // what is kept comes after what is drawn
  for (const { name, x = [], y = [], z } of [...chart._fullData].sort((a, b) => last(a) - last(b))) {
    if (z) z.forEach((row, i) => [...row].forEach((value, j) => rows.push([name, x[j] ?? named(xaxis, j), y[i] ?? named(yaxis, i), value])));
    else Array.from(x, (value, i) => Number.isNaN(y[i]) || rows.push([name, value, y[i], '']));
  }
  return rows;
}

// a page without https has no clipboard
function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.body.appendChild(Object.assign(document.createElement('textarea'), { value: text }));
  area.select();
  document.execCommand('copy');
  area.remove();
}

function menu(box, chart, { file }) {
  const button = box.querySelector('.more'), list = box.querySelector('.menu');
  const actions = {
    'Picture for slides (PNG)': async () => save(`${file}.png`, await png(box, file)),
    'Picture for print (SVG)': async () => save(`${file}.svg`, new Blob([await svg(box, file)], { type: 'image/svg+xml' })),
    'Numbers of this chart (CSV)': () => save(`${file}.csv`, new Blob(numbers(chart).map((row) => row.map(cell).join(',') + '\n'), { type: 'text/csv' })),
    'These numbers as a table': () => showTable(numbers(chart), chart.getAttribute('aria-label'), button),
    [KEEP]: () => { keep(box, file); box.redraw(); },
    'Copy the link': () => copy(link() + window.hypervizKept.fragment()),
    'Copy the line that embeds it': () => copy(framed(file)),
    'First view again': () => window.Plotly.relayout(chart, Object.fromEntries(Object.keys(chart._fullLayout).filter((k) => /^[xy]axis\d*$/.test(k))
      .map((k) => [`${k}.range`, JSON.parse(box.figure).layout[k]?.range]).map(([k, range]) => (range ? [k, range] : [k.replace('range', 'autorange'), true])))),
  };
  const close = () => { list.hidden = true; button.setAttribute('aria-expanded', 'false'); };
  const open = () => { list.hidden = false; keeps.hidden = !curves(box).length; button.setAttribute('aria-expanded', 'true'); list.firstChild.focus(); };
  list.replaceChildren(...Object.entries(actions).map(([name, action]) => {
    const item = Object.assign(document.createElement('button'), { type: 'button', textContent: name, tabIndex: -1 });
    item.setAttribute('role', 'menuitem');
    item.onclick = () => { close(); button.focus(); if (box.figure) action(); };
    return item;
  }));
  const keeps = [...list.children].find((item) => item.textContent === KEEP); // where there are curves
  button.onclick = () => (list.hidden ? open() : close());
  list.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], items = [...list.children].filter((item) => !item.hidden);
    if (event.key === 'Escape') { close(); button.focus(); }
    if (event.key === 'Tab') close();
    if (step) { event.preventDefault(); items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus(); }
  };
  box.addEventListener('focusout', (event) => { if (!list.contains(event.relatedTarget) && event.relatedTarget !== button) close(); });
}

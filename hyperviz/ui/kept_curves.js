// Curves that a viewer keeps: those of a chart as it was, thin and grey behind those that come, named by what differs.
// kept_link.js holds them and writes them into the link.
const GREY = '#7d8594'; // grey enough for white and for the dark page
const STYLES = { dot: 'dotted', longdash: 'dashed', solid: 'solid' }; // as plotly and as CSS name them; theory's is dash
const FEW = 64, MANY = 400; // points of a trace that are kept, and that are looked at: of many lines in one the first
const BROKEN = 'The kept curves of this link could not be read and were left out: copy the whole link.';

const settingsNow = () => said('.settings').split('; hyperviz')[0].split(', ');
const differing = ({ settings }) => settings.filter((one) => !settingsNow().includes(one)).join(', ') || 'as now';
const drawnIn = (box) => (box.querySelector('.plot')._fullData ?? []).slice(box.ghosts ?? 0);
const curves = (box) => drawnIn(box).filter((trace) => ['scatter', 'bar'].includes(trace.type) && trace.visible === true && trace.legendgroup !== 'one'); // of single networks their band tells

// a curve as the link has it: few points, four digits, and every gap
function slim({ type, name, mode, x, y, xaxis, yaxis, error_y: error }) {
  const of = Math.min(x.length, MANY), every = type === 'bar' || mode.includes('markers') ? 1 : Math.ceil(of / FEW);
  const gap = (i) => !Number.isFinite(y[i]), ends = (i) => i + 1 === of || gap(i) || gap(i + 1);
  const some = (list) => Array.from(list).slice(0, of).filter((_, i) => i % every === 0 || ends(i))
    .map((v) => (typeof v !== 'number' ? v ?? null : Number.isFinite(v) ? +v.toPrecision(4) : null));
  return { name: /^trace \d+$/.test(name) ? '' : name.replace(/<[^>]*>/g, ''), mode: type === 'bar' ? 'lines' : mode, shape: type === 'bar' ? 'hvh' : 'linear',
    x: some(x), y: some(y), xaxis, yaxis, ...(error?.array?.length && { error: some(error.array) }) };
}

function keep(box, name) {
  const { of, set, DASHES, MOST } = window.hypervizKept, mine = of(name).slice(1 - MOST);
  const dash = DASHES.find((free) => mine.every((one) => one.dash !== free));
  set(name, [...mine, { dash, settings: settingsNow(), traces: curves(box).map(slim) }]);
}

// legend: whether it names them, where no list stands below
function keptTraces(name, legend) {
  return window.hypervizKept.of(name).flatMap((one) => one.traces.map(({ name: curve, shape, error, ...points }, i) => ({
    ...points, type: 'scatter', name: `kept, ${differing(one)}${curve ? ': ' + curve : ''}`, showlegend: legend && i === 0, legendgroup: one.dash,
    line: { color: GREY, dash: one.dash, width: 1.2, shape }, marker: { color: GREY }, ...(error && { error_y: { array: error, color: GREY } }),
  })));
}

// below the chart, a button for each that puts it away
function keptList(place, name, redraw) {
  const { of, set, broken } = window.hypervizKept;
  place.replaceChildren(...of(name).map((one) => {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: `kept, ${differing(one)} ✕` });
    button.setAttribute('aria-label', `Put away the curves kept at ${differing(one)}`);
    button.prepend(Object.assign(document.createElement('span'), { style: `border-top: 2px ${STYLES[one.dash]} ${GREY}` }));
    button.onclick = () => { set(name, of(name).filter((other) => other !== one)); redraw(); };
    return button;
  }));
  if (broken && place.closest('.st-key-hero')) place.append(Object.assign(document.createElement('p'), { textContent: BROKEN }));
}

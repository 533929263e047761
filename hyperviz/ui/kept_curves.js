// Curves that a viewer keeps: those of a chart as it was, thin and grey behind those that come, named by what differs.
const MOST_KEPT = 3, GREY = '#7d8594'; // grey enough for white and for the dark page
const DASHES = { dot: 'dotted', longdash: 'dashed', solid: 'solid' }; // as plotly and as CSS name them; theory's is dash
const kept = (window.hypervizKept ??= {}); // by chart: a visit to another page leaves them

const settingsNow = () => said('.settings').split('; hyperviz')[0].split(', ');
const curves = (box) => (box.figure ? JSON.parse(box.figure).data : []).filter((trace) => trace.type === 'scatter' && trace.visible !== false && trace.legendgroup !== 'one'); // of single networks their band tells
const differing = ({ settings }) => settings.filter((one) => !settingsNow().includes(one)).join(', ') || 'as now';

function keep(box, name) {
  const mine = (kept[name] ?? []).slice(1 - MOST_KEPT), free = Object.keys(DASHES).find((dash) => mine.every((one) => one.dash !== dash));
  kept[name] = [...mine, { dash: free, settings: settingsNow(), traces: curves(box) }];
}

// bands become their outlines; legend: whether it names them, where no list stands below
function keptTraces(name, legend) {
  return (kept[name] ?? []).flatMap((one) => one.traces.map((trace, i) => ({
    ...trace, name: `kept, ${differing(one)}${trace.name ? ': ' + trace.name : ''}`, showlegend: legend && i === 0, legendgroup: one.dash,
    fill: 'none', opacity: 1, line: { ...trace.line, color: GREY, dash: one.dash, width: 1.2 },
    marker: { ...trace.marker, color: GREY, line: { color: GREY, width: 1 } }, error_y: { ...trace.error_y, color: GREY },
  })));
}

// below the chart, a button for each that puts it away
function keptList(place, name, redraw) {
  place.replaceChildren(...(kept[name] ?? []).map((one) => {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: `kept, ${differing(one)} ✕` });
    button.setAttribute('aria-label', `Put away the curves kept at ${differing(one)}`);
    button.prepend(Object.assign(document.createElement('span'), { style: `border-top: 2px ${DASHES[one.dash]} ${GREY}` }));
    button.onclick = () => { kept[name] = kept[name].filter((other) => other !== one); redraw(); };
    return button;
  }));
}

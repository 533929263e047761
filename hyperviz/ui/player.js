// A chart whose axis is time plays: what comes after a moment waits out of sight. It goes by itself, slowly or not, or in
// steps, by hand. What is drawn stays drawn: a clip hides it, so numbers, table and pictures hold all of it.
const STEPS = 40, PACE = 100, SLOW = 600; // steps of the whole; milliseconds a step
const still = matchMedia('(prefers-reduced-motion: reduce)');

function player(place, chart) {
  let at = STEPS, timer = null, slow = false;
  place.replaceChildren(); // Streamlit mounts a component again where it was
  const axis = (rect) => chart._fullLayout?.['xaxis' + (/x(\d*)y\d*plot$/.exec(rect.parentElement.id)?.[1] ?? '')];
  const button = (name, text, act) => {
    const made = Object.assign(document.createElement('button'), { type: 'button', className: name, textContent: text, onclick: act });
    place.append(made);
    return made;
  };
  const clip = () => {
    for (const rect of chart.querySelectorAll('.plotclip rect')) if (axis(rect)) rect.setAttribute('width', axis(rect)._length * at / STEPS);
    const time = chart._fullLayout?.xaxis, moment = time?.p2d?.(time._length * at / STEPS);
    said.textContent = at < STEPS && Number.isFinite(moment) ? `${place.dataset.unit} = ${+Math.max(moment, 0).toPrecision(2)}` : '';
  };
  const halt = () => { clearInterval(timer); timer = null; play.textContent = '▶ Play in time'; };
  const to = (step) => { at = Math.min(Math.max(step, 0), STEPS); if (at === STEPS) halt(); clip(); };
  const go = () => {
    clearInterval(timer);
    timer = setInterval(() => to(at + 1), slow ? SLOW : PACE);
    play.textContent = '❚❚ Pause';
  };
  const play = button('play', '▶ Play in time', () => { if (timer) halt(); else { if (at === STEPS) to(0); go(); } });
  button('back', 'Step back', () => { halt(); to(at - 1); });
  button('step', 'Step', () => { halt(); to(at === STEPS ? 1 : at + 1); });
  const slowly = button('slow', 'Slow motion', () => { slow = !slow; slowly.ariaPressed = String(slow); if (timer) go(); });
  const said = place.appendChild(document.createElement('span'));
  slowly.ariaPressed = 'false';
  play.hidden = still.matches; // who asked for less motion goes in steps
  // after each picture
  const shown = (unit) => {
    place.hidden = !unit;
    place.dataset.unit = unit ?? '';
    if (!unit) { halt(); at = STEPS; }
    if (at < STEPS) clip();
  };
  return { shown, end: halt };
}

// In the head of every page: while a slider moves, the picture of where it is. Streamlit hears of it when the hand has let go
// (of a key at each step, so often that no picture would be finished); link and numbers then follow.
(() => {
  const PAUSE = 80; // milliseconds between two such pictures, at least: others compute too
  const SETTLES = 300; // milliseconds after the hand has let go in which a slider may still move: by a tap, by a button's click
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  let hand = null, held = false, down = false, settled; // the slider that is moved, whether it is at this moment, by a pointer
  let wanted = null, asking = false, asked = ''; // a slider whose place has not been asked for; the place asked for last

  const place = () => document.querySelector('.hyperviz-drag');
  const box = (page) => document.querySelector(`.st-key-${CSS.escape(page.dataset.chart)}_box .live`);
  // Streamlit writes a control's key, study.name, into the class of what holds it
  const nameOf = (slider, study) => {
    const start = `st-key-${study}-`;
    return [...(slider.closest(`[class*="${start}"]`)?.classList ?? [])].find((one) => one.startsWith(start))?.slice(start.length);
  };

  const sent = (page) => document.querySelector(`.st-key-${CSS.escape(page.dataset.chart)}_feed .fig`);

  const picture = async (page, slider, about) => {
    const query = new URLSearchParams({ name: nameOf(slider, page.dataset.study) ?? '', value: slider.ariaValueText, ...about });
    const answer = await fetch(`${page.dataset.url}?${query}`, { method: 'POST' });
    if (answer.status !== 200) return [];
    return [await answer.text(), answer.headers.get('X-Mark'), decodeURIComponent(answer.headers.get('X-Words'))];
  };
  // one at a time, and always of where the slider is now
  const ask = async () => {
    const page = place();
    if (asking || !wanted || !page || calm.matches) return;
    const slider = wanted, words = slider.ariaValueText, began = performance.now();
    [asking, wanted, asked] = [true, null, words];
    let known;
    try {
      known = await hypervizAhead.find(words, sent(page));
      const [text, mark] = known ? [known.text, known.mark] : await picture(page, slider);
      if (place() === page) box(page)?.ahead?.(text, mark);
      if (!known) hypervizAhead.known(words, text, mark);
    } catch { /* the server is away: the page says so */ }
    setTimeout(() => { asking = false; rest(); ask(); }, known ? 0 : Math.max(0, began + PAUSE - performance.now()));
  };
  const rest = () => {
    const page = place();
    if (page && !held && !asking && !wanted) box(page)?.rested?.();
  };
  // the slider that has the keys, at rest
  const resting = () => {
    const page = place(), slider = document.activeElement;
    if (!page || held || calm.matches || !slider?.matches('.stSlider input[type=range]') || !nameOf(slider, page.dataset.study)) return undefined;
    return { slider, words: slider.ariaValueText, sent: !asking && !wanted && sent(page), ask: (about) => picture(page, slider, about) };
  };

  const taken = (event) => {
    down ||= event.type === 'pointerdown';
    const slider = event.target.closest?.('.stSlider')?.querySelector('input[type=range]');
    const page = place();
    if (slider !== document.activeElement) hypervizAhead.forget();
    if (slider && page && nameOf(slider, page.dataset.study)) {
      clearTimeout(settled);
      [hand, held, asked] = [slider, true, slider === hand ? asked : ''];
    } else if (page) box(page)?.rested?.(0); // the hand is elsewhere: the page's next picture counts, whatever it is of
  };
  const left = (event) => {
    down &&= event.type === 'keyup' || (event.type === 'blur' && event.target !== window); // no key lets go of a thumb
    if (!held || down || (event.type === 'blur' && event.target !== window)) return;
    held = false;
    settled = setTimeout(() => { hand = null; }, SETTLES);
    rest();
    hypervizAhead.rest(resting);
  };
  addEventListener('pointerdown', taken, true);
  addEventListener('keydown', taken, true);
  for (const end of ['pointerup', 'pointercancel', 'keyup', 'blur']) addEventListener(end, left, true);
  addEventListener('focusout', hypervizAhead.forget, true);
  addEventListener('focusin', () => hypervizAhead.rest(resting), true);
  new MutationObserver((changes) => {
    if (!hand || !changes.some(({ target }) => target === hand)) return;
    wanted = hand.ariaValueText === asked ? null : hand; // React writes it more than once
    ask();
  }).observe(document, { subtree: true, attributeFilter: ['aria-valuetext'] });
})();

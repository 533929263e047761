// In the head of every page: a step down and a step up beside each slider, for fingers (phone.css shows them), and the hero
// small on top of a phone while sliders are in view and it is not.
(() => {
  const phone = matchMedia('(max-width: 640px)'), MINI = 132; // pixels of the small hero
  const WAYS = { down: ['−', 'one step less', 'ArrowLeft'], up: ['+', 'one step more', 'ArrowRight'] };

  // Streamlit made the slider: what stands last in it stays when it is drawn again
  const stepped = (slider) => {
    const input = slider.querySelector('input[type=range]');
    if (!input) return;
    for (const [way, [sign, words, key]] of Object.entries(WAYS)) {
      const button = slider.querySelector('.step.' + way) ?? slider.appendChild(Object.assign(document.createElement('button'), { type: 'button', className: 'step ' + way, textContent: sign }));
      const end = way === 'up' ? input.max : input.min, label = `${input.ariaLabel ?? input.getAttribute('aria-label')}: ${words}`;
      if (button.ariaLabel !== label) button.ariaLabel = label;
      button.onclick ??= () => window.hypervizTurn(slider.querySelector('input[type=range]'), key);
      if (button.ariaDisabled !== String(input.value === end)) button.ariaDisabled = String(input.value === end);
    }
  };

  const edge = (selector, side) => document.querySelector(selector)?.getBoundingClientRect()[side] ?? 0;
  const wanted = (hero) => {
    const top = edge('[data-testid="stHeader"]', 'bottom') + MINI, controls = document.querySelector('.st-key-controls')?.getBoundingClientRect();
    return phone.matches && controls && !hero.closest('.st-key-rotation-stored_box') && !document.querySelector('.tour.asks')
      && edge('.st-key-hero', 'bottom') < top && controls.bottom > top && controls.top < innerHeight;
  };
  const mini = () => {
    const hero = document.querySelector('.st-key-hero .live'), place = hero?.parentElement;
    if (!hero?.figure || hero.classList.contains('mini') === !!wanted(hero)) return;
    const on = !hero.classList.contains('mini');
    place.style.minHeight = on ? place.getBoundingClientRect().height + 'px' : ''; // nothing below moves
    hero.classList.toggle('mini', on);
    hero.style.top = on ? edge('[data-testid="stHeader"]', 'bottom') + 'px' : '';
    hero.redraw();
  };
  let frame;
  addEventListener('scroll', () => { frame ??= requestAnimationFrame(() => { frame = null; mini(); }); }, { capture: true, passive: true });
  setInterval(() => { document.querySelectorAll('.stSlider').forEach(stepped); mini(); }, 200);
})();

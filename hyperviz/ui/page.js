// In the head of every page: the theme, a lecture's large type, the report that a page is mounted, the keys of a tour, and
// swipes that begin on a slider.
(() => {
  const dark = () => {
    const app = document.querySelector('.stApp');
    const [r, g, b] = (app ? getComputedStyle(app).backgroundColor.match(/\d+/g) : [255, 255, 255]).map(Number);
    return r + g + b < 384;
  };
  const theme = () => {
    if (document.documentElement.classList.contains('hyperviz-print')) return; // paper is light
    const now = dark();
    if (document.documentElement.classList.toggle('hyperviz-dark', now) !== theme.last) {
      theme.last = now;
      window.dispatchEvent(new CustomEvent('hyperviz-theme', { detail: now }));
    }
  };

  // the stream waits until no control is a grey box any more: else pictures would keep React from mounting them
  const mounted = () => {
    const visit = document.querySelector('.visit');
    const waits = document.querySelector('[data-testid="stSkeleton"]') || !document.querySelector('.main-svg, .stAlert');
    if (!visit || visit.dataset.url === mounted.last || waits) return;
    mounted.last = visit.dataset.url;
    fetch(visit.dataset.url, { method: 'POST' });
  };
  const lecture = () => document.documentElement.classList.toggle('hyperviz-lecture', new URLSearchParams(location.search).get('lecture') === '1');
  // what the page holds, as classes of its root, before the next frame is drawn: .stMainBlockContainer:has(...) in the style
  // sheet took a third of the time in which a page opens
  const HOLDS = { 'hyperviz-tour': '.st-key-tour', 'hyperviz-asks': '.tour.asks', 'hyperviz-networks': '.st-key-networks' };
  const holds = () => {
    for (const [name, part] of Object.entries(HOLDS)) document.documentElement.classList.toggle(name, !!document.querySelector(part));
  };
  new MutationObserver(holds).observe(document, { childList: true, subtree: true });
  lecture();
  setInterval(() => { theme(); lecture(); mounted(); }, 100);

  // n and p go through a tour; in a lecture arrows move the one slider that stands open, and space pauses
  const writes = (at) => at.closest?.('input:not([type=range]):not([type=radio]), textarea, select, [contenteditable], [role=menu], dialog');
  const hall = {
    ' ': (at) => at.closest?.('button, a, summary, [role=radio]') ? null : [...document.querySelectorAll('.st-key-status button')].find((b) => /Pause|Go on/.test(b.textContent))
      ?? document.querySelector('.st-key-hero .player:not([hidden]) .play'),
  };
  const turn = window.hypervizTurn = (slider, key) => {
    slider?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    slider?.dispatchEvent(new KeyboardEvent('keyup', { key, bubbles: true }));
  };
  const turned = (key) => {
    const slider = document.querySelector('.st-key-controls input[type=range]');
    slider?.focus(); // the next arrow is its own
    turn(slider, key);
  };
  // an answer writes the address: what leads on before it has would be written over
  const SLOW = 5000; // milliseconds after which an answer has gone astray
  let answered = 0, going;
  const go = (way) => {
    const waits = Date.now() - answered < SLOW && !new URLSearchParams(location.search).has('answer');
    clearTimeout(going);
    if (waits) going = setTimeout(() => go(way), 50);
    else document.querySelector(`.st-key-tour-${way} :is(a, button)`)?.click();
  };
  document.addEventListener('keydown', (event) => {
    const at = event.target, way = { n: 'next', p: 'previous' }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || writes(at)) return;
    if (way) go(way);
    if (!document.documentElement.classList.contains('hyperviz-lecture')) return;
    if (/^Arrow/.test(event.key) && at === document.body) { event.preventDefault(); turned(event.key); }
    const pause = hall[event.key]?.(at);
    if (pause) { event.preventDefault(); pause.click(); }
  });

  // the picture waits out of sight: an answer shows it at once, while the server still writes its reply
  document.addEventListener('click', (event) => {
    if (!event.target.closest?.('.st-key-tour-answers button')) return;
    document.querySelector('.tour.asks')?.classList.remove('asks');
    answered = Date.now();
    holds();
  });

  // a slider takes a touch for its own at once; here it hears of a tap when the finger has left, and of a swipe never
  let began = null;
  const track = (event) => event.isTrusted && event.target.closest?.('.stSlider [role="group"]');
  const thumb = (event) => event.target.closest('[data-rac]:has(> div > input[type=range])');
  document.addEventListener('pointerdown', (event) => {
    began = null;
    if (event.pointerType !== 'touch' || !track(event) || thumb(event)) return;
    began = event;
    event.stopPropagation();
  }, true);
  document.addEventListener('touchstart', (event) => { if (track(event) && !thumb(event)) event.stopPropagation(); }, { capture: true, passive: true });
  document.addEventListener('pointerup', (event) => {
    if (!began || Math.hypot(event.clientX - began.clientX, event.clientY - began.clientY) > 8) return;
    const { clientX, clientY, target } = began;
    const as = { bubbles: true, cancelable: true, composed: true, button: 0, pointerType: 'mouse', pointerId: 1, clientX, clientY };
    target.dispatchEvent(new PointerEvent('pointerdown', as));
    target.dispatchEvent(new PointerEvent('pointerup', as));
    began = null;
  }, true);
})();

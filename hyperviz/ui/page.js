// In the head of every page: the theme, the report that a page is mounted, and swipes that begin on a slider.
(() => {
  const dark = () => {
    const app = document.querySelector('.stApp');
    const [r, g, b] = (app ? getComputedStyle(app).backgroundColor.match(/\d+/g) : [255, 255, 255]).map(Number);
    return r + g + b < 384;
  };
  const theme = () => {
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
  setInterval(() => { theme(); mounted(); }, 100);

  // a slider takes a touch for its own at once; here it hears of a tap when the finger has left, and of a swipe never
  let began = null;
  const track = (event) => event.isTrusted && event.target.closest?.('.stSlider [role="group"]');
  const thumb = (event) => event.target.closest('[data-testid="stSliderThumb"], [data-rac] > div:has(> input[type=range])');
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

// In the head of every page, for drag.js: where a hand rests on the keys of a slider, the pictures of the places beside are
// asked for one after the other, and kept while nothing but this slider moves: the next key shows one at once.
const hypervizAhead = (() => {
  const RESTS = 150; // milliseconds that a hand has rested; twice as many at each try that found the page or the server busy
  const TRIES = 4;
  const MOST = 8; // places that are kept
  let kept = new Map(), pending = null, timer; // by the slider's words: picture, mark of its settings, words beside

  const forget = () => { clearTimeout(timer); kept = new Map(); };
  const keep = (words, found) => {
    const { beside } = kept.get(words) ?? {};
    kept.delete(words);
    kept.set(words, { ...found, beside: { ...beside, ...found.beside } });
    if (kept.size > MOST) kept.delete(kept.keys().next().value);
  };
  // the picture of a place, once what is on its way has come; sent: the page's own, the latest of its settings
  const find = async (words, sent) => {
    await pending;
    if (!sent) return null;
    const own = [...kept.values()].find(({ mark }) => mark === sent.dataset.mark);
    if (!own) { forget(); return null; } // something else has been changed
    own.text = sent.textContent;
    return kept.get(words);
  };

  // hand: what drag.js knows of a slider, and what the page has sent, if no picture is under way; undefined where none rests
  const look = async (hand, tries = 0) => {
    const { slider, words, sent, ask } = hand() ?? {};
    if (!slider?.matches(':focus-visible') || document.hidden) return;
    const mark = sent?.dataset?.mark, here = kept.get(words) ?? { mark, text: sent?.textContent, beside: {} };
    const side = [1, -1].find((one) => !(one in here.beside) && slider.value !== slider[one > 0 ? 'max' : 'min']);
    const mine = kept, answers = mark && mark === here.mark; // else the page has not answered the last move yet
    if (!side) return;
    pending = answers ? ask({ side, shown: mark }).catch(() => []) : null;
    const [text, there, beside] = (await pending) ?? [];
    pending = null;
    if (mine !== kept) return;
    if (text) {
      keep(words, { ...here, beside: { [side]: beside } });
      keep(beside, { mark: there, text, beside: { [-side]: words } });
    }
    if (text || tries < TRIES) timer = setTimeout(look, text ? 0 : RESTS * 2 ** tries, hand, text ? 0 : tries + 1);
  };
  const rest = (hand) => { clearTimeout(timer); timer = setTimeout(look, RESTS, hand); };
  const known = (words, text, mark) => { if (kept.size && text) keep(words, { text, mark }); };
  addEventListener('popstate', forget);
  return { find, forget, known, rest };
})();

// In the head of every page: each term of the glossary is explained where it first stands. React owns these texts, so
// its text node stays where it was, holding what comes before the first term; what is added stands beside it.
(() => {
  const SKIP = 'button, summary, label, a, pre, code, svg, sub, sup, .katex, .live, .fig, .lines, [hidden], details:not([open])';
  const SOON = 80; // milliseconds until terms are looked for in what the page has written: a picture comes first
  const LATE = 200; // milliseconds in which the pointer may cross from a term to its card
  const entries = JSON.parse(document.getElementById('glossary').textContent);
  const about = new Map(entries.flatMap(([names, meaning]) => names.map((name) => [name, { name: names.join(', '), meaning }])));
  const escaped = (name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const word = (name) => (/^[a-z]{4}/.test(name) ? `[${name[0].toUpperCase()}${name[0]}]${escaped(name.slice(1))}(?:e?s)?` : escaped(name));
  const names = [...about.keys()].sort((one, other) => other.length - one.length);
  // whole words only: not the g of "e.g.", the t of "don't", the N of N(0, 1), the n of n₀
  const any = new RegExp(`(?<![\\p{L}\\p{N}_.'’/-])(?:${names.map((name) => `(${word(name)})`).join('|')})(?![\\p{L}\\p{N}_^⁽′]|-\\p{L}|\\.\\p{L}|(?<=N)\\()`, 'gu');
  const found = (match) => names[match.slice(1).findIndex(Boolean)];

  const kept = new Map(); // a text node of the page: its whole text, what is left of it, and the nodes beside it
  const owner = new WeakMap(); // a text node of ours: the page's that it belongs to
  const withdraw = (root) => {
    if (!kept.has(root)) return;
    const { full, rest, nodes } = kept.get(root);
    if (root.nodeValue === rest) root.nodeValue = full; // else the page has written it anew
    nodes.forEach((node) => node.remove());
    kept.delete(root);
  };
  const whole = (root) => {
    const { rest, nodes } = kept.get(root);
    return root.isConnected && root.nodeValue === rest && nodes.every((node) => node.parentNode === root.parentNode);
  };
  const term = (text, name) => {
    const span = Object.assign(document.createElement('span'), { className: 'term', role: 'button', tabIndex: 0, textContent: text });
    span.dataset.term = name;
    span.setAttribute('aria-expanded', 'false');
    return span;
  };
  const explain = (root, matches) => {
    const full = root.nodeValue, nodes = [];
    matches.forEach((match, i) => {
      const end = match.index + match[0].length, tail = document.createTextNode(full.slice(end, matches[i + 1]?.index));
      owner.set(tail, root);
      nodes.push(term(match[0], found(match)), tail);
    });
    root.nodeValue = full.slice(0, matches[0].index);
    root.after(...nodes);
    kept.set(root, { full, rest: root.nodeValue, nodes });
    return nodes.at(-1);
  };

  // in reading order: a term that now stands earlier than where it was explained moves there. True: look again
  const look = (page) => {
    const seen = new Set();
    const accept = (node) => {
      if (node.nodeType === Node.TEXT_NODE || node.matches('.term')) return NodeFilter.FILTER_ACCEPT;
      return node.matches(SKIP) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
    };
    const walk = document.createTreeWalker(page, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, accept);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      if (node.nodeType !== Node.TEXT_NODE) {
        const root = owner.get(node.nextSibling);
        if (kept.has(root) && seen.has(node.dataset.term)) { withdraw(root); return true; }
        seen.add(node.dataset.term);
      } else if (!node.parentNode.matches('.term')) {
        const matches = [...node.nodeValue.matchAll(any)].filter((match) => !seen.has(found(match)) && seen.add(found(match)));
        if (matches.length && kept.has(owner.get(node))) { withdraw(owner.get(node)); return true; }
        if (matches.length) walk.currentNode = explain(node, matches);
      }
    }
    return false;
  };
  // what stands beside a text that the page has written anew goes at once
  const tidy = () => {
    [...kept.keys()].filter((root) => !whole(root)).forEach(withdraw);
    changes.takeRecords();
  };
  let due;
  const pass = () => {
    due = clearTimeout(due);
    const page = document.querySelector('.stMainBlockContainer');
    if (!page) return;
    tidy();
    for (let turns = 0; look(page) && turns < 50; turns++);
    if (open && !open.isConnected) show(document.querySelector(`.term[data-term="${CSS.escape(open.dataset.term)}"]`)); // its text was written anew
    changes.takeRecords();
  };

  let card, open, timer;
  const place = () => {
    const at = open.getBoundingClientRect(), size = card.getBoundingClientRect();
    const below = at.bottom + 6 + size.height < innerHeight;
    card.style.left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8)) + 'px';
    card.style.top = (below ? at.bottom + 6 : Math.max(8, at.top - 6 - size.height)) + 'px';
  };
  const hide = () => {
    clearTimeout(timer);
    open?.setAttribute('aria-expanded', 'false');
    open?.removeAttribute('aria-describedby');
    open = null;
    if (card?.matches(':popover-open')) card.hidePopover();
  };
  const show = (shown) => {
    hide();
    if (!shown || !about.has(shown.dataset.term)) return;
    if (!card) {
      card = Object.assign(document.createElement('div'), { id: 'term-card', role: 'tooltip', popover: 'manual' });
      card.append(document.createElement('strong'), document.createElement('span'));
      card.addEventListener('pointerenter', () => clearTimeout(timer));
      card.addEventListener('pointerleave', later);
      document.body.append(card);
    }
    open = shown;
    const { name, meaning } = about.get(shown.dataset.term);
    card.firstChild.textContent = name;
    card.lastChild.textContent = meaning + '.';
    shown.setAttribute('aria-expanded', 'true');
    shown.setAttribute('aria-describedby', card.id);
    card.showPopover();
    place();
  };
  const later = () => { clearTimeout(timer); timer = setTimeout(() => { if (document.activeElement !== open) hide(); }, LATE); };
  const of = (event) => event.target.closest?.('.term');

  document.addEventListener('pointerover', (event) => { if (of(event) && of(event) !== open) show(of(event)); else if (of(event)) clearTimeout(timer); });
  document.addEventListener('pointerout', (event) => { if (of(event) && event.pointerType === 'mouse') later(); });
  document.addEventListener('focusin', (event) => { if (of(event)) show(of(event)); else hide(); });
  document.addEventListener('pointerdown', (event) => { if (!of(event) && !card?.contains(event.target)) hide(); });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && open) { hide(); event.stopPropagation(); }
    if (of(event) && (event.key === 'Enter' || event.key === ' ')) { event.preventDefault(); if (open) hide(); else show(of(event)); }
  }, true);
  document.addEventListener('scroll', () => { if (open) place(); }, true);
  document.addEventListener('toggle', (event) => { if (event.target.matches?.('details')) pass(); }, true);

  const changes = new MutationObserver((records) => {
    if (records.some(({ target }) => !(target.closest ? target : target.parentElement)?.closest('.live, .fig, .plotly, svg'))) { tidy(); due ??= setTimeout(pass, SOON); }
  });
  document.addEventListener('DOMContentLoaded', () => changes.observe(document.body, { childList: true, subtree: true, characterData: true }));
})();

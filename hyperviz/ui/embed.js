// In the head of every page: in a frame (?embed=true) one figure stands with its sliders; the link names it.
(() => {
  const asked = new URLSearchParams(location.search), figure = asked.get('figure');
  if (asked.get('embed') !== 'true') return;
  const style = document.head.appendChild(document.createElement('style'));
  const show = (chosen) => {
    const kept = `:is(.st-key-verdict, .st-key-controls, .st-key-open, .stAlert, ${chosen})`, page = '.stMainBlockContainer';
    style.textContent = `
      ${page} > .stVerticalBlock > :not(:has(${kept})):not(${kept}) { display: none; }
      ${page} .stColumn:not(:has(${chosen})):not(${kept} *) { display: none; }
      ${page} .stExpander:not(.st-key-controls *) { display: none; }
      ${page} .stElementContainer:not(${kept} *):not(:has(.stAlert)) { display: none; }
      ${page} > .stVerticalBlock > :has(${chosen}) { order: 2; }`;
  };
  document.documentElement.classList.add('hyperviz-embed');
  const named = figure && `.st-key-${CSS.escape(figure)}_box`;
  show(named || '.st-key-hero');
  if (named) setTimeout(() => { if (!document.querySelector(named)) show('.st-key-hero'); }, 10000); // no such figure
})();

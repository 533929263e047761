// In the head of every page: on paper the charts are light and as wide as a sheet, and follow at once.
(() => {
  const root = document.documentElement.classList;
  let dark = false;
  const turn = (paper) => {
    if (paper) dark = root.contains('hyperviz-dark');
    root.toggle('hyperviz-print', paper);
    root.toggle('hyperviz-dark', dark && !paper);
    document.querySelectorAll('.live').forEach((box) => box.redraw?.());
  };
  addEventListener('beforeprint', () => turn(true));
  addEventListener('afterprint', () => turn(false));
})();

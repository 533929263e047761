// The numbers of a chart as a table: for those who read rather than see, and for a quick look. Empty columns are left out.
const MOST_ROWS = 1000; // of a table that is shown; the CSV holds all

function tableOf(rows, caption) {
  const table = document.createElement('table'), [head, ...body] = rows;
  table.createCaption().textContent = body.length > MOST_ROWS ? `${caption}. The first ${MOST_ROWS} of ${body.length} rows; the CSV holds all.` : caption;
  const top = table.createTHead().insertRow();
  top.append(...head.map((name) => Object.assign(document.createElement('th'), { scope: 'col', textContent: name })));
  const rest = table.createTBody();
  for (const row of body.slice(0, MOST_ROWS)) {
    const line = rest.insertRow();
    for (const value of row) line.insertCell().textContent = typeof value === 'number' ? +value.toPrecision(6) : value ?? '';
  }
  return table;
}

function showTable(all, caption, focusAfter) {
  const used = all[0].map((_, i) => all.slice(1).some((row) => row[i] !== '')), rows = all.map((row) => row.filter((_, i) => used[i]));
  const dialog = Object.assign(document.createElement('dialog'), { className: 'chart-table', translate: false });
  const shut = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Close', onclick: () => dialog.close() });
  dialog.setAttribute('aria-label', caption);
  dialog.append(shut, tableOf(rows, caption));
  dialog.onclose = () => { dialog.remove(); focusAfter.focus(); };
  document.body.append(dialog);
  dialog.showModal();
}

// A 28 x 28 canvas to draw a digit on and to hide parts of it: what it holds is what f sees, pixel by pixel.
const SIZE = 28, CELL = 20, PAUSE = 120, STEPS = 100; // pixels of the overlay a cell; ms between messages; undo steps
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const boards = new WeakMap(); // the function at the end is called at every rerun, on the same element

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const bytes = (text) => Uint8ClampedArray.from(atob(text), (c) => c.charCodeAt(0));
const text = (array) => btoa(String.fromCharCode(...array));

// what a tool makes of a pixel's value where it covers so much of it (0 to 1)
const PAINT = {
  pen: (value, cover) => Math.max(value, 255 * cover),
  eraser: (value, cover) => Math.min(value, 255 * (1 - cover)),
  hide: (value, cover) => (cover >= 0.5 ? 1 : value),
  reveal: (value, cover) => (cover >= 0.5 ? 0 : value),
};

// The line from a to b with round ends; its edge fades over one pixel, as the strokes of MNIST do.
function line(layer, a, b, width, paint) {
  const [dx, dy] = [b.x - a.x, b.y - a.y], length2 = dx * dx + dy * dy || 1, reach = width / 2 + 0.5;
  for (let y = 0; y < SIZE; y++) for (let x = 0; x < SIZE; x++) {
    const [px, py] = [x + 0.5 - a.x, y + 0.5 - a.y], along = clamp((px * dx + py * dy) / length2, 0, 1);
    const cover = clamp(reach - Math.hypot(px - along * dx, py - along * dy), 0, 1);
    if (cover > 0) layer[y * SIZE + x] = paint(layer[y * SIZE + x], cover);
  }
}

function box(layer, a, b) {
  const cell = (v) => clamp(Math.floor(v), 0, SIZE - 1), [x0, x1] = [a.x, b.x].map(cell).sort((p, q) => p - q);
  const [y0, y1] = [a.y, b.y].map(cell).sort((p, q) => p - q);
  for (let y = y0; y <= y1; y++) layer.fill(1, y * SIZE + x0, y * SIZE + x1 + 1);
}

function paintPicture(canvas, picture) {
  const image = new ImageData(SIZE, SIZE);
  picture.forEach((v, i) => image.data.set([v, v, v, 255], 4 * i));
  canvas.getContext('2d').putImageData(image, 0, 0);
}

// Hidden pixels hatched, and the keyboard's cursor: an outline that is seen on black and on white.
function paintOverlay(canvas, hidden, cursor) {
  const context = canvas.getContext('2d'), colour = getComputedStyle(canvas).color;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.beginPath();
  hidden.forEach((h, i) => { if (h) context.rect((i % SIZE) * CELL, Math.floor(i / SIZE) * CELL, CELL, CELL); });
  context.save();
  context.clip();
  context.fillStyle = 'rgb(128 128 128 / 60%)';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.beginPath();
  for (let at = -canvas.width; at < canvas.width; at += CELL) {
    context.moveTo(at, 0);
    context.lineTo(at + canvas.height, canvas.height);
  }
  context.strokeStyle = colour;
  context.lineWidth = 5;
  context.stroke();
  context.restore();
  if (!cursor) return;
  for (const [style, width] of [['black', 8], ['white', 4]]) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.strokeRect(Math.floor(cursor.x) * CELL, Math.floor(cursor.y) * CELL, CELL, CELL);
  }
}

function mount(root) {
  const find = (name) => root.querySelector(name), overlay = find('.overlay'), slider = find('.width input');
  const widths = { pen: 2.5, eraser: 4, hide: 4, reveal: 4 }, undo = [];
  let layers = { image: new Uint8ClampedArray(SIZE * SIZE), hidden: new Uint8ClampedArray(SIZE * SIZE) };
  let tool = 'pen', stroke = null, cursor = null, serial = null, waiting = null; // waiting: loaded once the stroke ends
  let tell, timer, sentAt = 0, sent = '';

  const copy = () => ({ image: layers.image.slice(), hidden: layers.hidden.slice() });
  const remember = () => { undo.push(copy()); undo.splice(0, undo.length - STEPS); };
  const paint = () => {
    paintPicture(find('.picture'), layers.image);
    paintOverlay(overlay, layers.hidden, cursor);
    find('.undo').disabled = !undo.length;
    find('.clear').disabled = !layers.image.some(Boolean);
    find('.show').disabled = !layers.hidden.some(Boolean);
  };
  const send = () => {
    clearTimeout(timer);
    timer = null;
    const value = { image: text(layers.image), hidden: text(layers.hidden), serial, done: !stroke };
    if (JSON.stringify(value) === sent) return;
    [sent, sentAt] = [JSON.stringify(value), performance.now()];
    tell('board', value);
  };
  const changed = () => {
    paint();
    if (stroke) timer ??= setTimeout(send, Math.max(0, PAUSE - (performance.now() - sentAt)));
    else send();
  };

  const down = (point, with_ = tool) => {
    remember();
    stroke = { tool: with_, from: point, last: point };
    move(point);
    changed();
  };
  const move = (point) => {
    if (stroke.tool === 'box') {
      layers.hidden.set(undo.at(-1).hidden);
      box(layers.hidden, stroke.from, point);
    } else {
      const layer = stroke.tool in { pen: 0, eraser: 0 } ? layers.image : layers.hidden;
      line(layer, stroke.last, point, widths[stroke.tool], PAINT[stroke.tool]);
    }
    stroke.last = point;
  };
  const up = () => {
    if (!stroke) return;
    stroke = null;
    if (waiting) load(waiting);
    else changed();
  };
  const edit = (change) => { up(); remember(); change(); changed(); };

  const load = (given) => {
    clearTimeout(timer);
    timer = null;
    if (serial !== null) remember();
    layers = { image: bytes(given.image), hidden: bytes(given.hidden) };
    [serial, waiting] = [given.serial, null];
    paint();
  };

  const at = (event) => {
    const area = overlay.getBoundingClientRect();
    return { x: ((event.clientX - area.x) / area.width) * SIZE, y: ((event.clientY - area.y) / area.height) * SIZE };
  };
  const pointer = {
    pointerdown: (event) => {
      const rubber = event.pointerType === 'pen' && event.buttons & 32; // the pen's other end
      if (stroke || (event.button !== 0 && !rubber)) return; // a second finger does not draw
      overlay.setPointerCapture(event.pointerId);
      cursor = null;
      down(at(event), rubber ? 'eraser' : tool);
      stroke.pointer = event.pointerId;
    },
    pointermove: (event) => {
      if (stroke?.pointer !== event.pointerId) return;
      const between = event.getCoalescedEvents?.() ?? [];
      for (const one of between.length ? between : [event]) move(at(one));
      changed();
    },
    pointerup: (event) => { if (stroke?.pointer === event.pointerId) up(); },
  };
  pointer.pointercancel = pointer.lostpointercapture = pointer.pointerup;
  for (const [name, handler] of Object.entries(pointer)) overlay.addEventListener(name, handler);

  const say = () => {
    const where = `row ${Math.floor(cursor.y) + 1}, column ${Math.floor(cursor.x) + 1}`;
    find('.status').textContent = `${tool} ${stroke ? 'down' : 'up'}, ${where}`;
  };
  overlay.addEventListener('keydown', (event) => {
    if (stroke && stroke.pointer !== undefined) return;
    if ((event.ctrlKey || event.metaKey) && event.key === 'z') find('.undo').click();
    else if (event.key in ARROWS) {
      const [dx, dy] = ARROWS[event.key], inside = (v) => clamp(v, 0.5, SIZE - 0.5);
      cursor ??= { x: SIZE / 2 + 0.5, y: SIZE / 2 + 0.5 };
      cursor = { x: inside(cursor.x + dx), y: inside(cursor.y + dy) };
      if (stroke) {
        move(cursor);
        changed();
      }
    } else if (event.key === ' ' || (event.key === 'Escape' && stroke)) {
      cursor ??= { x: SIZE / 2 + 0.5, y: SIZE / 2 + 0.5 };
      if (stroke) up();
      else down(cursor);
    } else return;
    event.preventDefault();
    event.stopPropagation();
    if (cursor) say();
    paint();
  });
  overlay.addEventListener('blur', () => {
    up();
    cursor = null;
    find('.status').textContent = '';
    paint();
  });

  const width = () => { slider.disabled = !(tool in widths); slider.value = widths[tool] ?? slider.value; };
  find('.tools').addEventListener('change', (event) => { tool = event.target.value; width(); });
  slider.addEventListener('input', () => { widths[tool] = Number(slider.value); });
  find('.undo').addEventListener('click', () => {
    up();
    if (!undo.length) return;
    layers = undo.pop();
    changed();
  });
  find('.clear').addEventListener('click', () => edit(() => layers.image.fill(0)));
  find('.show').addEventListener('click', () => edit(() => layers.hidden.fill(0)));
  width();
  root.classList.add('ready');

  return {
    // What the server holds is loaded when it says so by a new serial, never while a stroke is under way.
    hear: (data, set) => {
      tell = set;
      if (data.serial !== serial && stroke) waiting = data;
      else if (data.serial !== serial) load(data);
      else paint(); // the theme may be another
    },
    leave: () => {
      clearTimeout(timer);
      timer = null;
    },
  };
}

export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector('.drawing');
  if (!boards.has(root)) boards.set(root, mount(root));
  const board = boards.get(root);
  board.hear(data, setStateValue);
  return board.leave;
}

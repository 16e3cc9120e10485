// The timeline: steps as bands, messages as ticks, exchanges that repeat as one bar. Days in which nothing happens are
// short, and say how long they are.

// How wide things are, in relation to each other.
const WIDTH_OF_A_MESSAGE = 1;
const WIDTH_OF_A_STEP = 2.5;
const WIDTH_OF_A_PAUSE = (milliseconds) => 2 + 1.5 * Math.log10(1 + milliseconds / 1000);
// What labels need, in pixels. A moment of a quick run is written to the millisecond.
const ROOM_FOR_A_MOMENT = (text) => 16 + 6.45 * text.length;
const ROOM_FOR_A_PAUSE = 46;

function timeline({ steps, messages, rows, choose }) {
  const reached = steps.filter((step) => step.began_at);
  if (!reached.length && !messages.length) return null;
  const { events, width } = placed(eventsOf(reached, spansOf(messages, rows)));
  const x = (event) => `${(100 * event.x) / width}%`;
  const at = new Map(events.map((event) => [event.name, event]));
  const label = (one) => element('span', { style: { left: x(one) } }, one.text);
  const levels = [];
  const bands = reached.map((step, index) => {
    const [begin, end] = [at.get(`begin ${index}`), at.get(`end ${index}`)];
    let level = levels.findIndex((busyUntil) => busyUntil <= begin.x);
    if (level < 0) level = levels.length;
    levels[level] = end.x;
    return button({
      class: `band ${className(step.outcome)}`, 'data-step': step.number, tabindex: '-1', title: `${step.number} ${step.text}`,
      style: { left: x(begin), width: `${(100 * (end.x - begin.x)) / width}%`, top: `${level * 26}px` }, onclick: () => choose(step),
    }, element('span', {}, step.number));
  });
  const pausesShown = element('div', { class: 'labels' });
  const momentsShown = element('div', { class: 'moments' });
  const view = element('section', { class: 'timeline', 'aria-label': 'Timeline' },
    element('div', { class: 'bands', style: { height: `${Math.max(1, levels.length) * 26}px` } }, bands),
    element('div', { class: 'ticks' }, ticks(events, width), pausesShown), momentsShown);
  // How many labels there is room for is known once it is drawn, and is otherwise in another window.
  new ResizeObserver(() => {
    const pixels = view.clientWidth || 1;
    pausesShown.replaceChildren(...pauses(events, width, ROOM_FOR_A_PAUSE / pixels).map(label));
    momentsShown.replaceChildren(...moments(events, width, pixels).map(label));
    for (const band of bands) band.firstChild.hidden = band.clientWidth < 9 + 7 * band.textContent.length;
  }).observe(view);
  return view;
}

// From the first to the last of the messages that a row of the drawing stands for.
function spansOf(messages, rows) {
  const positions = new Map(messages.map((message, position) => [message.n, position]));
  return rows.map(([n, times]) => {
    const first = messages[positions.get(n)];
    return { first, last: messages[positions.get(n) + 2 * (times - 1)] };
  });
}

// What happens, in order: steps begin and end, messages are sent.
function eventsOf(steps, spans) {
  const events = spans.map((span) => ({ span, time: span.first.at, order: span.first.n, room: WIDTH_OF_A_MESSAGE }));
  for (const { first, last } of spans) {
    if (last !== first) events.push({ name: `last ${first.n}`, time: last.at, order: last.n, room: WIDTH_OF_A_MESSAGE });
  }
  steps.forEach((step, index) => {
    const place = (index + 1) / (steps.length + 1) / 2;
    const isSilent = step.last_message < step.first_message;
    events.push({ name: `begin ${index}`, time: step.began_at, order: step.first_message - 0.75 + place, room: 0.5 });
    events.push({
      name: `end ${index}`,
      time: step.ended_at,
      order: isSilent ? step.first_message - 0.75 + place + 0.01 / (steps.length + 1) : step.last_message + 0.2,
      room: isSilent ? WIDTH_OF_A_STEP : 0.5,
    });
  });
  return events.sort((one, other) => (one.time < other.time ? -1 : one.time > other.time ? 1 : one.order - other.order));
}

function placed(events) {
  let x = 0;
  let last = null;
  for (const event of events) {
    event.pause = last && event.time !== last.time ? WIDTH_OF_A_PAUSE(between(last.time, event.time)) : 0;
    event.passed = event.pause ? between(last.time, event.time) : 0;
    x += event.pause + (event.pause ? 0 : event.room);
    event.x = x;
    last = event;
  }
  return { events, width: x || 1 };
}

function ticks(events, width) {
  const x = (event) => ((1000 * event.x) / width).toFixed(2);
  const at = new Map(events.map((event) => [event.name, event]));
  const paths = { asked: '', answered: '', refused: '' };
  for (const event of events) {
    if (!event.span) continue;
    const { first, last } = event.span;
    const isAnswer = first.kind === 'response' || first.kind === 'return';
    const kind = first.detail.status >= 400 ? 'refused' : isAnswer ? 'answered' : 'asked';
    const top = isAnswer ? 7 : 0;
    paths[kind] += `M${x(event)} ${top}v7`;
    if (last !== first) paths[kind] += `M${x(event)} ${top + 3.5}H${x(at.get(`last ${first.n}`))}`;
  }
  const drawing = (tag, attributes, ...children) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    made.append(...children);
    return made;
  };
  return drawing('svg', { viewBox: '0 0 1000 14', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    ...Object.entries(paths).filter(([, line]) => line).map(([kind, line]) => drawing('path', { class: kind, d: line })));
}

// How long the longer pauses are: there is room for that, as nothing happened.
function pauses(events, width, room) {
  return events.filter(({ pause }) => pause > room * width)
    .map((event) => ({ x: event.x - event.pause / 2, text: period(event.passed) }));
}

// When things happen: the beginning, then what there is room for, first what comes after a long pause.
function moments(events, width, pixels) {
  const chosen = [];
  const after = events.filter(({ pause }) => pause).sort((one, other) => other.passed - one.passed);
  for (const event of [events[0], ...after]) {
    const x = event === events[0] ? 0 : event.x;
    const text = momentOf(event.time);
    const room = (ROOM_FOR_A_MOMENT(text) * width) / pixels;
    const hasRoom = chosen.every((other) => (other.x <= x ? x - other.x > other.room : other.x - x > room));
    if (hasRoom && (x === 0 || x + room < width)) chosen.push({ x, text, room });
  }
  return chosen;
}

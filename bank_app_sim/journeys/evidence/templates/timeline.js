// The timeline: steps as bands, messages as ticks. Days in which nothing happens are short, and say how long they are.

// How wide things are, in relation to each other.
const WIDTH_OF_A_MESSAGE = 1;
const WIDTH_OF_A_STEP = 3;
const WIDTH_OF_A_PAUSE = (milliseconds) => 4 + 4 * Math.log10(1 + milliseconds / 1000);
// Between two labels, of the whole width.
const ROOM_FOR_A_LABEL = 0.13;

function timeline({ steps, messages, choose }) {
  const reached = steps.filter((step) => step.began_at);
  if (!reached.length && !messages.length) return null;
  const { events, width } = placed(eventsOf(reached, messages));
  const x = (event) => `${(100 * event.x) / width}%`;
  const at = new Map(events.map((event) => [event.name, event]));
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
  return element('section', { class: 'timeline', 'aria-label': 'Timeline' },
    element('div', { class: 'bands', style: { height: `${Math.max(1, levels.length) * 26}px` } }, bands),
    ticks(events, width, messages),
    element('div', { class: 'moments' }, labels(events, width).map(({ event, text }) =>
      element('span', { class: event.pause ? 'pause' : '', style: { left: x(event.pause ? { x: event.x - event.pause / 2 } : event) } }, text))));
}

// What happens, in order: steps begin and end, messages are sent.
function eventsOf(steps, messages) {
  const events = messages.map(({ at, n }) => ({ name: `message ${n}`, time: at, order: n, room: WIDTH_OF_A_MESSAGE }));
  steps.forEach((step, index) => {
    const place = index / (steps.length + 1) / 2;
    const isSilent = step.last_message < step.first_message;
    events.push({ name: `begin ${index}`, time: step.began_at, order: step.first_message - 0.75 + place, room: 0.5 });
    events.push({
      name: `end ${index}`, time: step.ended_at,
      order: isSilent ? step.first_message - 0.75 + place + 0.0001 / (steps.length + 1) : step.last_message + 0.2,
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

function ticks(events, width, messages) {
  const kinds = new Map(messages.map((message) => [`message ${message.n}`, message]));
  const canvas = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  canvas.setAttribute('viewBox', `0 0 1000 14`);
  canvas.setAttribute('preserveAspectRatio', 'none');
  canvas.setAttribute('aria-hidden', 'true');
  const paths = { asked: '', answered: '', refused: '' };
  for (const event of events) {
    const message = kinds.get(event.name);
    if (!message) continue;
    const isAnswer = message.kind === 'response' || message.kind === 'return';
    const kind = message.detail.status >= 400 ? 'refused' : isAnswer ? 'answered' : 'asked';
    paths[kind] += `M${((1000 * event.x) / width).toFixed(2)} ${isAnswer ? 7 : 0}v7`;
  }
  for (const [kind, line] of Object.entries(paths)) {
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('class', kind);
    path.setAttribute('d', line || 'M0 0');
    canvas.append(path);
  }
  return canvas;
}

// The beginning, then what there is room for: long pauses first, then when they end.
function labels(events, width) {
  const chosen = [];
  const add = (event, text, x) => {
    if (chosen.some((other) => Math.abs(other.at - x) < ROOM_FOR_A_LABEL * width)) return;
    chosen.push({ event, text, at: x });
  };
  if (!events.length) return chosen;
  add({ ...events[0], pause: 0 }, `${dayOf(events[0].time)} ${timeOf(events[0].time)}`, 0);
  const pauses = events.filter((event) => event.pause).sort((one, other) => other.passed - one.passed);
  for (const event of pauses) {
    add({ ...event, pause: 0 }, `${dayOf(event.time)} ${timeOf(event.time)}`, event.x);
    add(event, period(event.passed), event.x - event.pause / 2);
  }
  return chosen;
}

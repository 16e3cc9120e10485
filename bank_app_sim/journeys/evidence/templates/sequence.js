// The sequence drawing: a row for each message, or for an exchange that repeats; each opens to what it carried.

const PARTICIPANTS = Object.fromEntries(JSON.parse(document.getElementById('participants').textContent));
const LANES = Object.keys(PARTICIPANTS);

// Rows drawn at once; the rest follows while the reader looks at them.
const ROWS_AT_ONCE = 400;

class Sequence {
  // `choose` is called with the step whose heading was pressed, `opened` with the number of a message that was opened.
  constructor({ messages, rows, steps, choose, opened }) {
    Object.assign(this, { messages, rows, choose, opened });
    this.positions = new Map(messages.map((message, position) => [message.n, position]));
    this.headings = steps.filter((step) => step.began_at).sort((one, other) => one.first_message - other.first_message);
    this.hasUsers = new Set(messages.map((message) => message.user).filter(Boolean)).size > 1;
    this.rowOf = new Map();
    this.drawn = 0;
    this.chosen = [];
    this.body = element('div', { class: 'rows' });
    this.view = element('section', { class: 'sequence', 'aria-label': 'Messages' },
      element('div', { class: 'lanes' },
        element('span', {}, ''),
        element('div', {}, LANES.map((lane) => element('span', {}, PARTICIPANTS[lane])))),
      messages.length ? this.body : element('p', { class: 'quiet' }, 'No messages were kept.'));
    this.draw(ROWS_AT_ONCE);
    this.drawTheRest();
  }

  drawTheRest() {
    if (this.drawn >= this.rows.length) return;
    setTimeout(() => {
      this.draw(this.drawn + ROWS_AT_ONCE);
      this.drawTheRest();
    });
  }

  draw(until) {
    const rows = [];
    for (; this.drawn < Math.min(until, this.rows.length); this.drawn += 1) {
      const [n, times] = this.rows[this.drawn];
      const message = this.messages[this.positions.get(n)];
      const last = this.messages[this.positions.get(n) + 2 * (times - 1)];
      rows.push(...this.headingsUntil(n), this.pause(message), this.row(message, last, times));
      this.last = last;
    }
    if (this.drawn === this.rows.length) rows.push(...this.headingsUntil(Infinity));
    this.body.append(...rows.filter(Boolean));
  }

  // The steps that begin with a message or before it, and have no heading yet.
  headingsUntil(n) {
    const after = this.headings.findIndex((step) => step.first_message > n);
    return this.headings.splice(0, after < 0 ? this.headings.length : after).map((step) => this.heading(step));
  }

  heading(step) {
    return button({ class: `heading ${className(step.outcome)}`, 'data-step': step.number, onclick: () => this.choose(step) },
      element('span', {}, step.number), step.text, step.branch ? element('small', { class: 'branch' }, step.branch) : null);
  }

  // Between two messages that are far from each other.
  pause(message) {
    const passed = this.last ? between(this.last.at, message.at) : 0;
    const isOtherDay = this.day !== dayOf(message.at);
    if (passed < 1000 && !isOtherDay) return null;
    this.day = dayOf(message.at);
    return element('div', { class: 'pause' },
      element('span', {}, isOtherDay ? `${dayOf(message.at)} ${message.at.slice(0, 4)}` : ''),
      passed ? element('b', {}, `${period(passed)} later`) : null);
  }

  // `last` is the last of those that the row stands for.
  row(message, last, times) {
    const isAnswer = message.kind === 'response' || message.kind === 'return';
    const when = times > 1 && isAnswer ? `–${timeOf(last.at)}` : this.last?.at === message.at ? '' : timeOf(message.at);
    const summary = element('summary', {},
      element('span', { class: 'when' }, element('span', { class: 'n' }, String(message.n)), when),
      arrow(message, times, this.hasUsers ? message.user : ''));
    const row = element('details', { class: 'message', 'data-n': message.n }, summary);
    row.addEventListener('toggle', () => {
      if (row.open && row.children.length === 1) row.append(this.detail(message, times));
      if (row.open) this.opened(message.n);
    });
    this.rowOf.set(message.n, row);
    return row;
  }

  detail(message, times) {
    const [asked, answered] = this.exchange(message);
    const parts = [asked && saying(asked, asked.kind === 'call' ? 'Call' : 'Request'),
      answered && saying(answered, answered.kind === 'return' ? 'Return' : 'Answer')].filter(Boolean);
    return element('div', { class: 'detail' },
      element('div', { class: 'exchange' }, parts),
      times > 1 ? this.repeats(message, times) : null);
  }

  // A message with the one that it answers, or that answers it.
  exchange(message) {
    const here = this.positions.get(message.n);
    const isQuestion = message.kind === 'request' || message.kind === 'call';
    const forward = isQuestion ? 1 : -1;
    const kind = { request: 'response', response: 'request', call: 'return', return: 'call' }[message.kind];
    const id = message.detail.request_id;
    let other = null;
    for (let position = here + forward; id && this.messages[position] && !other; position += forward) {
      const candidate = this.messages[position];
      if (candidate.kind === kind && candidate.detail.request_id === id
        && candidate.from === message.to && candidate.to === message.from) other = candidate;
    }
    return isQuestion ? [message, other] : [other, message];
  }

  repeats(message, times) {
    const first = this.positions.get(message.n);
    const fold = element('details', { class: 'repeats' }, element('summary', {}, `The same ${times} times, and when`));
    fold.addEventListener('toggle', () => {
      const alike = Array.from({ length: times }, (_, turn) => this.messages[first + 2 * turn]);
      fold.append(element('ol', {}, alike.map(({ n, at, detail }) => element('li', {},
        element('span', { class: 'n' }, String(n)), momentOf(at), element('code', {}, detail.request_id ?? '')))));
    }, { once: true });
    return fold;
  }

  // Highlight the messages of a step; returns the first row of them.
  highlight(step) {
    this.chosen.forEach((row) => row.classList.remove('chosen'));
    this.chosen = [];
    if (!step) return null;
    this.draw(this.rows.findIndex(([n]) => n > step.last_message) + 1 || this.rows.length);
    for (const [n] of this.rows) {
      if (hasMessage(step, this.messages[this.positions.get(n)])) this.chosen.push(this.rowOf.get(n));
    }
    this.chosen.forEach((row) => row.classList.add('chosen'));
    return this.body.querySelector(`[data-step="${CSS.escape(step.number)}"]`) ?? this.chosen[0] ?? null;
  }

  open(n) {
    const index = this.rows.findLastIndex(([first]) => first <= n);
    if (index < 0) return;
    this.draw(index + 1);
    const row = this.rowOf.get(this.rows[index][0]);
    row.open = true;
    // What stands above it may still be drawn smaller or larger than it is: once more, when it is.
    row.scrollIntoView({ block: 'center' });
    requestAnimationFrame(() => row.scrollIntoView({ block: 'center' }));
    row.firstChild.focus({ preventScroll: true });
  }
}

function arrow(message, times, user) {
  const [from, to] = [LANES.indexOf(message.from), LANES.indexOf(message.to)];
  const width = 100 / LANES.length;
  const isAnswer = message.kind === 'return' || message.kind === 'response';
  const look = [isAnswer ? 'answer' : 'question', from <= to ? 'right' : 'left', message.detail.status >= 400 ? 'refused' : ''];
  return element('span', { class: 'arrow-lane' },
    element('span', {
      class: `arrow ${look.join(' ')}`,
      style: { left: `${(Math.min(from, to) + 0.5) * width}%`, width: `${Math.abs(to - from) * width}%` },
      'aria-hidden': 'true',
    }),
    element('span', { class: `label ${look.join(' ')} ${from + to < LANES.length - 1 ? 'near' : 'far'}`, style: { left: `${((from + to) / 2 + 0.5) * width}%` } },
      user ? element('small', { class: 'user' }, user, element('span', { class: 'hidden' }, ': ')) : null,
      element('span', { class: 'hidden' }, `${PARTICIPANTS[message.from]} to ${PARTICIPANTS[message.to]}: `),
      message.label,
      times > 1 ? element('b', { class: 'times' }, `x${times}`) : null));
}

// All that one message said.
function saying(message, title) {
  const { method, path, status, body, ...more } = message.detail;
  const others = Object.fromEntries(Object.entries({ user: message.user, branch: message.branch, ...more }).filter(([, value]) => value !== ''));
  const line = method ? `${method} ${path}` : status ? `${status} ${message.label.replace(`${status} `, '')}` : message.label;
  return element('div', { class: 'saying' },
    element('h4', {}, title, element('small', {}, `${message.n} · ${momentOf(message.at)}`)),
    element('p', { class: status >= 400 ? 'line refused' : 'line' }, line),
    element('dl', {}, Object.entries(others).map(([name, value]) => element('div', {},
      element('dt', {}, name), element('dd', {}, typeof value === 'string' ? value : JSON.stringify(value))))),
    body === undefined ? element('p', { class: 'quiet' }, 'no body in the trace') : prettyJSON(body));
}

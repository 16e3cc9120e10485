// One journey: unpacked when it is opened, and forgotten when it is left.

async function unpack(name) {
  const source = document.querySelector(`script[data-journey="${CSS.escape(name)}"]`);
  const bytes = Uint8Array.from(atob(source.textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Response(stream).json();
}

class JourneyView {
  constructor(name, result) {
    this.name = name;
    this.result = result;
    const choose = (step) => this.choose(step);
    const failed = result.steps.filter((step) => step.outcome === 'failed');
    // The one that says why; of branches and what holds them the innermost.
    const weight = (step) => (step.failure ? 100 : 0) + step.number.split('.').length;
    this.failedStep = failed.reduce((best, step) => (best && weight(best) >= weight(step) ? best : step), undefined);
    this.steps = stepList({ steps: result.steps, choose });
    this.around = element('section', { class: 'around', 'aria-label': 'State', 'aria-live': 'polite' });
    this.sequence = new Sequence({ ...result, choose, opened: (n) => this.remember(`message/${n}`) });
    this.unknown = element('p', { class: 'notice unknown', role: 'alert', hidden: true });
    this.element = element('div', {},
      this.unknown,
      header(result),
      failureBox({ step: this.failedStep, outcome: result.outcome, choose, reason: result.reason }),
      timeline({ ...result, choose }),
      element('div', { class: 'columns' },
        element('aside', {}, element('h2', {}, 'Steps'), this.steps, this.around), this.sequence.view),
      scriptView(result, this.failedStep));
    this.around.append(...stepView({ step: null, states: result.states }));
  }

  // Nobody is scrolled away from what they have just pressed: the drawing comes to the step, not the page.
  choose(step, { scroll = true, remember = true } = {}) {
    for (const chosen of this.element.querySelectorAll('[data-step]')) {
      const isChosen = chosen.dataset.step === step.number;
      chosen.classList.toggle('chosen', isChosen);
      if (isChosen) chosen.setAttribute('aria-current', 'step');
      else chosen.removeAttribute('aria-current');
    }
    const first = this.sequence.highlight(step);
    this.around.replaceChildren(...stepView({ step, states: this.result.states, messages: this.result.messages }).filter(Boolean));
    this.around.scrollTop = 0;
    bringIntoList(this.steps, this.steps.querySelector('.chosen'));
    const isNarrow = matchMedia('(max-width: 62rem)').matches; // what is told of the step stands above the drawing then
    if (scroll) (isNarrow ? this.around : first)?.scrollIntoView({ block: isNarrow ? 'nearest' : 'start' });
    if (remember) this.remember(`step/${encodeURIComponent(step.number)}`);
  }

  // The address of what is looked at, to be copied; going back leads to the list at once.
  remember(place) {
    history.replaceState(null, '', `#/${encodeURIComponent(this.name)}/${place}`);
  }

  // What a link leads to: a step, a message with its step, or the failure.
  show(kind, which) {
    const step = this.result.steps.find((one) => one.number === which);
    const message = this.result.messages.find((one) => String(one.n) === which);
    this.unknown.hidden = true;
    if (kind === 'message' && message) {
      const owner = stepOf(message, this.result.steps);
      if (owner) this.choose(owner, { scroll: false, remember: false });
      this.sequence.open(message.n);
    } else if (kind === 'step' && step) {
      this.choose(step);
    } else {
      if (this.failedStep) this.choose(this.failedStep, { scroll: false, remember: false });
      if (kind) this.say(kind, which);
    }
  }

  // An address that leads nowhere, such as that of a run with other messages.
  say(kind, which) {
    const has = { step: `steps 1 to ${this.result.steps.at(-1)?.number}`, message: `messages 1 to ${this.result.messages.length}` }[kind];
    const what = has ? `There is no ${kind} ${which ?? ''} in this journey; it has ${has}.` : `There is nothing at ${location.hash} in this report.`;
    this.unknown.textContent = what;
    this.unknown.hidden = false;
  }
}

// Scrolls the list and never the page.
function bringIntoList(list, item) {
  if (!item) return;
  const [outer, inner] = [list.getBoundingClientRect(), item.getBoundingClientRect()];
  if (inner.top < outer.top) list.scrollTop -= outer.top - inner.top;
  else if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom;
}

// Whether a branch is another one, or within it; every branch is within none.
function isWithin(branch, other) {
  return !other || branch === other || branch.startsWith(`${other} / `);
}

function hasMessage(step, message) {
  return message.n >= step.first_message && message.n <= step.last_message && isWithin(message.branch, step.branch);
}

// The innermost step that a message belongs to.
function stepOf(message, steps) {
  return steps.filter((step) => step.began_at && hasMessage(step, message)).reduce(
    (best, step) => (best && best.number.split('.').length >= step.number.split('.').length ? best : step), null);
}

function header(result) {
  const moments = result.steps.flatMap((step) => [step.began_at, step.ended_at]).filter(Boolean).sort();
  const [began, ended] = [moments[0], moments.at(-1)];
  const fact = (name, ...value) => element('div', {}, element('dt', {}, name), element('dd', {}, value));
  const command = element('code', {}, result.command);
  return element('header', {},
    element('h1', { tabindex: '-1' }, outcomeIcon(result.outcome), result.title),
    element('p', { class: 'about' }, result.name, result.row ? element('b', {}, result.row) : null,
      result.file ? element('span', {}, result.file) : null),
    element('dl', { class: 'facts' },
      fact('seed', String(result.seed)),
      fact('world', result.world),
      began ? fact('simulated clock', `${momentOf(began)} → ${momentOf(ended)}`, element('i', {}, period(between(began, ended)))) : null,
      fact('took', `${result.seconds.toFixed(2)} s`),
      fact('messages', result.messages.length.toLocaleString('en'))),
    result.command
      ? element('p', { class: 'command' }, element('span', {}, 'repeat'), command, button({ onclick: (event) => copy(command, event.target) }, 'Copy'))
      : null);
}

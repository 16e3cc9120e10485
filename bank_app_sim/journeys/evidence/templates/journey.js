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
    this.failedStep = failed.find((step) => step.failure) ?? failed[0];
    this.steps = stepList({ steps: result.steps, choose });
    this.around = element('section', { class: 'around', 'aria-label': 'State', 'aria-live': 'polite' });
    this.sequence = new Sequence({ ...result, choose, opened: (n) => this.remember(`message/${n}`) });
    this.element = element('div', {},
      header(result),
      failureBox({ step: this.failedStep, outcome: result.outcome, choose }),
      timeline({ ...result, choose }),
      element('div', { class: 'columns' },
        element('aside', {}, element('h2', {}, 'Steps'), this.steps, this.around), this.sequence.view));
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
    this.around.replaceChildren(...stepView({ step, states: this.result.states }).filter(Boolean));
    this.around.scrollTop = 0;
    this.steps.querySelector('.chosen')?.scrollIntoView({ block: 'nearest' });
    const isNarrow = matchMedia('(max-width: 62rem)').matches; // what is told of the step stands above the drawing then
    if (scroll) (isNarrow ? this.around : first)?.scrollIntoView({ block: isNarrow ? 'nearest' : 'start' });
    if (remember) this.remember(`step/${encodeURIComponent(step.number)}`);
  }

  // The address of what is looked at, to be copied; going back leads to the list at once.
  remember(place) {
    history.replaceState(null, '', `#/${encodeURIComponent(this.name)}/${place}`);
  }

  // What a link leads to: a step, a message, or the failure.
  show(kind, which) {
    const step = this.result.steps.find((one) => one.number === which);
    if (kind === 'message') this.sequence.open(Number(which));
    else if (kind === 'step' && step) this.choose(step);
    else if (this.failedStep) this.choose(this.failedStep, { scroll: false, remember: false });
  }
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

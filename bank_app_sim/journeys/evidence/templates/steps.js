// The steps of a journey, and what is told of the one that is chosen.

function stepList({ steps, choose }) {
  const list = element('ol', { class: 'steps', 'aria-label': 'Steps' }, steps.map((step) => {
    const depth = step.number.split('.').length - 1;
    return element('li', { style: { marginLeft: `${depth * 1.1}rem` } },
      button({ class: className(step.outcome), 'data-step': step.number, onclick: () => choose(step) },
        outcomeIcon(step.outcome),
        element('span', { class: 'number' }, step.number),
        element('span', { class: 'text' }, step.text),
        element('time', {}, step.began_at ? `${dayOf(step.began_at).slice(4)} ${timeOf(step.began_at).slice(0, 5)}` : '')));
  }));
  list.addEventListener('keydown', (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const buttons = [...list.querySelectorAll('button')];
    const next = buttons[buttons.indexOf(document.activeElement) + by];
    if (next) {
      next.focus();
      next.click();
    }
  });
  return list;
}

// The clock and the state around a step; without one, the state at the end.
function stepView({ step, states }) {
  if (!step) {
    return [element('h3', {}, 'State at the end'),
      element('p', { class: 'quiet' }, 'Choose a step to see what it changed.'),
      ...stateView(undefined, states.at(-1))];
  }
  if (!step.began_at) {
    return [element('h3', {}, `Step ${step.number}`), element('p', { class: 'quiet' }, 'It was not reached.')];
  }
  const passed = between(step.began_at, step.ended_at);
  return [
    element('h3', {}, `Step ${step.number}`, step.line ? element('small', {}, `line ${step.line}`) : null),
    element('p', { class: 'clock' },
      element('time', {}, momentOf(step.began_at)),
      passed ? [' → ', element('time', {}, momentOf(step.ended_at)), element('b', {}, period(passed))] : null,
      element('span', {}, count(Math.max(0, step.last_message - step.first_message + 1), 'message'))),
    ...stateView(states[step.before ?? -1], states[step.after ?? -1]),
  ];
}

function failureBox({ step, outcome, choose }) {
  if (outcome !== 'failed') return null;
  if (!step) return element('section', { class: 'failure' }, element('h2', {}, 'The journey failed, but none of its steps did'));
  const { expected, found, way_out: wayOut } = step.failure ?? {};
  const fact = (name, text) => (text ? [element('dt', {}, name), element('dd', {}, text)] : []);
  return element('section', { class: 'failure', 'aria-label': 'Failure' },
    element('h2', {}, button({ onclick: () => choose(step) }, `Step ${step.number} failed`), element('span', {}, step.text)),
    element('dl', {}, fact('expected', expected), fact('found', found), fact('way out', wayOut)));
}

// The steps of a journey, and what is told of the one that is chosen.

function stepList({ steps, choose }) {
  const list = element('ol', { class: 'steps', 'aria-label': 'Steps' }, steps.flatMap((step, index) => {
    const depth = Math.floor(step.number.split('.').length / 2);
    const indent = { style: { marginLeft: `${depth * 1.1}rem` } };
    const isFirstOfBranch = step.branch && branchOf(step) !== branchOf(steps[index - 1]) && step.number.endsWith('.1');
    return [isFirstOfBranch ? element('li', { class: 'branch', ...indent }, step.branch) : null, element('li', indent,
      button({ class: className(step.outcome), 'data-step': step.number, onclick: () => choose(step) },
        outcomeIcon(step.outcome),
        element('span', { class: 'number' }, step.number),
        element('span', { class: 'text' }, step.text),
        element('time', {}, step.began_at ? `${dayOf(step.began_at).slice(4)} ${timeOf(step.began_at).slice(0, 5)}` : '')))].filter(Boolean);
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

// Which branch of which step: `4.2` of step 4.2.1.
function branchOf(step) {
  return step?.number.split('.').slice(0, -1).join('.');
}

// The clock and the state around a step; without one, the state at the end.
function stepView({ step, states, messages = [] }) {
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
    element('h3', {}, `Step ${step.number}`, step.line ? element('small', {}, step.file ? `${step.file}:${step.line}` : `line ${step.line}`) : null,
      step.branch ? element('small', {}, `in ${step.branch}`) : null),
    element('p', { class: 'clock' },
      element('time', {}, momentOf(step.began_at)),
      passed ? [' → ', element('time', {}, momentOf(step.ended_at)), element('b', {}, period(passed))] : null,
      element('span', {}, count(messages.filter((message) => hasMessage(step, message)).length, 'message'))),
    ...stateView(states[step.before ?? -1], states[step.after ?? -1]),
  ];
}

function failureBox({ step, outcome, choose, reason }) {
  if (reason) {
    const title = outcome === 'skipped' ? 'It was not played' : 'It could not be played';
    return element('section', { class: `failure ${outcome}`, 'aria-label': 'Failure' }, element('h2', {}, title), element('pre', { class: 'reason' }, reason));
  }
  if (outcome !== 'failed') return null;
  if (!step) return element('section', { class: 'failure' }, element('h2', {}, 'The journey failed, but none of its steps did'));
  const { expected, found, way_out: wayOut } = step.failure ?? {};
  const fact = (name, text) => (text ? [element('dt', {}, name), element('dd', { class: name === 'way out' ? null : 'exact' }, text)] : []);
  return element('section', { class: 'failure', 'aria-label': 'Failure' },
    element('h2', {}, button({ onclick: () => choose(step) }, `Step ${step.number} failed`), element('span', {}, step.text)),
    element('dl', {}, fact('where', [step.branch ? `in ${step.branch}` : '', step.line ? (step.file ? `${step.file}:${step.line}` : `line ${step.line}`) : ''].filter(Boolean).join(', ')), fact('expected', expected), fact('found', found), fact('way out', wayOut)));
}

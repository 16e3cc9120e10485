// Elements of the page. Whatever comes from a journey becomes text, and never markup.

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (name === 'style') Object.assign(made.style, value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ''));
  return made;
}

function button(attributes, ...children) {
  return element('button', { type: 'button', ...attributes }, ...children);
}

const OUTCOMES = { passed: '✓', failed: '✕', error: '!', skipped: '○', 'not reached': '○' };

function outcomeIcon(outcome) {
  return element('span', { class: `outcome ${className(outcome)}`, title: outcome, 'aria-label': outcome }, OUTCOMES[outcome]);
}

function className(outcome) {
  return outcome.replace(' ', '-');
}

function count(number, noun, plural = noun + 's') {
  return `${number.toLocaleString('en')} ${number === 1 ? noun : plural}`;
}

// A page from disk may not be let at the clipboard; then the text is selected, and copied as by hand.
async function copy(source, feedback) {
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    getSelection().selectAllChildren(source);
    document.execCommand('copy');
  }
  const label = feedback.textContent;
  feedback.textContent = 'Copied';
  setTimeout(() => { feedback.textContent = label; }, 1500);
}

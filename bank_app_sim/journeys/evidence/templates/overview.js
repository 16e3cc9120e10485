// The list of journeys: which are shown, and the way to one and back.

const overview = document.getElementById('overview');
const place = document.getElementById('journey');
const search = document.getElementById('search');
const entries = [...document.querySelectorAll('#journeys > li:not(.group)')];
const groups = [...document.querySelectorAll('#journeys > li.group')];
const unknown = document.getElementById('unknown');
const choices = [...document.querySelectorAll('[data-show]')];
const heading = document.title;
let view = null;
let lastEntry = null;

// What each choice shows: an error is a failure to whoever looks for what is wrong.
const WANTED = { all: ['passed', 'failed', 'error', 'skipped'], failed: ['failed', 'error'], skipped: ['skipped'] };

// The rows of a table, which stand behind its heading.
function rowsOf(group) {
  const rows = [];
  for (let next = group.nextElementSibling; next?.classList.contains('row'); next = next.nextElementSibling) rows.push(next);
  return rows;
}

function filter() {
  const wanted = WANTED[choices.find((choice) => choice.getAttribute('aria-pressed') === 'true').dataset.show];
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const entry of entries) {
    entry.text ??= entry.textContent.toLowerCase();
    const isShown = wanted.some((outcome) => entry.classList.contains(outcome)) && words.every((word) => entry.text.includes(word));
    entry.hidden = !isShown;
    shown += isShown;
  }
  for (const group of groups) group.hidden = rowsOf(group).every((row) => row.hidden);
  document.getElementById('count').textContent = shown === entries.length ? '' : `${shown} of ${count(entries.length, 'journey')}`;
  document.getElementById('nothing').hidden = shown > 0 || !entries.length;
}

// `#/NAME`, `#/NAME/step/4.2` or `#/NAME/message/17`.
async function route() {
  unknown.hidden = true;
  const [, name, kind, which] = location.hash.split('/').map(decoded);
  const entry = entries.find((one) => addressOf(one) === name) ?? (!name && entries.length === 1 ? entries[0] : null);
  if (entry) return showJourney(entry, kind, which);
  showOverview();
  if (name) say(`This report has no journey ${name}. It may be that of another run.`);
}

// What is no escape sequence is taken as it is: nobody is kept from the list by an address that was cut.
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function say(text) {
  unknown.textContent = text;
  unknown.hidden = false;
}

function addressOf(entry) {
  return decodeURIComponent(entry.firstElementChild.hash.slice(2));
}

function showOverview() {
  view = null;
  place.hidden = true;
  place.replaceChildren();
  overview.hidden = false;
  document.title = heading;
  lastEntry?.firstElementChild.focus();
  lastEntry?.scrollIntoView({ block: 'nearest' });
}

async function showJourney(entry, kind, which) {
  const name = addressOf(entry);
  if (view?.name !== name) {
    try {
      view = new JourneyView(name, await unpack(name));
    } catch (error) {
      overview.hidden = false;
      document.getElementById('count').textContent = `This browser cannot unpack the journey (${error.message}); one of 2023 or later can.`;
      return;
    }
    overview.hidden = true;
    place.hidden = false;
    place.replaceChildren(...[navigation(entry), view.element].filter(Boolean));
    document.title = view.result.title;
    lastEntry = entry;
    scrollTo(0, 0);
    place.querySelector('h1').focus({ preventScroll: true });
  }
  view.show(kind, which);
}

function navigation(entry) {
  if (entries.length === 1) return null;
  const shown = entries.filter((one) => !one.hidden);
  const position = shown.indexOf(entry);
  const link = (to, text, label) => (to
    ? element('a', { href: to.firstElementChild.hash, 'aria-label': label, title: label }, text)
    : element('span', { 'aria-hidden': 'true' }, text));
  return element('nav', {},
    element('a', { href: '#', class: 'back' }, '← All journeys'),
    element('span', { class: 'quiet' }, position < 0 ? '' : `${position + 1} of ${shown.length}`),
    link(shown[position - 1], '↑', 'Previous journey'), link(shown[position + 1], '↓', 'Next journey'));
}

search.addEventListener('input', filter);
search.form.addEventListener('submit', (event) => event.preventDefault());
for (const choice of choices) {
  choice.addEventListener('click', () => {
    choices.forEach((one) => one.setAttribute('aria-pressed', String(one === choice)));
    filter();
  });
}
addEventListener('hashchange', route);
addEventListener('keydown', (event) => {
  const isTyping = event.target.matches('input');
  if (event.key === '/' && !overview.hidden && !isTyping) {
    event.preventDefault();
    search.focus();
  }
  if (event.key === 'Escape' && isTyping) {
    search.value = '';
    filter();
  } else if (event.key === 'Escape' && overview.hidden && entries.length > 1) location.hash = '';
});
filter();
route();

// The state before and after a step: what came, what went, what changed; the rest is folded away. Of a step that changed
// nothing, such as an expectation, all is shown.

// Every thing of both states, collection by collection, with what became of it.
function compareStates(before, after) {
  const collections = unionOf(Object.keys(before ?? {}), Object.keys(after ?? {}));
  const compared = collections.map((collection) => {
    const old = before?.[collection] ?? {};
    const now = after?.[collection] ?? {};
    const things = unionOf(Object.keys(old), Object.keys(now)).map((key) => compareThing(key, old[key], now[key]));
    return { collection, things };
  });
  return compared.filter(({ things }) => things.length);
}

function compareThing(key, old, now) {
  const fields = unionOf(Object.keys(old ?? {}), Object.keys(now ?? {})).map((name) => ({
    name,
    old: old?.[name],
    now: now?.[name],
    isChanged: JSON.stringify(old?.[name]) !== JSON.stringify(now?.[name]),
  })).filter(({ old: was, now: is }) => (was ?? is ?? null) !== null);
  const isSame = fields.every((field) => !field.isChanged);
  const became = old === undefined ? 'added' : now === undefined ? 'removed' : isSame ? 'unchanged' : 'changed';
  return { key, became, fields };
}

function unionOf(some, others) {
  return [...new Set([...some, ...others])];
}

// Where there is no earlier state, the later one is shown as it is, with nothing marked.
function stateView(before, after) {
  if (after === undefined && before === undefined) {
    return [element('p', { class: 'quiet' }, 'No state was kept.')];
  }
  if (before === undefined || after === undefined) {
    const only = after ?? before;
    return compareStates(only, only).map(({ collection, things }) => collectionView(collection, things, true));
  }
  const compared = compareStates(before, after);
  const isSame = compared.every(({ things }) => things.every((thing) => thing.became === 'unchanged'));
  return [
    isSame ? element('p', { class: 'quiet' }, 'The step changed nothing.') : null,
    ...compared.map(({ collection, things }) => collectionView(collection, things, isSame)),
  ];
}

function collectionView(collection, things, isPlain) {
  const same = things.filter((thing) => thing.became === 'unchanged');
  const others = things.filter((thing) => thing.became !== 'unchanged');
  const view = element('section', { class: 'collection' }, element('h4', {}, fieldName(collection)));
  view.append(...others.map(thingView));
  if (isPlain) view.append(...same.map(thingView));
  else if (same.length) view.append(unchangedView(same, others.length));
  return view;
}

function unchangedView(same, others) {
  const fold = element('details', { class: 'unchanged' });
  fold.append(element('summary', {}, others ? `${same.length} more unchanged` : `${same.length} unchanged`));
  fold.addEventListener('toggle', () => fold.append(...same.map(thingView)), { once: true });
  return fold;
}

// What people call a thing that only has an id; fields that could say it, the best first.
const NAMES = ['name', 'external_id', 'type', 'product', 'kind'];
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function thingName(key, fields) {
  if (!ID.test(key)) return [key];
  const texts = NAMES.map((name) => fields.find((field) => field.name === name)).map((field) => field && (field.now ?? field.old));
  const called = texts.find((text) => typeof text === 'string' && !ID.test(text));
  return called ? [called, element('small', { title: key }, key.slice(0, 8))] : [key];
}

function thingView({ key, became, fields }) {
  const mark = became === 'unchanged' ? null : element('span', { class: 'mark' }, became);
  return element('div', { class: `thing ${became}` },
    element('h5', {}, thingName(key, fields), mark),
    element('dl', {}, fields.map((field) => fieldView(field, became))));
}

function fieldView({ name, old, now, isChanged }, became) {
  const shown = isChanged && became === 'changed'
    ? [element('del', {}, fieldText(name, old)), element('span', { class: 'to', 'aria-label': 'became' }, ' → '), element('ins', {}, fieldText(name, now))]
    : [fieldText(name, became === 'removed' ? old : now)];
  return element('div', { class: isChanged ? 'differs' : 'same' },
    element('dt', { title: name }, fieldName(name)), element('dd', {}, shown));
}

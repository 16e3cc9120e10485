// JSON as people read it: indented, coloured by kind, an empty list on one line.

function prettyJSON(value) {
  const block = element('pre', { class: 'json', tabindex: '0' });
  writeJSON(block, value, '');
  return block;
}

function writeJSON(into, value, indent) {
  if (value === null || typeof value !== 'object') {
    const kind = value === null ? 'null' : typeof value;
    into.append(element('span', { class: kind }, JSON.stringify(value)));
    return;
  }
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  if (!entries.length) {
    into.append(isList ? '[]' : '{}');
    return;
  }
  into.append(isList ? '[\n' : '{\n');
  entries.forEach(([name, inner], position) => {
    into.append(indent + '  ');
    if (!isList) into.append(element('span', { class: 'name' }, JSON.stringify(name)), ': ');
    writeJSON(into, inner, indent + '  ');
    into.append(position < entries.length - 1 ? ',\n' : '\n');
  });
  into.append(indent + (isList ? ']' : '}'));
}

// A field of the state. What is in cents is shown in the currency's units, as the scripts write it.
function fieldName(name) {
  return name.replace(/_cents$/, '').replaceAll('_', ' ');
}

function fieldText(name, value) {
  if (value === undefined || value === null) return '—';
  if (name.endsWith('_cents') && Number.isInteger(value)) {
    return (value / 100).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

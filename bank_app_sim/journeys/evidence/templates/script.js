// The script as it was written, and what was given: folded, as most readers know it.

function scriptView({ given, sources }, failedStep) {
  const files = Object.entries(sources ?? {});
  const facts = Object.entries(given ?? {});
  if (!files.length && !facts.length) return null;
  return element('section', { class: 'script', 'aria-label': 'Script' },
    facts.length ? element('h2', {}, 'Given') : null,
    facts.length ? element('dl', { class: 'facts' }, facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value)))) : null,
    files.map(([file, text], index) => element('details', { open: index === 0 },
      element('summary', {}, file),
      element('ol', { class: 'source' }, linesOf(text).map((line, number) => element('li', {
        class: failedStep?.file === file && failedStep.line === number + 1 ? 'failed' : null,
      }, line || ' '))))));
}

function linesOf(text) {
  const lines = text.split(/\r\n|\n|\r/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

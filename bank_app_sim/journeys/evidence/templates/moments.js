// The simulated clock: moments are RFC 3339 texts in UTC, and shown in UTC, wherever the reader is.

const DAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });

function dayOf(at) {
  return DAY.format(new Date(at)).replace(',', '');
}

// 08:00:00, or 08:00:00.250 where it is between two seconds.
function timeOf(at) {
  const [time, fraction] = at.slice(11, 23).replace('Z', '').split('.');
  return Number(fraction) ? `${time}.${fraction}` : time;
}

function momentOf(at) {
  return at ? `${dayOf(at)} ${at.slice(0, 4)} ${timeOf(at)}` : 'never';
}

function between(from, to) {
  return Date.parse(to) - Date.parse(from);
}

// The two largest units: 2 d 4 h.
function period(milliseconds) {
  let rest = Math.round(milliseconds);
  const parts = [];
  for (const [unit, size] of [['d', 86400000], ['h', 3600000], ['min', 60000], ['s', 1000], ['ms', 1]]) {
    const whole = Math.floor(rest / size);
    rest -= whole * size;
    if (whole || parts.length) parts.push([whole, unit]);
  }
  return parts.slice(0, 2).filter(([whole]) => whole).map(([whole, unit]) => `${whole} ${unit}`).join(' ') || '0 s';
}

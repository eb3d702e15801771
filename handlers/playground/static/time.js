/** Times as a person in a given zone reads them. All functions are pure. */

/** @param {number|string} when epoch seconds or ISO text */
function toDate(when) {
  return typeof when === 'number' ? new Date(when * 1000) : new Date(when);
}

/** Making a formatter is slow, and a page of messages wants the same few again and again. @type {Map<string, any>} */
const made = new Map();

/** @template T @param {string} key @param {() => T} make @returns {T} */
function once(key, make) {
  if (!made.has(key)) made.set(key, make());
  return made.get(key);
}

/** @param {string|null|undefined} zone @returns {string} a zone the browser knows */
export function safeZone(zone) {
  if (!zone) return 'UTC';
  return once(`zone ${zone}`, () => {
    try {
      return new Intl.DateTimeFormat('en-GB', { timeZone: zone }).resolvedOptions().timeZone && zone;
    } catch {
      return 'UTC';
    }
  });
}

/** @param {number|string} when @param {string} zone @param {Intl.DateTimeFormatOptions} options */
function format(when, zone, options) {
  const date = toDate(when);
  if (Number.isNaN(date.getTime())) return '';
  const known = safeZone(zone);
  return once(`${known} ${Object.entries(options)}`, () => new Intl.DateTimeFormat('en-GB', { timeZone: known, ...options })).format(date);
}

/** @param {number|string} when @param {string} zone e.g. "09:05" */
export const clockTime = (when, zone) => format(when, zone, { hour: '2-digit', minute: '2-digit' });

/** @param {number|string} when @param {string} zone e.g. "Mon 23 Nov" */
export const shortDay = (when, zone) =>
  format(when, zone, { weekday: 'short', day: 'numeric', month: 'short' }).replace(',', '');

/** @param {number|string} when @param {string} zone e.g. "Monday 23 November 2026" */
export const longDay = (when, zone) =>
  format(when, zone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).replace(',', '');

/** @param {number|string} when @param {string} zone @returns {string} yyyy-mm-dd */
export function isoDay(when, zone) {
  return format(when, zone, { year: 'numeric', month: '2-digit', day: '2-digit' }).split('/').reverse().join('-');
}

/** The place in a zone's name, for people: "America/New_York" is "New York". @param {string|null} zone */
export function placeOf(zone) {
  if (!zone) return 'no time zone';
  return zone.split('/').pop()?.replaceAll('_', ' ') || zone;
}

/** @param {number|string} when @param {number|string} now @param {string} zone */
export function dayName(when, now, zone) {
  const day = isoDay(when, zone);
  const seconds = toDate(now).getTime() / 1000;
  if (day === isoDay(seconds, zone)) return 'Today';
  if (day === isoDay(seconds - 86400, zone)) return 'Yesterday';
  return longDay(when, zone);
}

/** @param {number} seconds @param {number} now @returns {string} e.g. "in 3 hours" */
function relative(seconds, now) {
  const units = /** @type {[Intl.RelativeTimeFormatUnit, number][]} */ ([
    ['day', 86400], ['hour', 3600], ['minute', 60]]);
  const gap = seconds - now;
  for (const [unit, size] of units) {
    if (Math.abs(gap) >= size) {
      return new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' }).format(Math.trunc(gap / size), unit);
    }
  }
  return 'just now';
}

/**
 * Slack's date tokens: `{date_short} at {time}`.
 * @param {number} seconds @param {string} pattern @param {string} zone @param {string} now ISO
 */
export function slackDate(seconds, pattern, zone, now) {
  const nowSeconds = toDate(now).getTime() / 1000;
  const near = dayName(seconds, now, zone);
  const pretty = (/** @type {string} */ plain) => (near === 'Today' || near === 'Yesterday' ? near.toLowerCase() : plain);
  const plain = format(seconds, zone, { day: 'numeric', month: 'long', year: 'numeric' });
  const brief = format(seconds, zone, { day: 'numeric', month: 'short', year: 'numeric' });
  /** @type {Record<string, string>} */
  const tokens = {
    date_num: isoDay(seconds, zone), date: plain, date_short: brief, date_long: longDay(seconds, zone),
    date_pretty: pretty(plain), date_short_pretty: pretty(brief), date_long_pretty: pretty(longDay(seconds, zone)),
    day_divider_pretty: near, time: clockTime(seconds, zone), ago: relative(seconds, nowSeconds),
    time_secs: format(seconds, zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }),
  };
  return pattern.replace(/\{(\w+)\}/g, (all, name) => tokens[name] ?? all);
}

/**
 * The epoch of a wall-clock reading in a zone, e.g. "2026-11-23T09:00" in Lisbon.
 * @param {string} local @param {string} zone @returns {number|null} epoch seconds
 */
export function epochOf(local, zone) {
  const asUtc = Date.parse(`${local}:00Z`);
  if (Number.isNaN(asUtc)) return null;
  const shown = Date.parse(`${localOf(asUtc / 1000, zone)}:00Z`);
  return (asUtc - (shown - asUtc)) / 1000;
}

/** @param {number} seconds @param {string} zone @returns {string} "2026-11-23T09:00" */
export function localOf(seconds, zone) {
  return `${isoDay(seconds, zone)}T${clockTime(seconds, zone)}`;
}

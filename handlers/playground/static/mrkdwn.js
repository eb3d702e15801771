/**
 * Slack's own mark-up ("mrkdwn") as elements. Text never becomes HTML: every piece ends as a text
 * node or as an element made here, so nothing that a person types can become mark-up.
 */
import { h } from './dom.js';
import { EMOJI } from './emoji.js';
import { slackDate } from './time.js';

/**
 * What the renderer needs to know of the workspace.
 * @typedef {{personName: (id: string) => string, channelName: (id: string) => string,
 *   me: string, zone: string, now: string}} World
 */

const ENTITIES = /** @type {Record<string, string>} */ ({ '&amp;': '&', '&lt;': '<', '&gt;': '>' });

/** Slack escapes exactly three characters. @param {string} text */
export function unescape(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

/** @param {string} text @returns {string} with the emoji names that we know replaced */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (all, name) => EMOJI.get(name) ?? all);
}

/** Only addresses that a chat would open; anything else stays text. @param {string} url */
export function safeUrl(url) {
  return /^(https?:|mailto:|tel:|\/)/i.test(url) ? url : null;
}

/** @param {string} url @param {any} label */
export function link(url, label) {
  const safe = safeUrl(url);
  if (!safe) return label;
  return h('a', { href: safe, target: '_blank', rel: 'noopener noreferrer' }, label);
}

/** @param {string} name @param {boolean} [self] */
export const mention = (name, self = false) => h('span', { class: self ? 'mention mention-me' : 'mention' }, name);

/** What stands between < and >. @param {string} inside @param {World} world */
function angled(inside, world) {
  const [target, label] = splitOnce(inside, '|');
  const shown = label === null ? null : unescape(label);
  if (target.startsWith('@')) {
    return mention(`@${world.personName(target.slice(1)) || shown}`, target.slice(1) === world.me);
  }
  if (target.startsWith('#')) return mention(`#${world.channelName(target.slice(1)) || shown || target.slice(1)}`);
  if (target.startsWith('!date^')) return date(target, shown, world);
  if (target.startsWith('!subteam^')) return mention(shown || '@group');
  if (target.startsWith('!')) return mention(`@${target.slice(1).split('^')[0]}`);
  const url = unescape(target);
  if (!safeUrl(url)) return `<${unescape(inside)}>`;
  return link(url, shown || url.replace(/^mailto:/, ''));
}

/** @param {string} target @param {string|null} fallback @param {World} world */
function date(target, fallback, world) {
  const [, seconds, pattern, url] = target.split('^');
  const stamp = Number(seconds);
  if (!Number.isFinite(stamp)) return fallback ?? '';
  const text = slackDate(stamp, unescape(pattern || ''), world.zone, world.now);
  const shown = h('time', { datetime: new Date(stamp * 1000).toISOString() }, text);
  return url ? link(url, shown) : shown;
}

/** @param {string} text @param {string} mark @returns {[string, string|null]} */
function splitOnce(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

const STYLES = /** @type {Record<string, string>} */ ({ '*': 'strong', _: 'em', '~': 's' });
// A mark opens only at the start of a word and closes only at its end; inside a word it is a letter.
const TOKEN = /`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*_~`])([*_~])(?=\S)((?:(?!\3)[^\n])*?\S|\S)\3(?![\w])|:([a-z0-9_+-]+):/gu;

/**
 * One line's worth of inline mark-up.
 * @param {string} text @param {World} world @returns {any[]}
 */
export function inline(text, world) {
  const out = [];
  let last = 0;
  for (const hit of text.matchAll(TOKEN)) {
    const [all, code, inside, mark, styled, emoji] = hit;
    out.push(unescape(text.slice(last, hit.index)));
    last = hit.index + all.length;
    if (code !== undefined) out.push(h('code', null, unescape(code)));
    else if (inside !== undefined) out.push(angled(inside, world));
    else if (mark !== undefined) out.push(h(STYLES[mark], null, inline(styled, world)));
    else out.push(EMOJI.get(emoji) ?? all);
  }
  out.push(unescape(text.slice(last)));
  return out.filter((part) => part !== '');
}

/** @param {string[]} lines @param {World} world */
function broken(lines, world) {
  return lines.flatMap((line, i) => (i ? [h('br', null), ...inline(line, world)] : inline(line, world)));
}

const KINDS = /** @type {[string, RegExp][]} */ ([
  ['quote', /^(?:&gt;|>)\s?/], ['bullet', /^\s*[•◦▪]\s+/], ['dash', /^\s*[-–]\s+/], ['number', /^\s*\d+[.)]\s+/]]);

/** @param {string} line */
function kindOf(line) {
  const found = KINDS.find(([, pattern]) => pattern.test(line));
  return found ? { kind: found[0], rest: line.replace(found[1], '') } : { kind: 'plain', rest: line };
}

/** @param {{kind: string, lines: string[], first: string}} run @param {World} world */
function renderRun(run, world) {
  const items = () => run.lines.map((line) => h('li', null, inline(line, world)));
  if (run.kind === 'quote') return h('blockquote', null, broken(run.lines, world));
  if (run.kind === 'number') return h('ol', { start: Number.parseInt(run.first, 10) || 1 }, items());
  if (run.kind !== 'plain') return h('ul', null, items());
  return h('p', null, broken(run.lines, world));
}

/** Lines of one kind belong together. @param {string} text @param {World} world */
function runs(text, world) {
  /** @type {{kind: string, lines: string[], first: string}[]} */
  const found = [];
  for (const line of text.replace(/^\n+|\n+$/g, '').split('\n')) {
    const { kind, rest } = kindOf(line);
    const lastRun = found.at(-1);
    if (lastRun && lastRun.kind === kind) lastRun.lines.push(rest);
    else found.push({ kind, lines: [rest], first: line.trim() });
  }
  return found.map((run) => renderRun(run, world));
}

/**
 * A whole mrkdwn text: paragraphs, quotes, lists, code blocks.
 * @param {string} text @param {World} world
 */
export function mrkdwn(text, world) {
  const parts = text.split(/```\n?([\s\S]+?)\n?```/g);
  return parts.flatMap((part, i) => {
    if (i % 2) return [h('pre', null, h('code', null, unescape(part)))];
    return part.trim() ? runs(part, world) : [];
  });
}

/**
 * A text object: plain_text keeps every character, mrkdwn is rendered.
 * @param {{type?: string, text?: string, emoji?: boolean, verbatim?: boolean}|string|null|undefined} object
 * @param {World} world
 */
export function textObject(object, world) {
  if (!object) return [];
  if (typeof object === 'string') return [withEmoji(object)];
  if (object.type === 'mrkdwn') return mrkdwn(object.text || '', world);
  return plain(object);
}

/** @param {any} object @returns {any[]} plain text, its line breaks kept */
export function plain(object) {
  return plainString(object).split('\n').flatMap((line, i) => (i ? [h('br', null), line] : [line]));
}

/** @param {any} object @returns {string} for labels and names: no mark-up at all */
export function plainString(object) {
  if (!object) return '';
  if (typeof object === 'string') return withEmoji(object);
  const text = object.text || '';
  if (object.type !== 'mrkdwn') return object.emoji === false ? text : withEmoji(text);
  return withEmoji(unescape(text.replace(/<[^|>]*\|([^>]*)>/g, '$1')
    .replace(/(^|\W)_([^_]+)_(?=\W|$)/g, '$1$2').replace(/[*~`]/g, '')));
}

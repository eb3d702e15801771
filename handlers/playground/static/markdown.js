/** The `markdown` block: standard Markdown, as much of it as Slack's block accepts. */
import { h } from './dom.js';
import { link, withEmoji } from './mrkdwn.js';

const INLINE = /`([^`\n]+)`|!?\[([^\]\n]*)\]\(([^)\s]+)\)|(\*\*|__)(?=\S)([\s\S]*?\S)\4|~~(?=\S)([\s\S]*?\S)~~|(?<!\w)([*_])(?=\S)([^\n]*?\S)\7(?!\w)|(https?:\/\/[^\s<>)]+)/g;

/** @param {string} text @returns {any[]} */
function inline(text) {
  const out = [];
  let last = 0;
  for (const hit of text.matchAll(INLINE)) {
    const [all, code, label, url, , strong, gone, , em, bare] = hit;
    out.push(words(text.slice(last, hit.index)));
    last = hit.index + all.length;
    if (code !== undefined) out.push(h('code', null, code));
    else if (url !== undefined) out.push(link(url, label || url));
    else if (strong !== undefined) out.push(h('strong', null, inline(strong)));
    else if (gone !== undefined) out.push(h('s', null, inline(gone)));
    else if (em !== undefined) out.push(h('em', null, inline(em)));
    else out.push(link(bare, bare));
  }
  out.push(words(text.slice(last)));
  return out.filter((part) => part !== '');
}

/** @param {string} text */
const words = (text) => withEmoji(text.replace(/\\([\\`*_{}[\]()#+.!~-])/g, '$1'));

/** @param {string} row */
const cells = (row) => row.trim().replace(/^\||\|$/g, '').split('|').map((cell) => cell.trim());

/** @param {string[]} lines */
function table(lines) {
  const [head, , ...body] = lines;
  return h('div', { class: 'table-wrap', tabindex: '0', role: 'group', 'aria-label': 'Table' }, h('table', null,
    h('thead', null, h('tr', null, cells(head).map((cell) => h('th', { scope: 'col' }, inline(cell))))),
    h('tbody', null, body.map((row) => h('tr', null, cells(row).map((cell) => h('td', null, inline(cell))))))));
}

/** @param {string[]} lines */
function list(lines) {
  const ordered = /^\s*\d/.test(lines[0]);
  const items = lines.map((line) => {
    const depth = Math.min(3, Math.floor((line.match(/^\s*/)?.[0].length || 0) / 2));
    const text = line.replace(/^\s*(?:[-*+]|\d+[.)])\s+/, '');
    const task = text.match(/^\[([ xX])\]\s+(.*)$/);
    const shown = task ? [task[1] === ' ' ? '☐ ' : '☑ ', ...inline(task[2])] : inline(text);
    return h('li', { class: depth ? `indent-${depth}` : null }, shown);
  });
  return h(ordered ? 'ol' : 'ul', ordered ? { start: Number.parseInt(lines[0], 10) || 1 } : null, items);
}

/** @param {string[]} lines */
function paragraph(lines) {
  return h('p', null, lines.flatMap((line, i) => (i ? [h('br', null), ...inline(line)] : inline(line))));
}

const isList = (/** @type {string} */ line) => /^\s*(?:[-*+]|\d+[.)])\s+/.test(line);
const isQuote = (/** @type {string} */ line) => /^\s*>/.test(line);
const isRule = (/** @type {string} */ line) => /^\s*([-*_])(?:\s*\1){2,}\s*$/.test(line);

/** How many lines from `at` on pass the test. @param {string[]} lines @param {number} at @param {(line: string) => boolean} test */
function span(lines, at, test) {
  let end = at;
  while (end < lines.length && test(lines[end])) end += 1;
  return end;
}

/** @param {string[]} lines @param {number} at @returns {{node: any, next: number}} */
function blockAt(lines, at) {
  const line = lines[at];
  if (!line.trim()) return { node: null, next: at + 1 };
  if (/^\s*```/.test(line)) {
    const end = span(lines, at + 1, (l) => !/^\s*```/.test(l));
    return { node: h('pre', null, h('code', null, lines.slice(at + 1, end).join('\n'))), next: end + 1 };
  }
  const heading = line.match(/^(#{1,6})\s+(.*)$/);
  if (heading) return { node: h(`h${Math.min(6, heading[1].length + 2)}`, { class: 'md-heading' }, inline(heading[2])), next: at + 1 };
  if (isRule(line)) return { node: h('hr', null), next: at + 1 };
  if (line.includes('|') && /^\s*\|?[\s:|-]*-[\s:|-]*$/.test(lines[at + 1] || '') && (lines[at + 1] || '').includes('-')) {
    const end = span(lines, at, (l) => l.includes('|'));
    return { node: table(lines.slice(at, end)), next: end };
  }
  if (isList(line)) {
    const end = span(lines, at, isList);
    return { node: list(lines.slice(at, end)), next: end };
  }
  if (isQuote(line)) {
    const end = span(lines, at, isQuote);
    return { node: h('blockquote', null, markdown(lines.slice(at, end).map((l) => l.replace(/^\s*>\s?/, '')).join('\n'))), next: end };
  }
  const end = span(lines, at, (l) => Boolean(l.trim()) && !isList(l) && !isQuote(l) && !/^(#{1,6}\s|\s*```)/.test(l));
  return { node: paragraph(lines.slice(at, Math.max(end, at + 1))), next: Math.max(end, at + 1) };
}

/** @param {string} text @returns {any[]} */
export function markdown(text) {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const out = [];
  for (let at = 0; at < lines.length;) {
    const { node, next } = blockAt(lines, at);
    if (node) out.push(node);
    at = next;
  }
  return out;
}

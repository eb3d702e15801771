/** `rich_text` blocks: sections, lists, quotes and preformatted text. */
import { h } from './dom.js';
import { EMOJI } from './emoji.js';
import { link, mention } from './mrkdwn.js';
import { slackDate } from './time.js';

/** @typedef {import('./mrkdwn.js').World} World */

/** @param {any} style @param {any} node */
function styled(style, node) {
  let out = node;
  if (style?.code) out = h('code', null, out);
  if (style?.strike) out = h('s', null, out);
  if (style?.italic) out = h('em', null, out);
  if (style?.bold) out = h('strong', null, out);
  if (style?.underline) out = h('u', null, out);
  return out;
}

/** @param {string} text */
const lines = (text) => text.split('\n').flatMap((line, i) => (i ? [h('br', null), line] : [line]));

/** @type {Record<string, (el: any, world: World) => any>} */
const PIECES = {
  text: (el) => styled(el.style, lines(el.text || '')),
  link: (el) => styled(el.style, link(el.url || '', el.text || el.url)),
  user: (el, world) => mention(`@${world.personName(el.user_id)}`, el.user_id === world.me),
  channel: (el, world) => mention(`#${world.channelName(el.channel_id) || el.channel_id}`),
  usergroup: () => mention('@group'),
  broadcast: (el) => mention(`@${el.range}`),
  emoji: (el) => EMOJI.get(el.name) ?? (el.unicode ? fromUnicode(el.unicode) : `:${el.name}:`),
  color: (el) => h('code', null, el.value),
  date: (el, world) => slackDate(el.timestamp, el.format || '{date_short}', world.zone, world.now),
};

/** @param {string} codes e.g. "1f642" or "1f468-200d" */
const fromUnicode = (codes) => String.fromCodePoint(...codes.split('-').map((code) => Number.parseInt(code, 16)));

/** @param {any[]} elements @param {World} world */
const pieces = (elements, world) => (elements || []).map((el) => PIECES[el.type]?.(el, world) ?? el.text ?? '');

/** @param {any} el @param {World} world */
function part(el, world) {
  switch (el.type) {
    case 'rich_text_list':
      return h(el.style === 'ordered' ? 'ol' : 'ul',
        { class: el.indent ? `indent-${Math.min(3, el.indent)}` : null, start: el.offset ? el.offset + 1 : null },
        (el.elements || []).map((/** @type {any} */ item) => h('li', null, pieces(item.elements, world))));
    case 'rich_text_quote':
      return h('blockquote', null, pieces(el.elements, world));
    case 'rich_text_preformatted':
      return h('pre', null, h('code', null, pieces(el.elements, world)));
    default:
      return h('p', null, pieces(el.elements, world));
  }
}

/** @param {any} block @param {World} world */
export function richText(block, world) {
  return (block.elements || []).map((/** @type {any} */ el) => part(el, world));
}

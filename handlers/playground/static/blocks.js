/** Block Kit's blocks. An unknown block is shown as such: nothing is dropped in silence. */
import { h } from './dom.js';
import { element, picture, sourceOf } from './elements.js';
import { icon } from './icons.js';
import { markdown } from './markdown.js';
import { link, plain, plainString, textObject } from './mrkdwn.js';
import { richText } from './richtext.js';
import { chartBlock, tableBlock } from './tables.js';

/** @typedef {import('./press.js').Surface} Surface */
/** @typedef {(block: any, at: Surface) => any} Draw */

/** An id that is unique on the page and safe in HTML. @param {Surface} at @param {any} block @param {any} [el] */
const idFor = (at, block, el) => `${at.key} ${block.block_id} ${el?.action_id ?? ''}`.replace(/[^\w-]+/g, '-');

/** A name for an element without a label of its own. @param {any} el @param {any} [text] */
function nameFor(el, text) {
  return el.accessibility_label || plainString(text).split('\n')[0].slice(0, 80) || plainString(el.placeholder) || 'Choice';
}

/** @type {Draw} */
function section(block, at) {
  const el = block.accessory;
  const fields = block.fields ? h('div', { class: 'fields' },
    block.fields.map((/** @type {any} */ field) => h('div', { class: 'field prose' }, textObject(field, at.world)))) : null;
  const text = block.text ? h('div', { class: 'prose' }, textObject(block.text, at.world)) : null;
  return [
    h('div', { class: 'section-main' }, text, fields),
    el ? h('div', { class: `accessory accessory-${el.type}` }, element(at, block, el, { id: idFor(at, block, el), name: nameFor(el, block.text) })) : null,
  ];
}

/** @type {Draw} */
const actions = (block, at) => (block.elements || []).map((/** @type {any} */ el) =>
  h('div', { class: 'action', key: el.action_id }, element(at, block, el, { id: idFor(at, block, el), name: nameFor(el) })));

/** @type {Draw} */
const context = (block, at) => (block.elements || []).map((/** @type {any} */ el) => (el.type === 'image'
  ? picture(el, 'context-image') : h('div', { class: 'prose' }, textObject(el, at.world))));

const GROUPED = new Set(['radio_buttons', 'checkboxes']);

/** @type {Draw} */
function input(block, at) {
  const el = block.element || {};
  const id = idFor(at, block, el);
  const error = at.errors[block.block_id];
  const describedBy = [block.hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  const tag = { id, describedBy, invalid: Boolean(error), required: !block.optional };
  const label = [plainString(block.label), block.optional ? h('span', { class: 'optional' }, ' (optional)') : null];
  const rest = [
    block.hint ? h('div', { class: 'hint', key: 'hint', id: `${id}-hint` }, plain(block.hint)) : null,
    error ? h('div', { class: 'field-error', key: 'error', id: `${id}-error` }, icon('alert'), h('span', null, error)) : null,
  ];
  if (GROUPED.has(el.type)) {
    return h('fieldset', { key: 'set', 'aria-describedby': describedBy || null, 'data-invalid': error ? 'true' : null },
      h('legend', null, label), element(at, block, el, tag), rest);
  }
  return [h('label', { key: 'label', class: 'label', for: id }, label), h('div', { key: 'control', class: 'control' }, element(at, block, el, tag)), rest];
}

/** @type {Draw} */
const imageBlock = (block) => h('figure', null,
  block.title ? h('figcaption', null, plainString(block.title)) : null, enlarged(block));

/** A picture that opens in full, which a phone needs to read it. @param {any} block */
function enlarged(block) {
  const drawn = picture(block, 'block-image');
  const href = sourceOf(block);
  return href ? h('a', { class: 'enlarge', href, target: '_blank', rel: 'noopener', title: 'Open the picture in full' }, drawn) : drawn;
}

/** @type {Draw} */
const video = (block) => h('div', { class: 'fallback' },
  h('strong', null, plainString(block.title) || 'Video'), ' ', plainString(block.description) || block.alt_text || '',
  block.title_url || block.video_url ? [' ', link(block.title_url || block.video_url, 'Open the video')] : null);

/** @type {Draw} */
const alert = (block, at) => [icon('alert'), h('div', { class: 'prose' }, textObject(block.text, at.world))];

/** @type {Record<string, Draw>} */
const DRAW = {
  section, actions, context, input, video, alert, image: imageBlock, context_actions: actions,
  divider: () => h('hr', null),
  header: (block, at) => h(at.surface === 'message' ? 'h4' : 'h3', null, plainString(block.text)),
  rich_text: (block, at) => h('div', { class: 'prose' }, richText(block, at.world)),
  markdown: (block) => h('div', { class: 'prose' }, markdown(block.text || '')),
  table: (block, at) => tableBlock(block, at.world),
  data_table: (block, at) => tableBlock(block, at.world),
  data_visualization: (block) => chartBlock(block),
  file: (block) => h('div', { class: 'fallback' }, 'A file from elsewhere: ', block.external_id || ''),
};

/** @type {Draw} */
const unknown = (block) => h('div', { class: 'fallback unknown' }, `This page does not draw “${block.type}” blocks. `,
  plainString(block.text || block.title || block.alt_text));

/**
 * All blocks of a message, modal or Home.
 * @param {Surface} at
 */
export function blocks(at) {
  return at.blocks.map((block) => h('div', {
    key: `${block.type} ${block.block_id}`, class: `block block-${block.type}${block.level ? ` alert-${block.level}` : ''}`,
    'data-block-id': block.block_id, 'data-block-type': block.type,
  }, (DRAW[block.type] || unknown)(block, at)));
}

/** Block Kit's interactive elements. Each takes a place on screen and what labels it. */
import { h } from './dom.js';
import { allOptions, longest, payload, valueOf } from './forms.js';
import { icon } from './icons.js';
import { openMenu } from './menu.js';
import { plain, plainString, safeUrl, textObject } from './mrkdwn.js';
import { multiSelect } from './multiselect.js';
import { choose, dispatches, isBusy, note, press } from './press.js';
import { store } from './state.js';
import { epochOf, localOf } from './time.js';

/** @typedef {import('./press.js').Surface} Surface */
/**
 * What names an element: an id for its `<label>`, or a name of its own; and what describes it.
 * @typedef {{id: string, name?: string, describedBy?: string, invalid?: boolean, required?: boolean}} Tag
 */
/** @typedef {(at: Surface, block: any, el: any, tag: Tag) => any} Draw */

/** @param {any} el @param {Tag} tag attributes that every control shares */
const common = (el, tag) => ({
  id: tag.id, 'data-action-id': el.action_id, 'aria-label': tag.name || null,
  'aria-describedby': tag.describedBy || null, 'aria-invalid': tag.invalid ? 'true' : null,
});

/** @type {Draw} */
function button(at, block, el) {
  const busy = isBusy(at, block, el);
  const style = el.style === 'primary' ? ' btn-primary' : el.style === 'danger' ? ' btn-danger' : '';
  const shared = {
    class: `btn${style}`, 'data-action-id': el.action_id, 'aria-label': el.accessibility_label || null,
    'aria-busy': busy ? 'true' : null,
  };
  const go = () => (isBusy(at, block, el) ? null : press(at, block, el, { value: el.value ?? null }));
  const url = el.url && safeUrl(el.url);
  if (url) return h('a', { ...shared, href: url, target: '_blank', rel: 'noopener noreferrer', onclick: go }, plainString(el.text));
  return h('button', { ...shared, type: 'button', onclick: go }, plainString(el.text));
}

/** @param {any[]} options @param {(o: any) => string} label */
const optionTags = (options, label) => options.map((option) => h('option', { key: option.value, value: option.value }, label(option)));

/**
 * A native list. `groups` are its options, under headings or under none.
 * @param {Surface} at @param {any} block @param {any} el @param {Tag} tag
 * @param {{heading: string|null, options: {value: string, label: string}[]}[]} groups
 * @param {string|null} chosen @param {(value: string) => any} toValue
 */
function nativeSelect(at, block, el, tag, groups, chosen, toValue) {
  const hint = plainString(el.placeholder) || 'Choose';
  const clearable = block.type === 'input' && block.optional;
  return h('span', { class: 'select', 'data-busy': isBusy(at, block, el) ? 'true' : null },
    h('select', {
      ...common(el, tag), value: chosen ?? '', class: chosen ? null : 'is-empty', 'aria-required': tag.required ? 'true' : null,
      onchange: (/** @type {any} */ event) => {
        const picked = event.target.value;
        choose(at, block, el, picked === '' ? null : toValue(picked));
      },
    },
    h('option', { key: '', value: '', disabled: !clearable, hidden: !clearable }, clearable && chosen ? 'No choice' : hint),
    groups.map((group, i) => {
      const tags = optionTags(group.options, (option) => option.label);
      return group.heading ? h('optgroup', { key: `g${i}`, label: group.heading }, tags) : tags;
    })),
    icon('down'));
}

/** @param {any} el @returns {{heading: string|null, options: {value: string, label: string}[]}[]} */
function optionGroups(el) {
  const groups = el.option_groups || [{ label: null, options: el.options || [] }];
  return groups.map((/** @type {any} */ group) => ({
    heading: group.label ? plainString(group.label) : null,
    options: group.options.map((/** @type {any} */ option) => ({ value: option.value, label: plainString(option.text) })),
  }));
}

/** @type {Draw} */
function staticSelect(at, block, el, tag) {
  const chosen = valueOf(at, block, el);
  const find = (/** @type {string} */ value) => allOptions(el).find((option) => option.value === value);
  const described = chosen && find(chosen.value)?.description;
  return [
    nativeSelect(at, block, el, tag, optionGroups(el), chosen?.value ?? null, find),
    described ? h('span', { class: 'choice-note' }, plain(described)) : null,
  ];
}

/** The people, or the conversations, that a list offers. @param {any} el */
export function directory(el) {
  if (el.type.includes('users')) {
    return store.server.people.filter((/** @type {any} */ one) => one.active)
      .map((/** @type {any} */ one) => ({ value: one.id, label: one.name, note: one.title || '' }));
  }
  const kinds = el.filter?.include || (el.type.includes('channels') ? ['public'] : ['public', 'im']);
  return store.server.conversations
    .filter((/** @type {any} */ one) => (one.kind === 'im' ? kinds.includes('im') : kinds.some((/** @type {string} */ k) => k !== 'im' && k !== 'mpim')))
    .map((/** @type {any} */ one) => ({ value: one.id, label: one.kind === 'im' ? one.name : `#${one.name}`, note: '' }));
}

/** @type {Draw} */
function directorySelect(at, block, el, tag) {
  return nativeSelect(at, block, el, tag, [{ heading: null, options: directory(el) }], valueOf(at, block, el), (value) => value);
}

/** @type {Draw} */
function overflow(at, block, el) {
  const pick = (/** @type {any} */ option) => {
    if (option.url && safeUrl(option.url)) window.open(option.url, '_blank', 'noopener,noreferrer');
    press(at, block, el, { selected_option: option });
  };
  const items = el.options.map((/** @type {any} */ option) => ({
    label: plainString(option.text), note: plainString(option.description), pick: () => pick(option) }));
  return h('button', {
    type: 'button', class: 'btn btn-icon', 'data-action-id': el.action_id, 'aria-haspopup': 'menu',
    'aria-label': 'More choices', onclick: (/** @type {any} */ event) => openMenu(event.currentTarget, 'More choices', [{ items }]),
    created: (/** @type {Element} */ node) => node.setAttribute('aria-expanded', 'false'),
  }, icon('more'));
}

const pending = new Map();

/** Typing a date changes it digit by digit: wait until it rests before telling the bot. @param {string} key @param {() => void} tell */
function settle(key, tell) {
  clearTimeout(pending.get(key));
  pending.set(key, setTimeout(tell, 500));
}

/** @param {string} type @param {(raw: string, at: Surface) => any} read @param {(value: any, at: Surface) => string} show @returns {Draw} */
const moment = (type, read, show) => (at, block, el, tag) => {
  const value = valueOf(at, block, el);
  return h('input', {
    ...common(el, tag), type, class: 'input input-moment', value: value === null ? '' : show(value, at), 'aria-required': tag.required ? 'true' : null,
    onchange: (/** @type {any} */ event) => {
      const chosen = event.target.value === '' ? null : read(event.target.value, at);
      note(at, block, el, chosen);
      if (!dispatches(block) || (chosen === null && !event.target.validity.valid)) return;
      settle(`${at.key} ${el.action_id}`, () => press(at, block, el, payload(el, valueOf(at, block, el))));
    },
  });
};

/** @param {Surface} at @param {any} block @param {any} el @param {Tag} tag @param {'radio'|'checkbox'} type */
function choices(at, block, el, tag, type) {
  const value = valueOf(at, block, el);
  const chosen = new Set((Array.isArray(value) ? value : value ? [value] : []).map((/** @type {any} */ option) => option.value));
  const short = el.options.length <= 7 && el.options.every((/** @type {any} */ o) => !o.description && plainString(o.text).length <= 14);
  const scale = short && el.options.length > 2 && el.options.every((/** @type {any} */ o) => plainString(o.text).length <= 2);
  const pick = (/** @type {any} */ option, /** @type {boolean} */ on) => {
    if (type === 'radio') return choose(at, block, el, option);
    return choose(at, block, el, el.options.filter((/** @type {any} */ o) => (o.value === option.value ? on : chosen.has(o.value))));
  };
  const rows = el.options.map((/** @type {any} */ option, /** @type {number} */ i) => {
    const id = `${tag.id}-${i}`;
    return h('div', { key: option.value, class: 'choice' },
      h('input', {
        id, type, name: tag.id, value: option.value, checked: chosen.has(option.value), 'aria-labelledby': `${id}-text`,
        'aria-describedby': option.description ? `${id}-more` : null,
        'aria-invalid': tag.invalid ? 'true' : null, onchange: (/** @type {any} */ event) => pick(option, event.target.checked),
      }),
      h('label', { for: id },
        h('span', { id: `${id}-text`, class: 'prose' }, textObject(option.text, at.world)),
        option.description ? h('span', { id: `${id}-more`, class: 'choice-note prose' }, textObject(option.description, at.world)) : null));
  });
  const role = tag.name ? { role: type === 'radio' ? 'radiogroup' : 'group', 'aria-label': tag.name } : {};
  return h('div', { class: `choices${short ? ' choices-row' : ''}${scale ? ' choices-scale' : ''}`, 'data-action-id': el.action_id, ...role }, rows);
}

/** Asks the bot while somebody types, where the block wants that. @param {Surface} at @param {any} block @param {any} el */
function typed(at, block, el) {
  const on = el.dispatch_action_config?.trigger_actions_on || ['on_enter_pressed'];
  const tell = () => press(at, block, el, payload(el, valueOf(at, block, el)));
  return {
    oninput: (/** @type {any} */ event) => {
      note(at, block, el, event.target.value === '' ? null : event.target.value);
      if (block.dispatch_action && on.includes('on_character_entered')) settle(`${at.key} ${el.action_id}`, tell);
    },
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Enter' || event.isComposing) return;
      const held = event.ctrlKey || event.metaKey;
      if (el.multiline && held) /** @type {any} */ (event.target).form?.requestSubmit();
      if (el.multiline || at.surface === 'modal' && !block.dispatch_action) return;
      event.preventDefault();
      if (block.dispatch_action && on.includes('on_enter_pressed')) tell();
    },
  };
}

/** @param {string} type the kind of `<input>` @param {string} [mode] the phone's keyboard @returns {Draw} */
const textInput = (type, mode) => (at, block, el, tag) => {
  const value = valueOf(at, block, el) ?? '';
  const length = [...value].length;
  const most = longest(el);
  const near = length > most * 0.8;
  const shared = {
    ...common(el, tag), class: 'input', value, placeholder: plainString(el.placeholder) || null, inputmode: mode || null,
    'aria-required': tag.required ? 'true' : null, autocomplete: 'off', autofocus: null, ...typed(at, block, el),
  };
  return [
    el.multiline ? h('textarea', { ...shared, rows: '4' }) : h('input', { ...shared, type }),
    near ? h('span', { class: `counter${length > most ? ' over' : ''}` }, `${length} of ${most} characters`) : null,
  ];
};

/** @type {Draw} */
function feedback(at, block, el) {
  const one = (/** @type {any} */ side, /** @type {'up'|'thumbdown'} */ name) => side && h('button', {
    type: 'button', class: 'btn btn-quiet', 'data-action-id': el.action_id, 'aria-label': side.accessibility_label || null,
    onclick: () => press(at, block, el, { value: side.value }),
  }, icon(name), plainString(side.text));
  return [one(el.positive_button, 'up'), one(el.negative_button, 'thumbdown')];
}

/** @type {Draw} */
function iconButton(at, block, el) {
  return h('button', {
    type: 'button', class: 'btn btn-quiet', 'data-action-id': el.action_id, 'aria-label': el.accessibility_label || null,
    onclick: () => press(at, block, el, { value: el.value ?? null }),
  }, icon('trash'), plainString(el.text));
}

/** @type {Draw} */
const image = (_at, _block, el) => picture(el, 'accessory-image');

/** Where a picture lies in the playground, or null: no other address is asked. @param {any} el */
export function sourceOf(el) {
  const named = el.slack_file?.id ? `/playground/files/${encodeURIComponent(el.slack_file.id)}` : el.image_url || el.slack_file?.url || '';
  // The same machine under its other name is still the playground.
  const own = named.replace(/^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?=\/playground\/files\/)/, '');
  const local = /^(data:image\/|\/(?!\/))/.test(own) || own.startsWith(`${location.origin}/`);
  return local ? own : null;
}

/** A picture; where it may not be loaded, its description stands in. @param {any} el @param {string} kind */
export function picture(el, kind) {
  const src = sourceOf(el);
  if (src) return h('img', { class: kind, src, alt: el.alt_text || '', loading: 'lazy' });
  return h('span', { class: `${kind} no-image`, role: 'img', 'aria-label': el.alt_text || 'Picture' }, el.alt_text || 'Picture');
}

/** @type {Record<string, Draw>} */
const DRAW = {
  button, overflow, image, feedback_buttons: feedback, icon_button: iconButton,
  static_select: staticSelect, external_select: staticSelect,
  users_select: directorySelect, conversations_select: directorySelect, channels_select: directorySelect,
  multi_static_select: multiSelect, multi_external_select: multiSelect, multi_users_select: multiSelect,
  multi_conversations_select: multiSelect, multi_channels_select: multiSelect,
  datepicker: moment('date', (raw) => raw, (value) => value),
  timepicker: moment('time', (raw) => raw, (value) => value),
  datetimepicker: moment('datetime-local', (raw, at) => epochOf(raw, at.world.zone), (value, at) => localOf(value, at.world.zone)),
  radio_buttons: (at, block, el, tag) => choices(at, block, el, tag, 'radio'),
  checkboxes: (at, block, el, tag) => choices(at, block, el, tag, 'checkbox'),
  plain_text_input: textInput('text'), number_input: textInput('text', 'decimal'),
  email_text_input: textInput('email', 'email'), url_text_input: textInput('url', 'url'),
};

/** @type {Draw} */
export function element(at, block, el, tag) {
  const draw = DRAW[el.type];
  if (draw) return draw(at, block, el, tag);
  return h('span', { class: 'unknown' }, `[${el.type}] ${plainString(el.text || el.placeholder)}`);
}

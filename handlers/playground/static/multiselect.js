/** Choosing several: a button that opens a list of boxes with a filter, and what is chosen as tags. */
import { h } from './dom.js';
import { payload, setValue, valueOf } from './forms.js';
import { icon } from './icons.js';
import { plainString } from './mrkdwn.js';
import { directory } from './elements.js';
import { dispatches, note, press } from './press.js';
import { changed } from './state.js';

/** @typedef {import('./press.js').Surface} Surface */
/** @typedef {{value: string, label: string, note: string, heading: string|null, raw: any}} Entry */

/** The one list that is open, if any. @type {{id: string, filter: string, before: string}|null} */
let open = null;

/** @param {any} el @returns {Entry[]} */
function entries(el) {
  if (!el.type.includes('static') && !el.type.includes('external')) {
    return directory(el).map((/** @type {any} */ one) => ({ ...one, heading: null, raw: one.value }));
  }
  const groups = el.option_groups || [{ label: null, options: el.options || [] }];
  return groups.flatMap((/** @type {any} */ group) => group.options.map((/** @type {any} */ option) => ({
    value: option.value, label: plainString(option.text), note: plainString(option.description),
    heading: group.label ? plainString(group.label) : null, raw: option,
  })));
}

/** @param {any} raw an option or an id */
const idOf = (raw) => (typeof raw === 'string' ? raw : raw.value);

/** @param {HTMLElement|null} toggle */
function shut(toggle) {
  open = null;
  toggle?.focus();
  changed();
}

/**
 * Close the list; where the element reports to the bot, it does so now, once, for all the boxes.
 * @param {Surface} at @param {any} block @param {any} el @param {string} id @param {boolean} refocus
 */
async function leave(at, block, el, id, refocus) {
  if (!open || open.id !== id) return;
  const { before } = open;
  shut(refocus ? document.getElementById(id) : null);
  const value = valueOf(at, block, el);
  if (!dispatches(block) || JSON.stringify(value) === before) return;
  if (!(await press(at, block, el, payload(el, value)))) note(at, block, el, JSON.parse(before));
}

/** @param {Entry[]} list @param {Set<string>} chosen @param {(entry: Entry, on: boolean) => void} pick @param {boolean} full @param {string} id */
function boxes(list, chosen, pick, full, id) {
  /** @type {any[]} */
  const rows = [];
  let heading = null;
  for (const entry of list) {
    if (entry.heading !== heading) rows.push(h('div', { key: `h ${entry.heading}`, class: 'menu-heading' }, entry.heading));
    heading = entry.heading;
    const on = chosen.has(entry.value);
    rows.push(h('label', { key: entry.value, class: 'multi-row' },
      h('input', { type: 'checkbox', checked: on, disabled: full && !on, 'aria-label': entry.label,
        'aria-describedby': entry.note ? `${id}-${entry.value}` : null,
        onchange: (/** @type {any} */ event) => pick(entry, event.target.checked) }),
      h('span', null, entry.label, entry.note ? h('small', { id: `${id}-${entry.value}` }, ' ', entry.note) : null)));
  }
  return rows;
}

/** @param {Surface} at @param {any} block @param {any} el @param {import('./elements.js').Tag} tag */
export function multiSelect(at, block, el, tag) {
  const all = entries(el);
  const value = valueOf(at, block, el) || [];
  const chosen = new Set(value.map(idOf));
  const here = open !== null && open.id === tag.id;
  const names = value.map((/** @type {any} */ raw) => all.find((one) => one.value === idOf(raw))?.label || idOf(raw));
  const full = Boolean(el.max_selected_items) && chosen.size >= el.max_selected_items;
  const change = (/** @type {string} */ id, /** @type {any} */ raw, /** @type {boolean} */ on) =>
    note(at, block, el, on ? [...value, raw] : value.filter((/** @type {any} */ one) => idOf(one) !== id));
  const drop = async (/** @type {string} */ id) => {
    change(id, null, false);
    if (dispatches(block)) await press(at, block, el, payload(el, valueOf(at, block, el)));
  };
  const done = (/** @type {boolean} */ refocus) => leave(at, block, el, tag.id, refocus);
  const toggle = () => {
    if (here) return done(true);
    setValue(at, block, el, value);
    open = { id: tag.id, filter: '', before: JSON.stringify(value) };
    return changed();
  };
  return h('div', {
    class: 'multi', 'data-action-id': el.action_id,
    onfocusout: (/** @type {FocusEvent} */ event) => {
      const next = /** @type {Node|null} */ (event.relatedTarget);
      // A click on the list's own padding moves the focus nowhere; only another control ends the choice.
      if (here && next && !/** @type {Element} */ (event.currentTarget).contains(next)) done(false);
    },
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Escape' || !here) return;
      event.preventDefault();
      event.stopPropagation();
      done(true);
    },
  },
  h('button', {
    key: 'toggle', type: 'button', id: tag.id, class: 'select-button', 'aria-expanded': String(here), 'aria-label': tag.name || null,
    'aria-controls': here ? `${tag.id}-list` : null, 'aria-invalid': tag.invalid ? 'true' : null,
    'aria-describedby': [tag.describedBy, value.length ? `${tag.id}-chosen` : null].filter(Boolean).join(' ') || null, onclick: toggle,
  }, h('span', null, value.length ? `${value.length} chosen` : plainString(el.placeholder) || 'Choose'), icon('down')),
  // What is chosen stands below the list: above it, each choice would push the next one away.
  here && open ? list(at, el, tag, all, chosen, full, open, change, done) : null,
  value.length ? h('ul', { class: 'chips', key: 'chips', id: `${tag.id}-chosen`, 'aria-label': `Chosen: ${names.length}` },
    value.map((/** @type {any} */ raw, /** @type {number} */ i) => h('li', { key: idOf(raw), class: 'chip' }, h('span', null, names[i]),
      h('button', { type: 'button', 'aria-label': `Remove ${names[i]}`, onclick: () => drop(idOf(raw)) }, icon('close'))))) : null);
}

/**
 * @param {Surface} at @param {any} el @param {import('./elements.js').Tag} tag @param {Entry[]} all @param {Set<string>} chosen @param {boolean} full
 * @param {{filter: string}} state @param {(id: string, raw: any, on: boolean) => void} change @param {(refocus: boolean) => void} done
 */
function list(at, el, tag, all, chosen, full, state, change, done) {
  const wanted = state.filter.trim().toLowerCase();
  const shown = all.filter((one) => `${one.label} ${one.note}`.toLowerCase().includes(wanted));
  return h('div', { key: 'list', class: 'multi-list', id: `${tag.id}-list`, role: 'group',
    created: (/** @type {HTMLElement} */ node) => node.scrollIntoView({ block: 'nearest' }), 'aria-label': plainString(el.placeholder) || 'Choices' },
    all.length > 7 ? h('input', {
      type: 'search', class: 'input', 'aria-label': 'Filter the list', placeholder: 'Filter', value: state.filter,
      created: (/** @type {HTMLElement} */ node) => node.focus({ preventScroll: true }),
      oninput: (/** @type {any} */ event) => {
        state.filter = event.target.value;
        changed();
      },
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === 'Enter') event.preventDefault();
      },
    }) : null,
    h('div', { class: 'multi-rows' }, boxes(shown, chosen, (entry, on) => change(entry.value, entry.raw, on), full, `${tag.id}-note`),
      shown.length ? null : h('p', { class: 'quiet' }, 'Nothing fits this filter.')),
    h('div', { class: 'multi-foot' }, full ? h('small', null, `${el.max_selected_items} is the most that can be chosen.`) : null,
      h('button', { type: 'button', class: 'btn', onclick: () => done(true) }, 'Done')));
}

/**
 * What people have entered, kept apart from what the server drew. As in Slack, an entry stays as
 * long as its block_id and action_id stay; an `initial_…` counts only until somebody touches it.
 */

/**
 * @typedef {{key: string, blocks: any[]}} FormContext `key` names the message or view
 * @typedef {{field: string, initial: (el: any) => any, options?: boolean}} Spec
 */

/** @param {string} field @param {string} initial @param {any} [empty] @param {boolean} [options] @returns {Spec} */
const spec = (field, initial, empty = null, options = false) => ({
  field, initial: (el) => el[initial] ?? empty, options });

/** How each stateful element reports itself in `state.values`. @type {Record<string, Spec>} */
export const SPECS = {
  plain_text_input: spec('value', 'initial_value'),
  email_text_input: spec('value', 'initial_value'),
  url_text_input: spec('value', 'initial_value'),
  number_input: spec('value', 'initial_value'),
  rich_text_input: spec('rich_text_value', 'initial_value'),
  static_select: spec('selected_option', 'initial_option', null, true),
  external_select: spec('selected_option', 'initial_option'),
  multi_static_select: spec('selected_options', 'initial_options', [], true),
  multi_external_select: spec('selected_options', 'initial_options', []),
  users_select: spec('selected_user', 'initial_user'),
  multi_users_select: spec('selected_users', 'initial_users', []),
  conversations_select: spec('selected_conversation', 'initial_conversation'),
  multi_conversations_select: spec('selected_conversations', 'initial_conversations', []),
  channels_select: spec('selected_channel', 'initial_channel'),
  multi_channels_select: spec('selected_channels', 'initial_channels', []),
  datepicker: spec('selected_date', 'initial_date'),
  timepicker: spec('selected_time', 'initial_time'),
  datetimepicker: spec('selected_date_time', 'initial_date_time'),
  checkboxes: spec('selected_options', 'initial_options', [], true),
  radio_buttons: spec('selected_option', 'initial_option', null, true),
};

/** @type {Map<string, Map<string, any>>} */
const entered = new Map();

/** @param {any} block @param {any} el */
const slot = (block, el) => `${block.block_id} ${el.action_id}`;

/** All options of an element, its groups opened. @param {any} el @returns {any[]} */
export function allOptions(el) {
  return el.options || (el.option_groups || []).flatMap((/** @type {any} */ group) => group.options || []);
}

/** What the element shows now. @param {FormContext} form @param {any} block @param {any} el */
export function valueOf(form, block, el) {
  const rule = SPECS[el.type];
  const mine = entered.get(form.key);
  const id = slot(block, el);
  const value = mine?.has(id) ? mine.get(id) : rule.initial(el);
  if (!rule.options) return value;
  const offered = new Set(allOptions(el).map((option) => option.value));
  if (Array.isArray(value)) return value.filter((option) => offered.has(option.value));
  return value && offered.has(value.value) ? value : null;
}

/** @param {FormContext} form @param {any} block @param {any} el @param {any} value */
export function setValue(form, block, el, value) {
  let mine = entered.get(form.key);
  if (!mine) entered.set(form.key, (mine = new Map()));
  mine.set(slot(block, el), value);
}

/** Whether somebody has entered anything there. @param {string} key */
export const touched = (key) => entered.has(key);

/** Forget the entries of closed views. @param {(key: string) => boolean} which */
export function forget(which) {
  for (const key of entered.keys()) if (which(key)) entered.delete(key);
}

/** Every stateful element with its block. @param {any[]} blocks @returns {{block: any, el: any}[]} */
function stateful(blocks) {
  return blocks.flatMap((block) => {
    const elements = [block.element, block.accessory, ...(block.type === 'actions' ? block.elements || [] : [])];
    return elements.filter((el) => el && SPECS[el.type]).map((el) => ({ block, el }));
  });
}

/** Slack's `state.values` for a message or view. @param {FormContext} form */
export function stateValues(form) {
  /** @type {Record<string, Record<string, any>>} */
  const values = {};
  for (const { block, el } of stateful(form.blocks)) {
    values[block.block_id] ||= {};
    values[block.block_id][el.action_id] = { type: el.type, ...payload(el, valueOf(form, block, el)) };
  }
  return values;
}

/** @param {any} el @param {any} value @returns {Record<string, any>} */
export function payload(el, value) {
  const empty = value === '' || value === undefined ? null : value;
  return { [SPECS[el.type].field]: empty };
}

/** @param {any} value */
const isEmpty = (value) => value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length);

/** Slack's own bound, where the element names none. @param {any} el @returns {number} */
export const longest = (el) => el.max_length || 3000;

/** @param {any} el @param {string} text @returns {string|null} */
function lengthError(el, text) {
  const length = [...text].length;
  if (el.min_length && length < el.min_length) {
    return `Please write at least ${el.min_length} characters (now ${length}).`;
  }
  if (length > longest(el)) {
    return `This is ${length - longest(el)} characters longer than the ${longest(el)} that fit. Your text is kept.`;
  }
  return null;
}

/** @param {any} el @param {string} text @returns {string|null} */
function numberError(el, text) {
  const number = Number(text);
  if (!Number.isFinite(number)) return 'Please enter a number.';
  if (!el.is_decimal_allowed && !Number.isInteger(number)) return 'Please enter a whole number.';
  if (el.min_value !== undefined && number < Number(el.min_value)) return `Please enter ${el.min_value} or more.`;
  if (el.max_value !== undefined && number > Number(el.max_value)) return `Please enter ${el.max_value} or less.`;
  return null;
}

/** @type {Record<string, (el: any, text: string) => string|null>} */
const CHECKS = {
  plain_text_input: lengthError,
  number_input: numberError,
  email_text_input: (_, text) => (/^\S+@\S+\.\S+$/.test(text) ? null : 'Please enter an e-mail address.'),
  url_text_input: (_, text) => (/^https?:\/\/\S+$/.test(text) ? null : 'Please enter an address that starts with https://.'),
};

/** What Slack checks before it sends a form. @param {FormContext} form @returns {Record<string, string>} */
export function validate(form) {
  /** @type {Record<string, string>} */
  const errors = {};
  for (const block of form.blocks) {
    if (block.type !== 'input' || !block.element || !SPECS[block.element.type]) continue;
    const value = valueOf(form, block, block.element);
    if (isEmpty(value)) {
      if (!block.optional) errors[block.block_id] = 'Please fill this in; it is needed.';
      continue;
    }
    const wrong = CHECKS[block.element.type]?.(block.element, String(value));
    if (wrong) errors[block.block_id] = wrong;
  }
  return errors;
}

/** Blocks with ids: Slack makes one up where the sender left it out. @param {any[]|null|undefined} blocks */
export function withIds(blocks) {
  return (blocks || []).map((block, i) => (block.block_id ? block : { ...block, block_id: `block-${i}` }));
}

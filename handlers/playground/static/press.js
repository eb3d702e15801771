/** What happens when somebody uses an element: Slack's block_actions. */
import { askConfirm } from './confirm.js';
import { payload, setValue, stateValues, valueOf } from './forms.js';
import { act, changed, store } from './state.js';

/**
 * Where blocks stand: a message, a modal or Home.
 * @typedef {{key: string, blocks: any[], container: Record<string, string>, surface: 'message'|'modal'|'home',
 *   world: import('./mrkdwn.js').World, errors: Record<string, string>}} Surface
 */

/** @param {Surface} at @param {any} block @param {any} el */
const busyName = (at, block, el) => `press ${at.key} ${block.block_id} ${el.action_id}`;

/** @param {Surface} at @param {any} block @param {any} el */
export const isBusy = (at, block, el) => store.busy.has(busyName(at, block, el));

/**
 * @param {Surface} at @param {any} block @param {any} el
 * @param {Record<string, any>} what the element's own part, such as `{value}` or `{selected_option}`
 * @returns {Promise<boolean>} false when the person said no to the confirmation
 */
export async function press(at, block, el, what) {
  if (el.confirm && !(await askConfirm(el.confirm, at.world))) return false;
  await act('press', {
    container: at.container, block_id: block.block_id, action_id: el.action_id,
    element: { type: el.type, ...what }, state: stateValues(at),
  }, busyName(at, block, el));
  return true;
}

/** Whether using the element tells the bot at once. @param {any} block */
export const dispatches = (block) => block.type !== 'input' || block.dispatch_action === true;

/** Note an entry without telling anybody. @param {Surface} at @param {any} block @param {any} el @param {any} value */
export function note(at, block, el, value) {
  setValue(at, block, el, value);
  if (store.errors[at.key]?.[block.block_id]) delete store.errors[at.key][block.block_id];
  changed();
}

/** Note an entry, and tell the bot where the element does that. A "no" brings the old entry back.
 * @param {Surface} at @param {any} block @param {any} el @param {any} value */
export async function choose(at, block, el, value) {
  const before = valueOf(at, block, el);
  note(at, block, el, value);
  if (!dispatches(block)) return;
  if (!(await press(at, block, el, payload(el, value)))) note(at, block, el, before);
}

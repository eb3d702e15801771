/** Modals and App Home: what Slack calls views. */
import { post } from './api.js';
import { blocks } from './blocks.js';
import { h } from './dom.js';
import { stateValues, validate, withIds } from './forms.js';
import { icon } from './icons.js';
import { plainString } from './mrkdwn.js';
import { act, changed, fail, refresh, store, world } from './state.js';

/** @typedef {import('./press.js').Surface} Surface */

/** @param {any} view @param {'modal'|'home'} surface @returns {Surface} */
function surfaceOf(view, surface) {
  const key = `view ${view.id}`;
  const shown = withIds(view.blocks);
  // A view may be updated after it was refused: what is wrong with fields that are gone is over.
  const errors = Object.fromEntries(Object.entries(store.errors[key] || {}).filter(([id]) => shown.some((block) => block.block_id === id)));
  return { key, surface, blocks: shown, container: { type: 'view', view_id: view.id }, world: world(), errors };
}

/** App Home. */
export function home() {
  const view = store.server.home;
  if (!view) {
    return h('div', { class: 'empty', key: 'no-home' }, store.busy.has('open home')
      ? h('p', null, 'Asking Attune for its Home …')
      : [h('h3', null, 'Home is empty'), h('p', null, 'Attune has not published a Home for this person yet.')]);
  }
  return h('div', { class: 'home blocks', key: `home ${view.id}`, 'data-view-id': view.id }, blocks(surfaceOf(view, 'home')));
}

/** Send the form. Slack itself checks what is missing; the bot checks the rest. @param {any} view */
async function submit(view) {
  const at = surfaceOf(view, 'modal');
  const name = `submit ${view.id}`;
  if (store.busy.has(name)) return;
  let errors = validate(at);
  if (!Object.keys(errors).length) {
    store.busy.add(name);
    store.notice = null;
    changed();
    try {
      const answer = await post('submit', { as: store.me, view_id: view.id, state: stateValues(at) });
      errors = answer.action === 'errors' ? answer.errors || {} : {};
    } catch (error) {
      fail(error);
    }
    store.busy.delete(name);
    await refresh().catch(fail);
  }
  showErrors(at, errors);
  if (!Object.keys(errors).length) requestAnimationFrame(toTheTop);
}

/** What answers a form stands in its place: it is read from its beginning. */
function toTheTop() {
  document.querySelector('#modal .dialog-body')?.scrollTo(0, 0);
  /** @type {HTMLElement|null} */ (document.querySelector('#modal .dialog-title'))?.focus();
}

/** @param {Surface} at @param {Record<string, string>} errors */
function showErrors(at, errors) {
  store.errors[at.key] = errors;
  const ids = new Set(at.blocks.map((block) => block.block_id));
  const stray = Object.entries(errors).filter(([id]) => !ids.has(id)).map(([, text]) => text);
  if (stray.length) store.notice = { kind: 'error', text: stray.join(' ') };
  changed();
  if (Object.keys(errors).length) requestAnimationFrame(focusFirstError);
}

function focusFirstError() {
  const wrong = document.querySelector('#modal [aria-invalid="true"], #modal [data-invalid="true"] input');
  if (wrong instanceof HTMLElement) {
    wrong.focus();
    wrong.closest('.block')?.scrollIntoView({ block: 'nearest' });
  }
}

/** @param {any} view */
const close = (view) => act('close', { view_id: view.id }, `close ${view.id}`);

/** Where the caret goes when a view comes up. @param {HTMLElement} dialog @param {any} view */
function focusInto(dialog, view) {
  const wanted = (view.blocks || []).find((/** @type {any} */ block) => block.element?.focus_on_load)?.element.action_id;
  const first = dialog.querySelector('.dialog-body input, .dialog-body textarea, .dialog-body select, .dialog-body .btn, .dialog-body .select-button');
  const leads = first?.matches('.block-input *') && !matchMedia('(pointer: coarse)').matches;
  const target = wanted ? dialog.querySelector(`[data-action-id="${CSS.escape(wanted)}"]`) : leads ? first : null;
  const chosen = target?.matches('[type=radio]') ? target.closest('fieldset')?.querySelector(':checked') : null;
  const goal = chosen || target || dialog.querySelector('.dialog-title');
  if (goal instanceof HTMLElement) goal.focus({ preventScroll: !wanted });
  dialog.querySelector('.dialog-body')?.scrollTo(0, 0);
}

let shownView = '';
/** @type {Element|null} */
let opener = null;

/** @param {Element} el @param {any} view */
function bringUp(el, view) {
  const dialog = /** @type {HTMLDialogElement} */ (el);
  if (!dialog.isConnected) return;
  if (!dialog.open) {
    opener = shownView ? opener : document.activeElement;
    dialog.showModal();
  }
  if (shownView === view.id) return;
  shownView = view.id;
  focusInto(dialog, view);
}

/** When the last view is gone, the focus goes back to where it came from. */
export function afterDraw() {
  if (store.server?.view || !shownView) return;
  shownView = '';
  const goal = opener instanceof HTMLElement && opener.isConnected && opener !== document.body ? opener : document.getElementById('main');
  opener = null;
  goal?.focus({ preventScroll: true });
}

/** @param {any} view */
function head(view) {
  const deep = store.server.view_depth > 1;
  const title = plainString(view.title) || 'Attune';
  return h('header', { class: 'dialog-head' },
    deep ? h('button', { key: 'back', type: 'button', class: 'btn-plain', 'aria-label': 'To the form before', onclick: () => close(view) }, icon('back')) : null,
    h('h2', { class: 'dialog-title', id: 'modal-title', tabindex: '-1' }, title),
    deep ? null : h('button', { key: 'dismiss', type: 'button', class: 'btn-plain', 'aria-label': 'Dismiss', onclick: () => close(view) }, icon('close')));
}

/** @param {any} view @param {Surface} at */
function foot(view, at) {
  const busy = store.busy.has(`submit ${view.id}`);
  const wrong = Object.keys(at.errors).length;
  return h('footer', { class: 'dialog-foot' },
    h('span', { class: 'dialog-note', role: 'status' }, wrong ? `${wrong === 1 ? 'One answer needs' : `${wrong} answers need`} another look.` : ''),
    h('button', { type: 'button', class: 'btn', onclick: () => close(view) }, plainString(view.close) || 'Cancel'),
    view.submit ? h('button', { type: 'submit', class: 'btn btn-primary', 'aria-busy': busy ? 'true' : null }, plainString(view.submit)) : null);
}

/** The modal on top of the stack, as a real dialog. */
export function modal() {
  const { view } = store.server;
  if (!view) return null;
  const at = surfaceOf(view, 'modal');
  return h('dialog', {
    key: 'modal', id: 'modal', class: 'dialog', 'aria-labelledby': 'modal-title', 'data-view-id': view.id, 'data-callback-id': view.callback_id,
    hook: (/** @type {Element} */ el) => bringUp(el, view),
    oncancel: (/** @type {Event} */ event) => {
      event.preventDefault();
      close(view);
    },
    onclose: () => changed(),
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      event.preventDefault();
      close(view);
    },
  },
  h('form', {
    key: 'form', class: 'dialog-form', novalidate: true, autocomplete: 'off',
    onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      submit(view);
    },
  },
  head(view),
  store.notice?.kind === 'error' ? h('div', { class: 'dialog-alert', role: 'alert', key: 'alert' }, icon('alert'), h('span', null, store.notice.text)) : null,
  h('div', { class: 'dialog-body blocks', key: `body ${view.id}` }, blocks(at)),
  foot(view, at)));
}

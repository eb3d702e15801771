/** Slack's `confirm` object as an alert dialog. */
import { build, h } from './dom.js';
import { textObject, plainString } from './mrkdwn.js';

/** @typedef {import('./mrkdwn.js').World} World */

/**
 * Ask before something happens. Escape and the cancel button mean no.
 * @param {any} confirm @param {World} world @returns {Promise<boolean>}
 */
export function askConfirm(confirm, world) {
  const back = /** @type {HTMLElement|null} */ (document.activeElement);
  return new Promise((resolve) => {
    const danger = confirm.style === 'danger';
    const dialog = /** @type {HTMLDialogElement} */ (build(
      h('dialog', { class: 'dialog confirm', role: 'alertdialog', 'aria-labelledby': 'confirm-title', 'aria-describedby': 'confirm-text' },
        h('h2', { id: 'confirm-title', class: 'dialog-title' }, plainString(confirm.title) || 'Are you sure?'),
        h('div', { id: 'confirm-text', class: 'dialog-body prose' }, textObject(confirm.text, world)),
        h('div', { class: 'dialog-foot' },
          h('button', { type: 'button', class: 'btn', onclick: () => dialog.close('no') }, plainString(confirm.deny) || 'Cancel'),
          h('button', { type: 'button', class: `btn ${danger ? 'btn-danger' : 'btn-primary'}`, onclick: () => dialog.close('yes') },
            plainString(confirm.confirm) || 'Yes')))));
    dialog.addEventListener('close', () => {
      dialog.remove();
      back?.focus();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.returnValue = 'no';
    dialog.showModal();
  });
}

/** Pop-up menus, with the keys that menus have: arrows, Home, End, first letters, Escape. */
import { build, h } from './dom.js';
import { icon } from './icons.js';

/**
 * @typedef {{label: string, note?: string, danger?: boolean, checked?: boolean, pick: () => void}} Item
 * @typedef {{heading?: string, items: Item[]}} Group
 */

let closeOpen = () => {};

/** @param {HTMLElement} menu @param {Element} anchor */
function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = Math.max(8, Math.min(box.left, innerWidth - width - 8));
  const below = box.bottom + 6;
  const fits = below + height < innerHeight - 8;
  const top = fits ? below : Math.max(8, box.top - height - 6);
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
}

/** @param {Item} item @param {() => void} done */
function entry(item, done) {
  const radio = item.checked !== undefined;
  return h('button', {
    type: 'button', class: `menu-item${item.danger ? ' danger' : ''}`, tabindex: '-1',
    role: radio ? 'menuitemradio' : 'menuitem', 'aria-checked': radio ? String(item.checked) : null,
    onclick: () => {
      done();
      item.pick();
    },
  }, h('span', { class: 'menu-check' }, item.checked ? icon('check') : null),
  h('span', { class: 'menu-text' }, h('span', null, item.label), item.note ? h('small', null, ' ', item.note) : null));
}

/** @param {KeyboardEvent} event @param {HTMLElement[]} entries @param {() => void} close */
function onKey(event, entries, close) {
  const at = entries.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const last = entries.length - 1;
  /** @type {Record<string, number>} */
  const steps = { ArrowDown: at >= last ? 0 : at + 1, ArrowUp: at <= 0 ? last : at - 1, Home: 0, End: last };
  if (event.key in steps) {
    entries[steps[event.key]]?.focus();
  } else if (event.key === 'Escape' || event.key === 'Tab') {
    close();
  } else if (event.key.length === 1 && /\S/.test(event.key)) {
    const order = [...entries.slice(at + 1), ...entries.slice(0, at + 1)];
    order.find((one) => one.innerText.trim().toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    return;
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

/**
 * Open a menu at a button. Inside a dialog it becomes part of that dialog, else it could not be reached.
 * @param {HTMLElement} anchor @param {string} label @param {Group[]} groups
 */
export function openMenu(anchor, label, groups) {
  const again = anchor.getAttribute('aria-expanded') === 'true';
  closeOpen();
  if (again) return;
  const done = () => close(true);
  const menu = build(h('div', { class: 'menu', role: 'menu', 'aria-label': label },
    groups.map((group) => h('div', { role: 'group', class: 'menu-group', 'aria-label': group.heading || null },
      group.heading ? h('div', { class: 'menu-heading', 'aria-hidden': 'true' }, group.heading) : null,
      group.items.map((item) => entry(item, done))))));
  const host = anchor.closest('dialog') || document.body;
  host.append(menu);
  const entries = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll('.menu-item')]);
  /** @param {boolean} back whether the focus returns to the button */
  function close(back) {
    closeOpen = () => {};
    menu.remove();
    anchor.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', outside, true);
    removeEventListener('resize', away);
    if (back) anchor.focus();
  }
  const away = () => close(false);
  /** @param {Event} event */
  const outside = (event) => {
    const target = /** @type {Node} */ (event.target);
    if (!menu.contains(target) && !anchor.contains(target)) close(false);
  };
  closeOpen = away;
  anchor.setAttribute('aria-expanded', 'true');
  document.addEventListener('pointerdown', outside, true);
  addEventListener('resize', away);
  menu.addEventListener('keydown', (event) => onKey(event, entries, done));
  place(menu, anchor);
  (entries.find((one) => one.getAttribute('aria-checked') === 'true') || entries[0])?.focus();
}

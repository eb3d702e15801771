/** The playground's clock: what time it is in this invented week, and how to move on. */
import { h } from './dom.js';
import { icon } from './icons.js';
import { act, changed, HOME, open, store, world } from './state.js';
import { clockTime, placeOf, shortDay } from './time.js';

const JUMPS = /** @type {[string, string][]} */ ([
  ['next-checkin', 'Next check-in'], ['next-digest', 'Next digest'], ['hour', '+1 hour'], ['day', '+1 day']]);

/** @param {string} verb @param {Record<string, any>} body @param {string} name */
async function go(verb, body, name) {
  store.clockMenu = false;
  const answer = await act(verb, body, name);
  // Home is drawn when somebody opens it: whoever is looking at it would go on seeing the old week.
  if (answer && store.place === HOME) await open(HOME);
  if (answer?.said) store.notice = { kind: 'said', text: answer.said };
  changed();
}

/** @param {string} label @param {string} name @param {() => void} onclick */
const step = (label, name, onclick) => h('button', {
  key: name, type: 'button', class: 'btn btn-small', 'aria-busy': store.busy.has(name) ? 'true' : null, onclick }, label);

export function clockBar() {
  const { zone, now } = world();
  const mine = store.server.people.find((/** @type {any} */ one) => one.id === store.me)?.zone;
  return h('header', { class: 'topbar', key: 'topbar' },
    h('button', {
      key: 'menu', type: 'button', class: 'btn-plain only-small', id: 'sidebar-toggle', 'aria-label': 'Open the sidebar',
      'aria-expanded': String(store.sidebar), 'aria-controls': 'sidebar', onclick: () => {
        store.sidebar = !store.sidebar;
        changed();
        requestAnimationFrame(() => /** @type {HTMLElement|null} */ (document.querySelector('.sidebar.open .switcher'))?.focus());
      },
    }, icon('menu')),
    h('div', { class: 'now', key: 'now' }, icon('clock'), h('span', { class: 'visually-hidden' }, "The playground's time: "),
      h('time', { datetime: now }, h('strong', null, clockTime(now, zone)), h('span', null, ` ${shortDay(now, zone)}`)),
      h('span', { class: 'now-place' }, `in ${mine ? placeOf(mine) : 'UTC'}`)),
    store.server.clock ? [
      h('div', { class: `jumps${store.clockMenu ? ' open' : ''}`, key: 'jumps', id: 'jumps', role: 'group', 'aria-label': 'Move the clock' },
        JUMPS.map(([to, label]) => step(label, `clock ${to}`, () => go('clock', { to }, `clock ${to}`))),
        step('Let the others answer', 'others', () => go('others', {}, 'others'))),
      h('button', {
        key: 'jump-toggle', type: 'button', class: 'btn btn-small jump-toggle', 'aria-expanded': String(store.clockMenu), 'aria-controls': 'jumps',
        onclick: () => {
          store.clockMenu = !store.clockMenu;
          changed();
        },
      }, 'Move the clock')] : null,
    h('button', {
      key: 'inspector', type: 'button', class: 'btn-plain inspector-toggle', 'aria-expanded': String(store.inspector), 'aria-controls': 'inspector',
      'aria-label': 'Traffic inspector', title: 'What goes between Attune and the playground', onclick: () => {
        store.inspector = !store.inspector;
        changed();
      },
    }, icon('pulse')));
}

/** The left pane: who the visitor is, and where they can go. */
import { h } from './dom.js';
import { icon, mark } from './icons.js';
import { openMenu } from './menu.js';
import { avatar } from './messages.js';
import { become, botChat, changed, fail, HOME, MESSAGES, myself, open, store, unread } from './state.js';
import { clockTime, placeOf, safeZone } from './time.js';

const ROLES = /** @type {[string, string][]} */ ([
  ['admin', 'Administration'], ['supervisor', 'Supervisors'], ['clinician', 'Clinicians'], ['other', 'Others, for trying odd cases']]);

/** @param {any} one */
function whereAndWhen(one) {
  if (!one.active) return 'deactivated';
  if (!one.zone) return 'no time zone';
  return `${clockTime(store.server.now, safeZone(one.zone))} ${placeOf(one.zone)}`;
}

/** @param {string} id */
async function switchTo(id) {
  if (id === store.me) return;
  if (store.place !== HOME && store.place !== MESSAGES) store.place = HOME;
  store.sidebar = false;
  try {
    await become(id);
    await open(store.place);
  } catch (error) {
    fail(error);
  }
}

/** @param {HTMLElement} anchor */
function peopleMenu(anchor) {
  const people = store.server.people.filter((/** @type {any} */ one) => one.id !== store.server.bot.id);
  const groups = ROLES.map(([role, heading]) => ({
    heading,
    items: people.filter((/** @type {any} */ one) => one.role === role).map((/** @type {any} */ one) => ({
      label: one.name, note: whereAndWhen(one), checked: one.id === store.me, pick: () => switchTo(one.id) })),
  }));
  openMenu(anchor, 'Act as', groups.filter((group) => group.items.length));
}

function switcher() {
  const me = myself();
  const name = me?.name || store.me;
  return h('button', {
    type: 'button', class: 'switcher', 'aria-haspopup': 'menu', 'aria-label': `You are ${name}, ${me?.title || ''}. Act as somebody else`,
    onclick: (/** @type {any} */ event) => peopleMenu(event.currentTarget),
  }, avatar(store.me, name, false),
  h('span', { class: 'switcher-text' }, h('small', null, 'You are'), h('strong', null, name),
    h('small', null, [me?.title, me ? whereAndWhen(me) : ''].filter(Boolean).join(' · '))), icon('down'));
}

/** @param {string} place @param {any} picture @param {string} label @param {number} count */
function entry(place, picture, label, count) {
  const app = place === HOME || place === MESSAGES;
  const here = app ? store.place === HOME || store.place === MESSAGES : store.place === place;
  return h('li', { key: app ? 'app' : place }, h('button', {
    type: 'button', class: `place${here ? ' here' : ''}${count ? ' fresh' : ''}`, 'aria-current': here ? 'page' : null, onclick: () => open(place),
  }, picture, h('span', { class: 'place-name' }, label),
  count ? h('span', { class: 'count' }, String(count), h('span', { class: 'visually-hidden' }, ' new')) : null));
}

export function sidebar() {
  const { server } = store;
  const channels = server.conversations.filter((/** @type {any} */ one) => one.kind === 'channel');
  return h('nav', { class: `sidebar${store.sidebar ? ' open' : ''}`, key: 'sidebar', id: 'sidebar', 'aria-label': 'Workspace',
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Escape' || !store.sidebar) return;
      store.sidebar = false;
      changed();
      document.getElementById('sidebar-toggle')?.focus();
    } },
  h('div', { class: 'workspace' }, h('h1', null, server.workspace.name),
    h('button', { type: 'button', class: 'btn-plain only-small', 'aria-label': 'Close the sidebar', onclick: () => {
      store.sidebar = false;
      changed();
    } }, icon('close'))),
  switcher(),
  h('div', { class: 'places' },
    channels.length ? [h('h2', { key: 'c' }, 'Channels'), h('ul', { key: 'cl' }, channels.map((/** @type {any} */ one) => entry(one.id, icon('hash'), one.name, unread(one))))] : null,
    h('h2', { key: 'a' }, 'Apps'),
    h('ul', { key: 'al' }, entry(store.place === MESSAGES ? MESSAGES : HOME, h('span', { class: 'app-mark' }, mark()), server.bot.name, unread(botChat())))),
  h('p', { class: 'stand-in' }, h('strong', null, 'A local stand-in for Slack.'), ' Sample people only. Nothing leaves this computer.'));
}

/**
 * The playground's page: a calm chat client for trying Attune without Slack.
 *
 * state.js keeps what the server said and what the visitor did; this file draws it. Everything on
 * screen is a function of that state, and drawing again never disturbs what somebody is typing.
 */
import { clockBar } from './clockbar.js';
import { composer } from './composer.js';
import { draw, h } from './dom.js';
import { icon, mark } from './icons.js';
import { follow, inspector } from './inspector.js';
import { messageList } from './messages.js';
import { sidebar } from './sidebar.js';
import { become, botChat, changed, currentChat, HOME, MESSAGES, onChange, open, refresh, sentence, store, unread } from './state.js';
import { afterDraw, home, modal } from './views.js';

const app = /** @type {HTMLElement} */ (document.getElementById('app'));
const announcer = /** @type {HTMLElement} */ (document.getElementById('announcer'));

/** @param {string} place @param {string} label @param {number} count */
function tab(place, label, count) {
  const here = store.place === place;
  return h('button', {
    key: place, type: 'button', role: 'tab', class: 'tab', id: `tab-${place}`, 'aria-selected': String(here), 'aria-controls': 'panel',
    tabindex: here ? '0' : '-1', onclick: () => open(place),
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
      const other = place === HOME ? MESSAGES : HOME;
      document.getElementById(`tab-${other}`)?.focus();
      open(other);
    },
  }, label, count ? h('span', { class: 'count' }, String(count), h('span', { class: 'visually-hidden' }, ' new')) : null);
}

function appPane() {
  const bot = store.server.bot.name;
  return [
    h('header', { class: 'pane-head', key: 'head' }, h('span', { class: 'app-mark' }, mark()), h('h2', null, bot), h('span', { class: 'badge' }, 'bot'),
      h('div', { class: 'tabs', role: 'tablist', 'aria-label': bot }, tab(HOME, 'Home', 0), tab(MESSAGES, 'Messages', unread(botChat())))),
    store.place === HOME
      ? h('section', { class: 'panel', key: 'home', id: 'panel', role: 'tabpanel', 'aria-labelledby': 'tab-home' },
        h('div', { class: 'home-scroller', key: `scroll ${store.me}`, tabindex: '0', role: 'region', 'aria-label': 'Home' }, home()))
      : h('section', { class: 'panel', key: 'messages', id: 'panel', role: 'tabpanel', 'aria-labelledby': 'tab-messages' }, messageList(), composer()),
  ];
}

/** @param {any} chat */
function channelPane(chat) {
  return [
    h('header', { class: 'pane-head', key: 'head' }, icon('hash'), h('h2', null, chat.name)),
    h('section', { class: 'panel', key: chat.id, 'aria-label': `Channel ${chat.name}` }, messageList(), composer()),
  ];
}

function notice() {
  const { notice: said } = store;
  // A modal hides all behind it, also from screen readers: it shows its errors itself.
  if (!said || (said.kind === 'error' && store.server.view)) return null;
  return h('div', { class: `notice notice-${said.kind}`, key: 'notice', role: said.kind === 'error' ? 'alert' : null },
    icon(said.kind === 'error' ? 'alert' : 'clock'), h('p', null, said.text),
    h('button', { type: 'button', class: 'btn-plain', 'aria-label': 'Dismiss', onclick: () => {
      store.notice = null;
      changed();
    } }, icon('close')));
}

/** @param {string} text for screen readers, once */
function announce(text) {
  if (announcer.textContent !== text) announcer.textContent = text;
}

/** What to hold on to when the element in focus is drawn away: the message or list around it. */
function focusHolders() {
  const holders = [];
  for (let el = document.activeElement; el && el !== document.body; el = el.parentElement) {
    if (el instanceof HTMLElement && el.hasAttribute('tabindex')) holders.push(el);
  }
  return holders;
}

function page() {
  const { server } = store;
  if (!server) return;
  const holders = focusHolders();
  const had = holders.length || document.activeElement !== document.body;
  const channel = store.place !== HOME && store.place !== MESSAGES ? currentChat() : null;
  draw(app, [
    h('div', { class: `shell${store.inspector ? ' with-inspector' : ''}`, key: 'shell', 'data-me': store.me, 'data-place': store.place },
      sidebar(),
      store.sidebar ? h('div', { class: 'veil', key: 'veil', onclick: () => {
        store.sidebar = false;
        changed();
      } }) : null,
      h('div', { class: 'stage', key: 'stage', inert: store.sidebar },
        h('p', { class: 'banner', key: 'banner' }, 'A local stand-in for Slack. Sample people only.'),
        clockBar(),
        store.linked ? null : h('p', { class: 'unlinked', key: 'unlinked', role: 'status' }, 'The playground is not answering. Trying again …'),
        store.server.connected === false && store.linked ? h('p', { class: 'unlinked', key: 'unconnected', role: 'status' },
          `${server.bot.name} is not connected to this playground yet. What you press now will not be answered.`) : null,
        notice(),
        h('main', { class: 'pane', key: 'pane', id: 'main', tabindex: '-1' }, channel ? channelPane(channel) : appPane())),
      inspector()),
    modal(),
  ]);
  if (had && document.activeElement === document.body) holders.find((el) => el.isConnected)?.focus({ preventScroll: true });
  queueMicrotask(afterDraw);
  announce(store.notice?.kind === 'said' ? store.notice.text : '');
  document.title = `${channel ? `#${channel.name}` : server.bot.name} · ${server.workspace.name} · playground`;
  remember();
}

/** The address keeps who and where, so that a reload or a bookmark comes back here. */
function remember() {
  const address = `?as=${encodeURIComponent(store.me)}#${store.place}`;
  if (`${location.search}${location.hash}` !== address) history.replaceState(null, '', address);
}

/** @param {string} place */
const isPlace = (place) => place === HOME || place === MESSAGES
  || store.server.conversations.some((/** @type {any} */ one) => one.id === place && one.kind === 'channel');

async function start() {
  onChange(page);
  // Who a visitor is at first: whoever sets the clinic up.
  const first = document.documentElement.dataset.firstPerson || '';
  const wanted = new URLSearchParams(location.search).get('as') || first;
  const place = location.hash.slice(1) || HOME;
  try {
    await become(wanted).catch((error) => {
      if (wanted === first) throw error;
      return become(first);
    });
    await open(isPlace(place) ? place : HOME);
  } catch (error) {
    draw(app, [h('p', { class: 'loading', role: 'alert' }, sentence(error))]);
    return;
  }
  setInterval(follow, 1500);
  setInterval(() => (document.hidden ? null : refresh().catch(() => null)), 30000);
  addEventListener('hashchange', () => {
    const wanted = location.hash.slice(1);
    if (!isPlace(wanted)) remember();
    else if (wanted !== store.place) open(wanted);
  });
  // On a wide screen the sidebar is no drawer: nothing may stay covered.
  matchMedia('(max-width: 760px)').addEventListener('change', () => {
    store.sidebar = false;
    changed();
  });
}

start();

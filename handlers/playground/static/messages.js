/** The messages of a conversation. */
import { blocks } from './blocks.js';
import { h } from './dom.js';
import { touched, withIds } from './forms.js';
import { icon, mark } from './icons.js';
import { openMenu } from './menu.js';
import { mrkdwn, plainString } from './mrkdwn.js';
import { act, currentChat, person, store, world } from './state.js';
import { clockTime, dayName, isoDay } from './time.js';

/** @param {string} name @returns {string} */
const initials = (name) => name.split(/\s+/).filter((word) => /^\p{L}/u.test(word)).map((word) => word[0]).slice(0, 2).join('').toUpperCase();

/** One of eight quiet colours, always the same for a person. @param {string} id */
const tint = (id) => [...id].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 997, 7) % 8;

/** @param {string} id @param {string} name @param {boolean} bot */
export function avatar(id, name, bot) {
  return h('span', { class: bot ? 'avatar avatar-bot' : `avatar tint-${tint(id)}`, 'aria-hidden': 'true' }, bot ? mark() : initials(name) || '?');
}

/** @param {any} message */
const nameOf = (message) => message.name || person(message.user)?.name || message.user || 'Somebody';

/** @param {any} chat @param {any} message @param {HTMLElement} anchor */
function messageMenu(chat, message, anchor) {
  const shortcuts = store.server.shortcuts.filter((/** @type {any} */ one) => one.type === 'message').map((/** @type {any} */ one) => ({
    label: one.name, note: store.server.bot.name,
    pick: () => act('shortcut', { callback_id: one.callback_id, channel: chat.id, ts: message.ts }, `shortcut ${message.ts}`),
  }));
  const copy = { label: 'Copy text', pick: () => navigator.clipboard?.writeText(plainString({ type: 'mrkdwn', text: message.text })) };
  openMenu(anchor, 'Message actions', [{ items: shortcuts }, { items: [copy] }].filter((group) => group.items.length));
}

/** @param {any} file */
function fileCard(file) {
  const url = `/playground/files/${encodeURIComponent(file.id)}`;
  const alt = file.alt || '';
  if (!(file.mimetype || '').startsWith('image/')) {
    return h('a', { class: 'file-card', key: file.id, href: url, download: file.name }, icon('file'),
      h('span', null, h('strong', null, file.name), h('small', null, file.mimetype || 'file')));
  }
  return h('figure', { class: 'file-image', key: file.id },
    h('a', { href: url, target: '_blank', rel: 'noopener', 'aria-label': `${file.name}: open the picture by itself` },
      h('img', { src: url, alt: alt || file.name })),
    h('figcaption', null, h('span', null, file.name),
      alt ? h('details', { class: 'alt' }, h('summary', null, 'Description'), h('p', null, alt)) : h('em', null, 'This picture has no description.')));
}

/** @param {any} chat @param {any} message */
function body(chat, message) {
  const at = {
    key: `msg ${chat.id} ${message.ts}`, surface: /** @type {const} */ ('message'), blocks: withIds(message.blocks), errors: {}, world: world(),
    container: { type: 'message', channel: chat.id, ts: message.ts },
  };
  return [
    at.blocks.length ? h('div', { class: 'blocks', key: 'blocks' }, blocks(at))
      : h('div', { class: 'prose', key: 'text' }, mrkdwn(message.text || '', at.world), message.edited ? h('small', { class: 'quiet' }, ' (edited)') : null),
    (message.files || []).length ? h('div', { class: 'files', key: 'files' }, message.files.map(fileCard)) : null,
  ];
}

/** Drawn messages that nobody is at work in. @type {WeakMap<any, {sign: string, node: any}>} */
const drawn = new WeakMap();

/** A message as it was drawn last, where nothing in it can have changed. @param {any} chat @param {any} message @param {boolean} follows */
function remembered(chat, message, follows) {
  const { me, zone, now } = world();
  const key = `msg ${chat.id} ${message.ts}`;
  const atWork = touched(key) || [...store.busy].some((name) => name.startsWith(`press ${key} `));
  const sign = `${me} ${zone} ${isoDay(now, zone)} ${follows}`;
  const last = drawn.get(message);
  if (!atWork && last?.sign === sign) return last.node;
  const node = one(chat, message, follows);
  if (atWork) drawn.delete(message);
  else drawn.set(message, { sign, node });
  return node;
}

/** @param {any} chat @param {any} message @param {boolean} follows whether the one before is by the same person */
function one(chat, message, follows) {
  const name = nameOf(message);
  const { zone } = world();
  const time = clockTime(message.time, zone);
  return h('article', {
    key: message.ts, class: `message${follows ? ' follows' : ''}${message.ephemeral ? ' ephemeral' : ''}`, tabindex: '-1',
    'data-ts': message.ts, 'data-user': message.user, 'aria-label': `${name}, ${time}${message.ephemeral ? ', only visible to you' : ''}`,
  },
  h('div', { class: 'message-side' }, follows ? h('time', { class: 'side-time', datetime: message.time }, time) : avatar(message.user || name, name, message.is_bot)),
  h('div', { class: 'message-main' },
    message.ephemeral ? h('p', { class: 'only-you', key: 'only' }, icon('eye'), 'Only visible to you') : null,
    follows ? null : h('header', { class: 'message-head', key: 'head' }, h('strong', null, name), message.is_bot ? h('span', { class: 'badge' }, 'bot') : null,
      h('time', { datetime: message.time }, time)),
    body(chat, message)),
  message.ephemeral ? null : h('button', {
    key: 'menu', type: 'button', class: 'btn-plain message-menu', 'aria-label': `Actions for the message of ${name}, ${time}`, 'aria-haspopup': 'menu',
    onclick: (/** @type {any} */ event) => messageMenu(chat, message, event.currentTarget),
  }, icon('more')));
}

/** @param {any} previous @param {any} message */
function continues(previous, message) {
  return Boolean(previous) && previous.user === message.user && previous.ephemeral === message.ephemeral
    && Date.parse(message.time) - Date.parse(previous.time) < 300000 && Date.parse(message.time) >= Date.parse(previous.time);
}

/** @param {any} chat */
function items(chat) {
  const { zone, now } = world();
  const out = [];
  let day = '';
  chat.messages.forEach((/** @type {any} */ message, /** @type {number} */ i) => {
    const today = isoDay(message.time, zone);
    const fresh = today !== day;
    if (fresh) out.push(h('div', { class: 'day', key: `day ${today} ${message.ts}`, role: 'separator', 'aria-label': dayName(message.time, now, zone) },
      h('span', null, dayName(message.time, now, zone))));
    day = today;
    out.push(remembered(chat, message, !fresh && continues(chat.messages[i - 1], message)));
  });
  return out;
}

/** Keep to the newest message unless somebody has scrolled up to read. */
let stuck = true;
let shownChat = '';

/** Follow what comes next: whoever has just written wants to see the answer. */
export function toNewest() {
  stuck = true;
}

/** @param {HTMLElement} el */
function watch(el) {
  let before = 0;
  el.addEventListener('scroll', () => {
    // Only somebody who scrolls up wants to stay there: the list may have grown since it was last at its end.
    if (el.scrollHeight - el.scrollTop - el.clientHeight < 60) stuck = true;
    else if (el.scrollTop < before) stuck = false;
    before = el.scrollTop;
  }, { passive: true });
  const down = () => {
    if (stuck) el.scrollTop = el.scrollHeight;
  };
  new ResizeObserver(down).observe(/** @type {Element} */ (el.firstElementChild));
  new ResizeObserver(down).observe(el);
}

/** The list of messages, or a word on why there is none. */
export function messageList() {
  const chat = currentChat();
  const id = chat?.id || 'none';
  if (id !== shownChat) stuck = true;
  shownChat = id;
  const bot = store.server.bot.name;
  return h('div', { class: 'scroller', key: `chat ${store.me} ${id}`, created: watch, tabindex: '0', role: 'region', 'aria-label': `Messages in ${chat?.name || bot}` },
    h('div', { class: 'messages', role: 'log', 'aria-label': 'Messages', 'aria-live': 'polite', 'aria-relevant': 'additions' },
      chat?.messages.length ? items(chat) : h('div', { class: 'empty', key: 'empty' },
        h('h3', null, 'Nothing here yet'), h('p', null, `Write to ${bot} below, or type / to see what it understands.`))));
}

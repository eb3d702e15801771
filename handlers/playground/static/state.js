/** The page's own state, and how it is kept in step with the server's. */
import { fetchState, listen, post, PlaygroundError } from './api.js';
import { forget } from './forms.js';
import { safeZone } from './time.js';

/** @typedef {import('./mrkdwn.js').World} World */

export const HOME = 'home';
export const MESSAGES = 'messages';

export const store = {
  /** @type {any} the last answer of /playground/state */ server: null,
  /** @type {string} */ me: '',
  /** @type {string} 'home', 'messages' or a channel's id */ place: HOME,
  /** @type {{kind: 'error'|'said', text: string}|null} */ notice: null,
  /** @type {Set<string>} what is on its way to the server */ busy: new Set(),
  /** @type {Record<string, Record<string, string>>} errors of each view's inputs */ errors: {},
  /** @type {Map<string, string>} newest message seen, by person and conversation */ seen: new Map(),
  /** @type {Map<string, string>} unsent text, by person and place */ drafts: new Map(),
  linked: true,
  sidebar: false,
  inspector: false,
  clockMenu: false,
};

let drawPage = () => {};
let queued = false;

/** @param {() => void} draw */
export function onChange(draw) {
  drawPage = draw;
}

/** Draw soon; many changes in one turn draw once. */
export function changed() {
  if (queued) return;
  queued = true;
  queueMicrotask(() => {
    queued = false;
    drawPage();
  });
}

/** @param {string} id */
export const person = (id) => store.server?.people.find((/** @type {any} */ one) => one.id === id) || null;

/** @returns {any} the one the visitor acts as */
export const myself = () => person(store.me);

/** The conversation with the bot, or null when nobody has opened it yet. */
export function botChat() {
  const { conversations, bot } = store.server;
  const chats = conversations.filter((/** @type {any} */ one) => one.kind === 'im');
  return chats.find((/** @type {any} */ one) => one.user === bot.id || one.name === bot.name) || chats[0] || null;
}

/** @returns {any} the conversation on screen, or null in Home */
export function currentChat() {
  if (store.place === HOME) return null;
  if (store.place === MESSAGES) return botChat();
  return store.server.conversations.find((/** @type {any} */ one) => one.id === store.place) || null;
}

/** @returns {World} */
export function world() {
  const { server } = store;
  return {
    personName: (id) => (id === server.bot.id ? server.bot.name : person(id)?.name) || id,
    channelName: (id) => server.conversations.find((/** @type {any} */ one) => one.id === id)?.name || '',
    me: store.me,
    zone: safeZone(myself()?.zone),
    now: server.now,
  };
}

/** @param {any} chat @returns {number} messages of others that came since it was last on screen */
export function unread(chat) {
  if (!chat) return 0;
  const since = store.seen.get(`${store.me} ${chat.id}`) || '';
  return chat.messages.filter((/** @type {any} */ one) => one.ts > since && one.user !== store.me).length;
}

/** What is on screen counts as read; what was there at the first look does too. @param {boolean} first */
function markSeen(first) {
  const here = currentChat();
  for (const chat of store.server.conversations) {
    const newest = chat.messages.at(-1)?.ts || '';
    const key = `${store.me} ${chat.id}`;
    if (chat === here || (first && !store.seen.has(key) && chat.kind !== 'im')) store.seen.set(key, newest);
  }
}

let asked = 0;

/** Fetch the state; an answer that a newer question has overtaken is dropped. */
export async function refresh() {
  const mine = (asked += 1);
  const forWhom = store.me;
  const answer = await fetchState(forWhom);
  if (mine !== asked || forWhom !== store.me) return;
  keepSame(store.server, answer);
  store.server = answer;
  store.me = answer.me;
  forgetClosed();
  markSeen(true);
  changed();
}

/** A message that is as it was stays the same object, so that it need not be drawn again. @param {any} before @param {any} after */
function keepSame(before, after) {
  const known = new Map((before?.conversations || []).flatMap((/** @type {any} */ chat) =>
    chat.messages.map((/** @type {any} */ one) => [`${chat.id} ${one.ts}`, one])));
  for (const chat of after.conversations) {
    chat.messages = chat.messages.map((/** @type {any} */ one) => {
      const old = known.get(`${chat.id} ${one.ts}`);
      return old && JSON.stringify(old) === JSON.stringify(one) ? old : one;
    });
  }
}

/** Entries of modals that are gone must not come back with the next one. */
function forgetClosed() {
  const { view, home } = store.server;
  if (view) return;
  const homeKey = home ? `view ${home.id}` : '';
  forget((key) => key.startsWith('view ') && key !== homeKey);
  store.errors = {};
}

/** @param {any} error @returns {string} */
export function sentence(error) {
  if (error instanceof PlaygroundError) return error.message;
  return 'Something in this page went wrong. Reload it to go on; what was sent is kept.';
}

/** @param {any} error */
export function fail(error) {
  if (!(error instanceof PlaygroundError)) console.error(error);
  store.notice = { kind: 'error', text: sentence(error) };
  changed();
}

/**
 * Ask the server to do something, show that it is under way, and fetch what became of it.
 * @param {string} verb @param {Record<string, any>} body @param {string} [name] what to mark as busy
 * @returns {Promise<any|null>} the answer, or null when it failed (and the page says so)
 */
export async function act(verb, body, name = verb) {
  if (store.busy.has(name)) return null;
  store.busy.add(name);
  store.notice = null;
  changed();
  try {
    return await post(verb, { as: store.me, ...body });
  } catch (error) {
    fail(error);
    return null;
  } finally {
    // Busy until the page shows what became of it: a second click must not act on what is gone.
    await refresh().catch(fail);
    store.busy.delete(name);
    changed();
  }
}

let unlisten = () => {};

/** @param {string} me */
export async function become(me) {
  unlisten();
  store.me = me;
  store.notice = null;
  await refresh();
  const linkChanged = (/** @type {boolean} */ up) => {
    if (store.linked === up) return;
    store.linked = up;
    changed();
  };
  unlisten = listen(store.me, () => refresh().catch(() => linkChanged(false)), linkChanged);
}

/** Go to a place: Home and Messages tell the bot that they were opened. @param {string} place */
export async function open(place) {
  store.place = place;
  store.sidebar = false;
  if (place === HOME || place === MESSAGES) await act(place, {}, `open ${place}`);
  else await refresh().catch(fail);
  markSeen(false);
  changed();
}

/** Where people write: messages, and slash commands with a list of hints. */
import { h } from './dom.js';
import { icon } from './icons.js';
import { openMenu } from './menu.js';
import { toNewest } from './messages.js';
import { act, changed, currentChat, MESSAGES, store } from './state.js';

/** What can follow `/attune`, with words for a person who sees it for the first time. */
const AFTER_ATTUNE = /** @type {[string, string][]} */ ([
  ['', 'Open the form for a phrasing question'],
  ['"Am I a bad patient?"', 'Ask about something a client said'],
  ['help', 'What Attune can do'],
  ['settings', 'Your check-ins and reminders'],
  ['pause 2w', 'No check-ins for two weeks'],
  ['resume', 'Check-ins again'],
  ['my data', 'What is kept about you'],
  ['delete my data', 'Remove what is kept about you'],
  ['privacy', 'Who sees what'],
]);

/** Which hint is marked; -1 is none, so that Enter sends what is typed. */
let marked = -1;
let dismissed = false;
let writing = false;

const draftKey = () => `${store.me} ${store.place}`;
const draft = () => store.drafts.get(draftKey()) || '';

/** @param {string} text */
function setDraft(text) {
  store.drafts.set(draftKey(), text);
  marked = -1;
  dismissed = false;
  changed();
}

/** @returns {{text: string, label: string, note: string}[]} */
function everyHint() {
  return store.server.commands.flatMap((/** @type {any} */ one) => {
    const name = one.command.startsWith('/') ? one.command : `/${one.command}`;
    const words = name === '/attune' ? AFTER_ATTUNE : [['', one.description], ...(one.hint ? [[one.hint, '']] : [])];
    return words.map(([rest, note]) => ({ text: `${name} ${rest}`.trim(), label: `${name} ${rest}`.trim(), note }));
  });
}

function hints() {
  const text = draft();
  if (dismissed || !writing || !text.startsWith('/') || text.includes('\n')) return [];
  return everyHint().filter((one) => one.text.toLowerCase().startsWith(text.trimEnd().toLowerCase()) && one.text !== text);
}

/** @param {string} text */
function take(text) {
  setDraft(text);
  dismissed = true;
  document.getElementById('composer')?.focus();
}

/** @param {string} [instead] what to send when it is not what stands in the box */
async function send(instead) {
  const chat = currentChat();
  const text = (instead ?? draft()).trim();
  if (!chat || !text || store.busy.has('send')) return;
  const key = draftKey();
  const command = text.startsWith('/');
  const name = text.split(/\s/)[0];
  if (command && !store.server.commands.some((/** @type {any} */ one) => one.command === name)) {
    store.notice = { kind: 'error', text: `${name} is not a command here. Try ${store.server.commands[0]?.command || '/attune'}. Your text is kept.` };
    changed();
    return;
  }
  if (instead === undefined) setDraft('');
  toNewest();
  const answer = await act(command ? 'command' : 'say', { channel: chat.id, text }, 'send');
  // What could not be sent goes back into the box, unless something new was begun meanwhile.
  if (!answer && instead === undefined && !store.drafts.get(key)) store.drafts.set(key, text);
  changed();
}

/** @param {KeyboardEvent} event @param {any[]} list */
function onKey(event, list) {
  if (event.isComposing) return;
  if (list.length && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    const step = event.key === 'ArrowDown' ? 1 : -1;
    marked = marked < 0 && step < 0 ? list.length - 1 : (marked + step + list.length) % list.length;
  } else if (list.length && (event.key === 'Tab' && !event.shiftKey || event.key === 'Enter' && !event.shiftKey && marked >= 0)) {
    take(list[Math.max(0, marked)].text);
  } else if (list.length && event.key === 'Escape') {
    dismissed = true;
  } else if (event.key === 'Enter' && !event.shiftKey) {
    send();
  } else {
    return;
  }
  event.preventDefault();
  changed();
}

/** @param {{text: string, label: string, note: string}[]} list */
function hintList(list) {
  return h('div', { class: 'hints', key: 'hints', id: 'hints', role: 'listbox', 'aria-label': 'Commands' },
    list.map((one, i) => h('div', {
      key: one.text, id: `hint-${i}`, class: 'hint-row', role: 'option', 'aria-selected': String(i === marked),
      onpointerdown: (/** @type {Event} */ event) => {
        event.preventDefault();
        take(one.text);
      },
    }, h('span', { class: 'hint-command' }, one.label), h('span', { class: 'hint-note' }, one.note))));
}

/** @param {HTMLElement} anchor */
function shortcutMenu(anchor) {
  const items = store.server.shortcuts.filter((/** @type {any} */ one) => one.type === 'global').map((/** @type {any} */ one) => ({
    label: one.name, note: store.server.bot.name, pick: () => act('shortcut', { callback_id: one.callback_id }, 'shortcut'),
  }));
  openMenu(anchor, 'Shortcuts', [{ heading: 'Shortcuts', items }]);
}

/** What the bot says it is doing, and the questions it offers to begin with. @param {any} chat */
function offers(chat) {
  const prompts = chat?.prompts?.prompts || [];
  return [
    chat?.status ? h('p', { class: 'bot-status', key: 'status', role: 'status' }, `${store.server.bot.name} ${chat.status}`) : null,
    prompts.length && !draft() ? h('div', { class: 'prompts', key: 'prompts', role: 'group', 'aria-label': chat.prompts.title || 'Suggestions' },
      chat.prompts.title ? h('span', { class: 'quiet' }, chat.prompts.title) : null,
      prompts.map((/** @type {any} */ one) => h('button', {
        key: one.title, type: 'button', class: 'btn btn-small', title: one.message, onclick: () => send(one.message) }, one.title))) : null,
  ];
}

export function composer() {
  const chat = currentChat();
  const list = hints();
  const where = store.place === MESSAGES ? store.server.bot.name : `#${chat?.name}`;
  const shortcuts = store.server.shortcuts.some((/** @type {any} */ one) => one.type === 'global');
  return h('form', {
    class: 'composer', key: `composer ${draftKey()}`,
    onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      send();
    },
  },
  list.length ? hintList(list) : null,
  offers(chat),
  h('div', { class: 'composer-box', key: 'box' },
    h('label', { class: 'visually-hidden', for: 'composer' }, `Message ${where}`),
    h('textarea', {
      id: 'composer', rows: '1', value: draft(), disabled: !chat, enterkeyhint: 'send', autocomplete: 'off',
      placeholder: chat ? `Message ${where}, or type /` : 'This conversation is not open yet', 'aria-autocomplete': 'list',
      'aria-controls': list.length ? 'hints' : null, 'aria-activedescendant': list.length && marked >= 0 ? `hint-${marked}` : null,
      'aria-describedby': 'composer-help',
      onfocus: () => {
        writing = true;
        changed();
      },
      onblur: () => {
        writing = false;
        changed();
      },
      oninput: (/** @type {any} */ event) => setDraft(event.target.value),
      onkeydown: (/** @type {KeyboardEvent} */ event) => onKey(event, list),
    }),
    shortcuts ? h('button', {
      type: 'button', class: 'btn-plain', 'aria-label': 'Shortcuts', 'aria-haspopup': 'menu', title: 'Shortcuts',
      onclick: (/** @type {any} */ event) => shortcutMenu(event.currentTarget),
    }, icon('bolt')) : null,
    h('button', { type: 'submit', class: 'btn-plain btn-send', 'aria-label': 'Send', disabled: !chat || !draft().trim() }, icon('send'))),
  h('p', { class: 'composer-help', id: 'composer-help', key: 'help' },
    store.busy.has('send') ? 'Sending …' : [h('kbd', null, 'Enter'), ' sends, ', h('kbd', null, 'Shift + Enter'), ' makes a new line, ', h('kbd', null, '/'), ' shows commands']));
}

/** The raw traffic between the bot and its stand-in, newest first. */
import { fetchTraffic, post } from './api.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { changed, fail, refresh, store } from './state.js';

/** @typedef {{n: number, direction: 'in'|'out', name: string, status: number|string, body: any, ms: number}} Exchange */

const KEPT = 500;
/** @type {Exchange[]} */
let rows = [];
let filter = '';
let asking = false;
/** @type {Set<number>} */
const opened = new Set();

/** Fetch what is new, while the drawer is open. */
export async function follow() {
  if (!store.inspector || asking || document.hidden) return;
  asking = true;
  try {
    const answer = await fetchTraffic(rows.at(-1)?.n ?? 0);
    const fresh = Array.isArray(answer) ? answer : answer.exchanges || answer.traffic || answer.rows || [];
    if (fresh.length) {
      rows = [...rows, ...fresh].slice(-KEPT);
      changed();
    }
  } catch (error) {
    fail(error);
  } finally {
    asking = false;
  }
}

/** @param {Exchange} row */
const isBad = (row) => row.body?.answer?.ok === false || row.body?.ok === false || (typeof row.status === 'number' && row.status >= 400);

/** @param {Exchange} row */
function exchange(row) {
  const out = row.direction === 'out';
  const shown = opened.has(row.n);
  return h('details', {
    key: String(row.n), class: `exchange${isBad(row) ? ' bad' : ''}`, 'data-direction': row.direction,
    ontoggle: (/** @type {any} */ event) => {
      if (event.target.open === opened.has(row.n)) return;
      if (event.target.open) opened.add(row.n);
      else opened.delete(row.n);
      changed();
    },
  }, h('summary', null,
    h('span', { class: `way way-${row.direction}` }, out ? 'to Attune' : 'to Slack'),
    h('span', { class: 'exchange-name' }, row.name), h('span', { class: 'exchange-status' }, String(row.status)),
    h('span', { class: 'exchange-ms' }, `${row.ms} ms`)),
  shown ? h('pre', { tabindex: '0', 'aria-label': `Body of ${row.name}` }, h('code', null, JSON.stringify(row.body, null, 2))) : null);
}

async function clearFaults() {
  try {
    await post('faults', { rules: [] });
    await refresh();
  } catch (error) {
    fail(error);
  }
}

function faultNote() {
  const faults = store.server.faults || [];
  if (!faults.length) return null;
  return h('div', { class: 'faults', key: 'faults' }, icon('alert'),
    h('div', null, h('strong', null, 'Faults are set'), h('pre', null, h('code', null, faults.map((/** @type {any} */ one) => JSON.stringify(one)).join('\n')))),
    h('button', { type: 'button', class: 'btn btn-small', onclick: clearFaults }, 'Clear'));
}

export function inspector() {
  if (!store.inspector) return null;
  const wanted = filter.trim().toLowerCase();
  const shown = rows.filter((row) => row.name.toLowerCase().includes(wanted)).reverse();
  const shut = () => {
    store.inspector = false;
    changed();
    /** @type {HTMLElement|null} */ (document.querySelector('.inspector-toggle'))?.focus();
  };
  return h('aside', {
    class: 'inspector', key: 'inspector', id: 'inspector', 'aria-label': 'Traffic inspector',
    onkeydown: (/** @type {KeyboardEvent} */ event) => (event.key === 'Escape' ? shut() : null),
  },
  h('div', { class: 'inspector-head' }, h('h2', null, 'Traffic'),
    h('input', { type: 'search', class: 'input', 'aria-label': 'Filter by name', placeholder: 'Filter', value: filter,
      created: (/** @type {HTMLElement} */ node) => node.focus(),
      oninput: (/** @type {any} */ event) => {
        filter = event.target.value;
        changed();
      } }),
    h('button', { type: 'button', class: 'btn-plain', 'aria-label': 'Close the inspector', onclick: shut }, icon('close'))),
  faultNote(),
  h('div', { class: 'exchanges', key: 'list', tabindex: '0', role: 'region', 'aria-label': 'Exchanges, newest first' },
    shown.length ? shown.map(exchange) : h('p', { class: 'quiet' }, rows.length ? 'Nothing fits this filter.' : 'Nothing has been exchanged yet.')));
}

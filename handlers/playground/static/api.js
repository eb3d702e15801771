/** Everything the page asks of the playground's server, and nothing else of the network. */

/** An answer that says what went wrong, in a sentence a person can read. */
export class PlaygroundError extends Error {}

const UNREACHABLE = 'The playground did not answer. Is it still running? Nothing you typed is lost.';

/** @param {string} path @param {RequestInit} [options] @returns {Promise<any>} */
async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, { cache: 'no-store', credentials: 'same-origin', ...options });
  } catch {
    throw new PlaygroundError(UNREACHABLE);
  }
  let answer;
  try {
    answer = await response.json();
  } catch {
    throw new PlaygroundError(`The playground gave an answer that is not JSON (HTTP ${response.status}).`);
  }
  if (!response.ok || answer.ok === false) {
    throw new PlaygroundError(answer.error || `The playground refused this (HTTP ${response.status}).`);
  }
  return answer;
}

/** @param {string} verb @param {Record<string, any>} body @returns {Promise<any>} */
export function post(verb, body) {
  return ask(`/playground/${verb}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Playground': '1' },
    body: JSON.stringify(body),
  });
}

/** @param {string} me @returns {Promise<any>} */
export function fetchState(me) {
  return ask(`/playground/state?as=${encodeURIComponent(me)}`);
}

/** @param {number} after @returns {Promise<any>} */
export function fetchTraffic(after) {
  return ask(`/playground/traffic?after=${after}`);
}

/**
 * Listen for changes. The browser reconnects by itself; `onLink(false)` says that it is trying.
 * @param {string} me @param {() => void} onChanged @param {(up: boolean) => void} onLink
 * @returns {() => void} ends the listening
 */
export function listen(me, onChanged, onLink) {
  const source = new EventSource(`/playground/stream?as=${encodeURIComponent(me)}`);
  source.addEventListener('changed', onChanged);
  source.onopen = () => {
    onLink(true);
    onChanged();
  };
  source.onerror = () => onLink(false);
  return () => source.close();
}

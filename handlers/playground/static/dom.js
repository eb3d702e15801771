/**
 * A very small virtual DOM. The page is drawn anew from its state on every change; patching the
 * living elements (instead of replacing them) is what keeps the caret, the focus and half-typed
 * text when the server reports a change.
 */

/**
 * @typedef {{tag: string, props: Record<string, any>, children: Child[], key: string|null, el?: Element}} VNode
 * @typedef {VNode|string} Child
 */

const SVG = 'http://www.w3.org/2000/svg';
/** What the visitor or the browser changes by itself: compare with the living element, not with the last draw. */
const AS_PROPERTY = new Set(['checked', 'indeterminate', 'disabled', 'hidden', 'selected']);

/**
 * Describe an element. `null`, `false` and `undefined` children are left out; arrays are flattened.
 * @param {string} tag
 * @param {Record<string, any>|null} [props] `key` identifies it among its siblings; `hook(el)` runs
 *   after every draw; `created(el)` runs once.
 * @param {...any} children
 * @returns {VNode}
 */
export function h(tag, props, ...children) {
  const { key = null, ...rest } = props || {};
  return { tag, props: rest, children: flatten(children), key };
}

/** @param {any[]} list @returns {Child[]} */
function flatten(list) {
  /** @type {Child[]} */
  const out = [];
  for (const item of list) {
    if (item === null || item === undefined || item === false || item === true) continue;
    if (Array.isArray(item)) out.push(...flatten(item));
    else out.push(typeof item === 'object' ? item : String(item));
  }
  return out;
}

/** @param {Element} el @param {string} name @param {any} value */
function setProp(el, name, value) {
  const target = /** @type {any} */ (el);
  if (name.startsWith('on')) {
    target[name] = value || null;
  } else if (name === 'value') {
    if (target.value !== value) target.value = value;
  } else if (AS_PROPERTY.has(name)) {
    if (target[name] !== Boolean(value)) target[name] = Boolean(value);
  } else if (value === null || value === undefined || value === false) {
    el.removeAttribute(name);
  } else {
    const text = value === true ? '' : String(value);
    if (el.getAttribute(name) !== text) el.setAttribute(name, text);
  }
}

/** @param {VNode} next @param {VNode|null} prev */
function applyProps(next, prev) {
  const el = /** @type {Element} */ (next.el);
  if (prev) {
    for (const name of Object.keys(prev.props)) {
      if (!(name in next.props) && name !== 'value') setProp(el, name, null);
    }
  }
  for (const [name, value] of Object.entries(next.props)) {
    if (name === 'hook' || name === 'created' || name === 'value') continue;
    if (prev && prev.props[name] === value && !AS_PROPERTY.has(name)) continue;
    setProp(el, name, value);
  }
}

/** @param {VNode} node @param {boolean} svg */
function create(node, svg) {
  const inSvg = svg || node.tag === 'svg';
  const el = inSvg ? document.createElementNS(SVG, node.tag) : document.createElement(node.tag);
  node.el = el;
  applyProps(node, null);
  for (const child of node.children) {
    el.append(typeof child === 'string' ? child : create(child, inSvg));
  }
  finish(node);
  if (node.props.created) queueMicrotask(() => node.props.created(el));
  return el;
}

/** The value of a select can only be set when its options exist. @param {VNode} node */
function finish(node) {
  if ('value' in node.props) setProp(/** @type {Element} */ (node.el), 'value', node.props.value);
  if (node.props.hook) queueMicrotask(() => node.props.hook(node.el));
}

/** @param {Child} a @param {Child} b */
function same(a, b) {
  if (typeof a === 'string' || typeof b === 'string') return typeof a === typeof b;
  return a.tag === b.tag && a.key === b.key;
}

/** @param {VNode} prev @param {VNode} next @param {boolean} svg */
function patch(prev, next, svg) {
  if (prev === next) return;
  next.el = prev.el;
  applyProps(next, prev);
  patchChildren(/** @type {Element} */ (next.el), prev.children, next.children, svg || next.tag === 'svg');
  finish(next);
}

/** For each new child the old one it continues, or -1. @param {Child[]} before @param {Child[]} after */
function matchChildren(before, after) {
  const keyed = new Map();
  /** @type {number[]} */
  const loose = [];
  before.forEach((child, i) => {
    if (typeof child !== 'string' && child.key !== null) keyed.set(`${child.tag} ${child.key}`, i);
    else loose.push(i);
  });
  return after.map((child) => {
    if (typeof child !== 'string' && child.key !== null) {
      const id = `${child.tag} ${child.key}`;
      const found = keyed.get(id) ?? -1;
      keyed.delete(id);
      return found;
    }
    const at = loose.findIndex((i) => same(before[i], child));
    return at < 0 ? -1 : loose.splice(0, at + 1)[at];
  });
}

/** @param {Element} parent @param {Child[]} before @param {Child[]} after @param {boolean} svg */
function patchChildren(parent, before, after, svg) {
  const living = Array.from(parent.childNodes);
  const matches = matchChildren(before, after);
  const kept = new Set(matches);
  // Leftovers go first, so that what stays need not be moved: moving an element loses its focus.
  living.forEach((node, i) => {
    if (!kept.has(i)) node.remove();
  });
  after.forEach((child, i) => {
    const match = matches[i];
    const here = parent.childNodes[i] || null;
    const node = match < 0 ? null : living[match];
    if (!node) {
      const made = typeof child === 'string' ? document.createTextNode(child) : create(child, svg);
      parent.insertBefore(made, here);
      return;
    }
    if (node !== here) parent.insertBefore(node, here);
    if (typeof child === 'string') {
      if (node.nodeValue !== child) node.nodeValue = child;
    } else {
      patch(/** @type {VNode} */ (before[match]), child, svg);
    }
  });
}

const mounted = new WeakMap();

/**
 * Draw children into a container, changing only what differs from the last draw.
 * @param {Element} container @param {any[]} children
 */
export function draw(container, children) {
  const next = flatten(children);
  const prev = mounted.get(container);
  if (!prev) container.replaceChildren();
  patchChildren(container, prev || [], next, false);
  mounted.set(container, next);
}

/** Build one element at once, outside of any drawing. @param {VNode} node @returns {HTMLElement} */
export function build(node) {
  return /** @type {HTMLElement} */ (create(node, false));
}

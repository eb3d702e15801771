import { h } from './dom.js';

/** Line icons, drawn for this page on a 20 × 20 grid. */
const PATHS = {
  menu: ['M3 5.5h14', 'M3 10h14', 'M3 14.5h14'],
  close: ['M5 5l10 10', 'M15 5L5 15'],
  back: ['M12.5 4.5L7 10l5.5 5.5'],
  down: ['M5 7.5l5 5 5-5'],
  send: ['M3.5 10L16.5 4l-4 12.5-3-5.5z', 'M9.5 11l7-7'],
  more: ['M4.6 10h.8', 'M9.6 10h.8', 'M14.6 10h.8'],
  bolt: ['M11 2.5L4.5 11.5H10l-1 6 6.5-9H10z'],
  eye: ['M2.5 10S5.300 5 10 5s7.500 5 7.500 5-2.800 5-7.500 5-7.500-5-7.500-5z', 'M10 7.800a2.200 2.200 0 1 0 0 4.400a2.200 2.200 0 1 0 0-4.400z'],
  home: ['M3.500 9.500L10 4l6.500 5.500', 'M5.500 8.500V16h9V8.500'],
  chat: ['M3.500 5h13v8.500H9l-3.500 3v-3h-2z'],
  hash: ['M7.500 3.500l-1.500 13', 'M14 3.500l-1.500 13', 'M4 7.500h13', 'M3 12.500h13'],
  clock: ['M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14z', 'M10 6v4l2.700 2'],
  pulse: ['M2.500 10h3.500l2-5 4 10 2-5h3.500'],
  file: ['M5.500 2.500h6l3.500 3.500v11.500h-9.500z', 'M11.500 2.500v3.500h3.500'],
  check: ['M4.500 10.500l3.500 3.500 7.500-8'],
  up: ['M6 10V16.500H4V10z', 'M6 10l3.500-6.500c1.200 0 1.700.8 1.500 2L10.500 8.500h4.300c1 0 1.600.8 1.400 1.800l-1 4.900c-.2.8-.8 1.300-1.600 1.300H6'],
  thumbdown: ['M6 10V3.500H4V10z', 'M6 10l3.500 6.500c1.200 0 1.700-.8 1.500-2L10.500 11.500h4.300c1 0 1.600-.8 1.400-1.800l-1-4.900c-.2-.8-.8-1.300-1.600-1.300H6'],
  trash: ['M4.500 6h11', 'M8 6V4h4v2', 'M6 6l.7 10.500h6.600L14 6'],
  alert: ['M10 3.500l7.500 13h-15z', 'M10 8v4', 'M10 14.200v.1'],
  copy: ['M7 7h9v9.500H7z', 'M13 7V3.500H4V13h3'],
};

/** @param {keyof typeof PATHS} name @param {string} [extra] further classes */
export function icon(name, extra = '') {
  return h('svg', { class: `icon ${extra}`, viewBox: '0 0 20 20', 'aria-hidden': 'true', focusable: 'false' },
    PATHS[name].map((d) => h('path', { d })));
}

/** Attune's own mark: a wave, and the middle line it returns to. */
export function mark(extra = '') {
  return h('svg', { class: `mark ${extra}`, viewBox: '0 0 32 32', 'aria-hidden': 'true', focusable: 'false' },
    h('path', { class: 'wave', d: 'M5 16c3.400 0 3.400-7.500 7-7.500 3.800 0 4.200 15 8 15 3.600 0 3.600-7.500 7-7.500' }),
    h('path', { d: 'M5 16h22' }), h('circle', { cx: '16', cy: '16', r: '3.200' }));
}

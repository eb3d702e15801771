/** Tables, and charts read out as tables: figures that everybody can read, whatever they see. */
import { h } from './dom.js';
import { plainString } from './mrkdwn.js';
import { richText } from './richtext.js';

/** @typedef {import('./mrkdwn.js').World} World */

/** @param {any} cell @param {World} world */
function cellContent(cell, world) {
  if (cell === null || cell === undefined) return '';
  if (typeof cell !== 'object') return String(cell);
  if (cell.type === 'rich_text') return richText(cell, world);
  if (cell.type === 'raw_number') return String(cell.text ?? cell.value ?? '');
  return plainString(cell.text ?? cell.value ?? '');
}

/**
 * @param {string} caption @param {any[]} head cells @param {any[][]} body rows of cells
 * @param {{rowHeader?: number|null, align?: (string|undefined)[]}} [options]
 */
function grid(caption, head, body, { rowHeader = null, align = [] } = {}) {
  const side = (/** @type {number} */ i) => (align[i] ? `align-${align[i]}` : null);
  return h('div', { class: 'table-wrap', tabindex: '0', role: 'group', 'aria-label': caption || 'Table' },
    h('table', null,
      caption ? h('caption', null, caption) : null,
      h('thead', null, h('tr', null, head.map((cell, i) => h('th', { scope: 'col', class: side(i) }, cell)))),
      h('tbody', null, body.map((row) => h('tr', null, row.map((cell, i) =>
        (i === rowHeader ? h('th', { scope: 'row', class: side(i) }, cell) : h('td', { class: side(i) }, cell))))))));
}

/** `table` and `data_table`: the first row is the heading. @param {any} block @param {World} world */
export function tableBlock(block, world) {
  const rows = (block.rows || []).map((/** @type {any} */ row) =>
    (row.cells || row).map((/** @type {any} */ cell) => cellContent(cell, world)));
  const align = (block.column_settings || []).map((/** @type {any} */ column) => column?.align);
  const numbers = (block.rows?.[1]?.cells || block.rows?.[1] || []).map((/** @type {any} */ cell) =>
    (cell?.type === 'raw_number' ? 'right' : undefined));
  return grid(plainString(block.caption), rows[0] || [], rows.slice(1),
    { rowHeader: block.row_header_column_index ?? null, align: align.length ? align : numbers });
}

/** `data_visualization`: the chart's numbers as a table. @param {any} block */
export function chartBlock(block) {
  const chart = block.chart || {};
  const title = plainString(block.title) || 'Chart';
  const slices = chart.segments || chart.slices;
  if (slices) {
    const rows = slices.map((/** @type {any} */ slice) => [plainString(slice.label ?? slice.name), String(slice.value)]);
    return grid(`${title} (${chart.type} chart)`, ['', 'Value'], rows, { rowHeader: 0, align: [undefined, 'right'] });
  }
  /** @type {any[]} */
  const series = chart.series || [];
  const labels = chart.axis_config?.categories || (series[0]?.data || []).map((/** @type {any} */ point) => point.label);
  const value = (/** @type {any} */ one, /** @type {any} */ label) => {
    const point = (one.data || []).find((/** @type {any} */ p) => p.label === label);
    return point?.value === undefined || point?.value === null ? '–' : String(point.value);
  };
  return grid(`${title} (${chart.type || 'line'} chart)`,
    [plainString(chart.axis_config?.x_label) || '', ...series.map((one) => plainString(one.name))],
    labels.map((/** @type {any} */ label) => [plainString(label), ...series.map((one) => value(one, label))]),
    { rowHeader: 0, align: [undefined, ...series.map(() => 'right')] });
}

// chart.js - how much happened when, drawn as an SVG: three lines over time, and the same numbers
// as a table for who does not see it.
// SPDX-License-Identifier: EUPL-1.2

import { html } from './parts.js';

const WIDTH = 960;
const HEIGHT = 260;
const LEFT = 48;
const BOTTOM = 28;
const TOP = 12;

/** [key, words, which amounts it adds, dashes of its line] */
const series = [
  ['intake', 'eingegangen (Scans)', ['scan received', 'scan refused', 'scan duplicate'], ''],
  ['read', 'gelesen (Scans)', ['scan read'], '8 4'],
  ['filed', 'abgelegt (Dokumente)', ['document filed'], '2 4'],
  ['clearing', 'in Klärung gekommen', ['document clearing'], '12 4 2 4'],
];

/** One amount for every step, also where nothing happened. */
function fill({ points, since_ms: since, until_ms: until, step_ms: step }) {
  const known = new Map(points.map((point) => [point.at_ms, point]));
  const filled = [];
  for (let at = since - (since % step); at <= until; at += step) {
    const point = known.get(at) ?? {};
    filled.push({
      at,
      ...Object.fromEntries(series.map(([key, , names]) => [key, names.reduce((sum, name) => sum + (point[name] ?? 0), 0)])),
    });
  }
  return filled;
}

/** 1, 2 or 5 times a power of ten, so that about four lines fit. */
function niceStep(most) {
  const rough = Math.max(most / 4, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
}

function timeOf(at, step) {
  const moment = new Date(at);
  return step >= 86400000
    ? moment.toLocaleDateString('de-DE', { day: '2-digit', month: '2-digit' })
    : moment.toLocaleTimeString('de-DE', { hour: '2-digit', minute: '2-digit' });
}

export function ActivityChart({ activity }) {
  const filled = fill(activity);
  const most = Math.max(1, ...filled.flatMap((point) => series.map(([key]) => point[key])));
  const unit = niceStep(most);
  const top = Math.ceil(most / unit) * unit;
  const x = (index) => LEFT + (index * (WIDTH - LEFT - 12)) / Math.max(filled.length - 1, 1);
  const y = (value) => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);
  const lines = Array.from({ length: Math.round(top / unit) + 1 }, (_, index) => index * unit);
  const every = Math.ceil(filled.length / 8);
  const rows = filled.filter((point) => series.some(([key]) => point[key] > 0));

  return html`<figure class="chart">
    <ul class="chart__legend">
      ${series.map(([key, words, , dash]) => html`<li key=${key}><svg width="40" height="12" aria-hidden="true"><line class="chart__line chart__line--${key}" stroke-dasharray=${dash} x1="0" x2="40" y1="6" y2="6" /></svg>${words}</li>`)}
    </ul>
    <svg class="chart__drawing" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Verlauf: höchstens ${most} in einem Schritt; die Zahlen stehen in der Tabelle darunter.">
      ${lines.map((value) => html`<g key=${value}><line class="chart__grid" x1=${LEFT} x2=${WIDTH - 12} y1=${y(value)} y2=${y(value)} /><text class="chart__label" x=${LEFT - 8} y=${y(value) + 5} text-anchor="end">${value.toLocaleString('de-DE')}</text></g>`)}
      ${filled.map((point, index) => index % every === 0 && html`<text key=${point.at} class="chart__label" x=${x(index)} y=${HEIGHT - 6} text-anchor=${index === filled.length - 1 ? 'end' : 'middle'}>${timeOf(point.at, activity.step_ms)}</text>`)}
      ${series.map(([key, , , dash]) => html`<polyline key=${key} class="chart__line chart__line--${key}" stroke-dasharray=${dash} points=${filled.map((point, index) => `${x(index)},${y(point[key])}`).join(' ')} />`)}
    </svg>
    <details class="chart__numbers">
      <summary>Zahlen als Tabelle</summary>
      <div class="kern-table-responsive" role="region" aria-label="Verlauf als Tabelle" tabindex="0"><table class="kern-table kern-table--small">
        <thead class="kern-table__head"><tr class="kern-table__row"><th scope="col" class="kern-table__header">Zeit</th>${series.map(([key, words]) => html`<th key=${key} scope="col" class="kern-table__header kern-table__header--numeric">${words}</th>`)}</tr></thead>
        <tbody class="kern-table__body">${rows.map((point) => html`<tr key=${point.at} class="kern-table__row"><td class="kern-table__cell">${timeOf(point.at, activity.step_ms)}</td>${series.map(([key]) => html`<td key=${key} class="kern-table__cell kern-table__cell--numeric">${point[key]}</td>`)}</tr>`)}</tbody>
      </table></div>
    </details>
  </figure>`;
}

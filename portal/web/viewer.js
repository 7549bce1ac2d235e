// viewer.js - the pages of a document: their pictures, the words on them, and marks around words.
//
// Each page is one SVG in the pixels of its reading. The words lie over the picture, unseen, so that
// they can be selected and copied; while there is no picture they are drawn themselves. Turning and
// zooming change the SVG alone.
// SPDX-License-Identifier: EUPL-1.2

import { useEffect, useRef, useState } from 'preact/hooks';
import { get, getText } from './api.js';
import { Alert, html, Icon, Loading, useLoaded } from './parts.js';

const ZOOMS = [50, 75, 100, 125, 150, 200, 300, 400];
const MARGIN = 6; // px around a marked word

const wordsOf = new Map(); // address -> promise; pages are asked for once
const REMEMBERED = 60;

/** The words of a page, from memory when they were asked for before. */
export function loadWords(id, number) {
  const address = `/api/v1/documents/${id}/pages/${number}/words`;
  if (!wordsOf.has(address)) {
    if (wordsOf.size >= REMEMBERED) wordsOf.delete(wordsOf.keys().next().value);
    const asked = get(address);
    asked.catch(() => wordsOf.delete(address));
    wordsOf.set(address, asked);
  }
  return wordsOf.get(address);
}

export const loadPages = async (id) => (await get(`/api/v1/documents/${id}/pages`)).results;

export const pictureOf = (id, number) => `/api/v1/documents/${id}/pages/${number}/preview`;
export const thumbnailOf = (id, number) => `/api/v1/documents/${id}/pages/${number}/thumbnail`;

// ---- one page ------------------------------------------------------------------------------------

function Word({ word, isDrawn }) {
  const [text, left, top, width, height] = word;
  return html`<text
    class=${isDrawn ? 'page__word page__word--drawn' : 'page__word'}
    x=${left}
    y=${top + height * 0.8}
    font-size=${height * 0.9}
    textLength=${width}
    lengthAdjust="spacingAndGlyphs"
  >${text}${' '}</text>`;
}

function Mark({ mark, isLit }) {
  const [left, top, width, height] = mark.box;
  return html`<rect
    class="page__mark page__mark--${mark.speaksFor ? 'for' : 'against'} ${isLit ? 'page__mark--lit' : ''}"
    x=${left - MARGIN}
    y=${top - MARGIN}
    width=${width + 2 * MARGIN}
    height=${height + 2 * MARGIN}
    rx="4"
  />`;
}

/** How the page's own pixels stand in the turned picture. */
function turned({ width, height }, turn) {
  const moves = {
    0: '', 90: `translate(${height} 0) rotate(90)`,
    180: `translate(${width} ${height}) rotate(180)`, 270: `translate(0 ${width}) rotate(270)`,
  };
  const [wide, high] = turn % 180 === 0 ? [width, height] : [height, width];
  return { box: `0 0 ${wide} ${high}`, move: moves[turn] };
}

function Page({ id, page, index, count, zoom, turn, marks, lit, onSeen }) {
  const place = useRef(null);
  const [isNear, setNear] = useState(false);
  const [words, setWords] = useState(null);
  const [hasPicture, setPicture] = useState(page.preview === true);
  const { box, move } = turned(page, (turn + (page.turned ?? 0)) % 360);

  useEffect(() => {
    const near = new IntersectionObserver(([entry]) => entry.isIntersecting && setNear(true), { rootMargin: '600px 0px' });
    const seen = new IntersectionObserver(([entry]) => entry.intersectionRatio > 0.5 && onSeen(index), { threshold: [0.51, 0.9] });
    near.observe(place.current);
    seen.observe(place.current);
    return () => {
      near.disconnect();
      seen.disconnect();
    };
  }, []);

  useEffect(() => {
    let isGone = false;
    if (!isNear) return undefined;
    loadWords(id, page.number).then((loaded) => !isGone && setWords(loaded.words)).catch(() => {});
    return () => { isGone = true; };
  }, [isNear, id, page.number]);

  useEffect(() => {
    if (lit && lit.page === page.number) {
      place.current.querySelector('.page__mark--lit')?.scrollIntoView({ block: 'center', behavior: 'smooth' });
    }
  }, [lit]);

  return html`<div class="page" ref=${place} id="page-${page.number}" style=${{ width: `${zoom}%` }}>
    <svg viewBox=${box} role="img" aria-label="Seite ${index + 1} von ${count}">
      <g transform=${move}>
        <rect class="page__paper" width=${page.width} height=${page.height} />
        ${hasPicture &&
        html`<image
          href=${pictureOf(id, page.number)}
          width=${page.width}
          height=${page.height}
          preserveAspectRatio="none"
          onError=${() => setPicture(false)}
        />`}
        ${marks.map((mark, at) => html`<${Mark} key=${at} mark=${mark} isLit=${lit === mark} />`)}
        ${words?.map((word, at) => html`<${Word} key=${at} word=${word} isDrawn=${!hasPicture} />`)}
      </g>
    </svg>
  </div>`;
}

// ---- beside the pages ----------------------------------------------------------------------------

function Thumbnails({ id, pages, current, onPage }) {
  return html`<ol class="thumbnails" aria-label="Seiten">
    ${pages.map(
      (page, index) => html`<li key=${page.number}>
        <button
          type="button"
          class="thumbnails__page"
          aria-current=${index === current ? 'true' : undefined}
          aria-label="Seite ${index + 1}"
          onClick=${() => onPage(index)}
        >
          ${page.preview
            ? html`<img src=${thumbnailOf(id, page.number)} alt="" loading="lazy" />`
            : html`<span class="thumbnails__paper" aria-hidden="true"></span>`}
          <span aria-hidden="true">${index + 1}</span>
        </button>
      </li>`,
    )}
  </ol>`;
}

function Tool({ sign, label, disabled, onClick }) {
  return html`<button type="button" class="tool" title=${label} aria-label=${label} disabled=${disabled} onClick=${onClick}>
    <span aria-hidden="true">${sign}</span>
  </button>`;
}

function TextOfPages({ id }) {
  const { value, error } = useLoaded(() => getText(`/api/v1/documents/${id}/text`), id, 0);
  if (error) return html`<${Alert} look="danger" title=${error} role="alert" />`;
  if (value === null) return html`<${Loading} />`;
  const pages = value.split('\f');
  return html`<div class="viewer__text">${pages.map(
    (page, index) => html`<section key=${index} class="text-page">
      ${pages.length > 1 && html`<h3 class="kern-heading-x-small">Seite ${index + 1}</h3>`}
      <pre tabindex="0" role="region" aria-label="Erkannter Text, Seite ${index + 1}">${page.trim()}</pre>
    </section>`,
  )}</div>`;
}

/** Evidence that stands on a page, as marks: {page, box, speaksFor}. */
export function marksOf(explanation) {
  const seen = new Map();
  for (const candidate of explanation?.candidates ?? []) {
    for (const evidence of candidate.evidence) {
      if (!evidence.box || evidence.page < 1) continue;
      const key = `${evidence.page} ${evidence.box.join(' ')}`;
      if (!seen.has(key)) seen.set(key, { page: evidence.page, box: evidence.box, speaksFor: evidence.weight >= 0 });
    }
  }
  return [...seen.values()];
}

/** The mark of a piece of evidence; undefined when it is on no page. */
export const markOf = (marks, evidence) =>
  marks.find((mark) => mark.page === evidence.page && evidence.box && String(mark.box) === String(evidence.box));

export function Viewer({ id, pages, marks, lit }) {
  const [zoom, setZoom] = useState(100);
  const [turn, setTurn] = useState(0);
  const [current, setCurrent] = useState(0);
  const [isText, setText] = useState(false);
  const frame = useRef(null);
  const step = (by) => setZoom(ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, ZOOMS.indexOf(zoom) + by))]);

  useEffect(() => {
    setCurrent(0);
    setTurn(0);
    if (frame.current) frame.current.scrollTop = 0;
  }, [id]);

  function goTo(index) {
    setCurrent(index);
    document.getElementById(`page-${pages[index].number}`)?.scrollIntoView({ block: 'start', behavior: 'smooth' });
  }

  return html`<section class="viewer" aria-label="Das Schreiben">
    <div class="viewer__bar" role="toolbar" aria-label="Ansicht">
      <${Tool} sign="−" label="Kleiner" disabled=${zoom === ZOOMS[0] || isText} onClick=${() => step(-1)} />
      <span class="viewer__zoom" aria-live="polite">${zoom} %</span>
      <${Tool} sign="+" label="Größer" disabled=${zoom === ZOOMS.at(-1) || isText} onClick=${() => step(1)} />
      <${Tool} sign="↻" label="Nach rechts drehen" disabled=${isText} onClick=${() => setTurn((turn + 90) % 360)} />
      <span class="viewer__pages">
        <${Tool} sign="↑" label="Vorige Seite" disabled=${current === 0 || isText} onClick=${() => goTo(current - 1)} />
        <span>Seite ${current + 1} von ${pages.length}</span>
        <${Tool} sign="↓" label="Nächste Seite" disabled=${current >= pages.length - 1 || isText} onClick=${() => goTo(current + 1)} />
      </span>
      <span class="tabs">
        <button type="button" class="tabs__tab" aria-current=${isText ? undefined : 'true'} onClick=${() => setText(false)}>Bild</button>
        <button type="button" class="tabs__tab" aria-current=${isText ? 'true' : undefined} onClick=${() => setText(true)}>Text</button>
      </span>
      <a class="kern-link viewer__download" href="/api/v1/documents/${id}/pdf?download=1" download><${Icon} name="download" />PDF</a>
    </div>
    ${isText
      ? html`<${TextOfPages} id=${id} />`
      : html`<div class="viewer__body">
          ${pages.length > 1 && html`<${Thumbnails} id=${id} pages=${pages} current=${current} onPage=${goTo} />`}
          <div class="viewer__frame" ref=${frame} tabindex="0" role="region" aria-label="Seiten des Schreibens">
            ${pages.map(
              (page, index) => html`<${Page}
                key=${`${id} ${page.number}`}
                id=${id}
                page=${page}
                index=${index}
                count=${pages.length}
                zoom=${zoom}
                turn=${turn}
                marks=${marks.filter((mark) => mark.page === page.number)}
                lit=${lit}
                onSeen=${setCurrent}
              />`,
            )}
          </div>
        </div>`}
  </section>`;
}

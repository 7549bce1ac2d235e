// words.js - what the machine's words are called in German. Data only; whatever is missing here is
// shown as it is, made readable.
// SPDX-License-Identifier: EUPL-1.2

/** state: [words, look of the badge, what it means] */
export const documentStates = {
  matching: ['In Zuordnung', 'info', 'Das Programm ordnet das Dokument gerade zu.'],
  clearing: ['In Klärung', 'warning', 'Ein Mensch muss entscheiden.'],
  filed: ['Abgelegt', 'success', 'Das Dokument liegt im Fall.'],
  forwarded: ['Weitergeleitet', 'info', 'Das Dokument ging an eine andere Stelle.'],
  discarded: ['Aussortiert', 'info', 'Das Dokument wird nicht gebraucht.'],
  recalled: ['Zurückgeholt', 'warning', 'Das Dokument lag falsch und wird neu zugeordnet.'],
  corrupt: ['Beschädigt', 'danger', 'Die Verwaltung muss nachsehen.'],
  purged: ['Gelöscht', 'info', 'Das Dokument wurde von zwei Personen gelöscht.'],
  arranging: ['Wird neu geordnet', 'info', 'Die Seiten werden neu zusammengestellt.'],
  replaced: ['Ersetzt', 'info', 'Die Seiten liegen jetzt in anderen Dokumenten.'],
};

export const scanStates = {
  received: ['Übernommen', 'info'],
  reading: ['Wird gelesen', 'info'],
  read: ['Gelesen', 'success'],
  failed: ['Nicht lesbar', 'danger'],
  refused: ['Abgelehnt', 'danger'],
  duplicate: ['Schon da', 'warning'],
  corrupt: ['Beschädigt', 'danger'],
  purged: ['Gelöscht', 'info'],
};

const kinds = {
  anhoerung: 'Anhörung',
  antrag_formlos: 'Antrag (formlos)',
  antrag_formular: 'Antrag (Formular)',
  anwalt: 'Anwaltsschreiben',
  asyl: 'Asylbewerberleistung',
  attest: 'Attest oder Befund',
  auskunft: 'Auskunftsersuchen',
  ausweis: 'Ausweiskopie',
  behoerde: 'Behördenschreiben',
  bestattung: 'Bestattungskosten',
  betreuung: 'Betreuung oder Vollmacht',
  bildung_teilhabe: 'Bildung und Teilhabe',
  eilantrag: 'Eilantrag',
  eingliederungshilfe: 'Eingliederungshilfe',
  energiesperre: 'Energiesperre',
  fristverlaengerung: 'Fristverlängerung',
  hilfe_zur_pflege: 'Hilfe zur Pflege',
  klage: 'Klage oder Gerichtspost',
  kontoauszug: 'Kontoauszug',
  krankenhaus: 'Krankenhaus',
  kuendigung_wohnung: 'Kündigung der Wohnung',
  lohnabrechnung: 'Lohnabrechnung',
  mietbescheinigung: 'Mietbescheinigung',
  mietvertrag: 'Mietvertrag',
  nachreichung: 'Nachgereichte Unterlagen',
  nebenkosten: 'Nebenkostenabrechnung',
  pfaendung: 'Pfändung',
  rechnung_pflege: 'Rechnung Pflege',
  rentenbescheid: 'Rentenbescheid',
  sachstand: 'Sachstandsanfrage',
  schulbescheinigung: 'Schulbescheinigung',
  schwerbehinderung: 'Schwerbehinderung',
  sterbefall: 'Sterbefall',
  ueberpruefungsantrag: 'Überprüfungsantrag',
  veraenderung: 'Veränderungsmitteilung',
  weiterbewilligung: 'Weiterbewilligung',
  werbung: 'Werbung',
  widerspruch: 'Widerspruch',
  zustellung: 'Förmliche Zustellung',
};

/** Every kind there is a word for, in the order of the words. */
export const kindNames = Object.keys(kinds).sort((one, other) => kinds[one].localeCompare(kinds[other], 'de'));

const flags = { deadline: 'Frist', urgent: 'Eilig' };

const guards = { address: 'Sperrvermerk', staff: 'Mitarbeiterfall', medical: 'Gesundheitsdaten' };

const evidenceKinds = {
  case_number: 'Aktenzeichen',
  name: 'Name',
  birth_date: 'Geburtsdatum',
  address: 'Anschrift',
  iban: 'IBAN',
  bg_number: 'BG-Nummer',
  insurance_number: 'Versicherungsnummer',
  health_number: 'Krankenversichertennummer',
  tax_id: 'Steuer-ID',
  child_benefit: 'Kindergeldnummer',
  child_benefit_number: 'Kindergeldnummer',
  id_card: 'Ausweisnummer',
  customer_number: 'Kundennummer der Agentur für Arbeit',
  court_reference: 'Aktenzeichen eines Gerichts',
  authority_reference: 'Zeichen einer anderen Behörde',
  institution_number: 'Institutionskennzeichen',
  name_sounds: 'Ähnlich klingender Name',
  code: 'Strichcode',
  status: 'Stand des Falls',
  closed_case: 'Der Fall ist beendet',
  other_case_number: 'Anderes Aktenzeichen',
  other_person: 'Andere Person',
  named_later: 'Erst weiter unten genannt',
  expected_paper: 'Angeforderte Unterlage',
  same_batch: 'Im selben Stapel',
  same_envelope: 'Im selben Umschlag',
  same_submission: 'Zusammen abgegeben',
};

const compartments = {
  all: 'Alles zusammen',
  before_midnight: 'Nachtbriefkasten: vor Mitternacht',
  after_midnight: 'Nachtbriefkasten: nach Mitternacht',
};

/** How a letter came; "" is: nobody said. */
const channels = {
  '': 'nicht angegeben',
  post: 'Post',
  letterbox: 'Hausbriefkasten',
  night_letterbox: 'Nachtbriefkasten',
  desk: 'persönlich abgegeben',
  service: 'förmliche Zustellung',
  internal: 'Hauspost',
  fax: 'Fax',
  email: 'E-Mail oder Behördenpostfach',
};

const workerKinds = { reader: 'Leser', filer: 'Zuordnung' };
const jobKinds = { read: 'liest', match: 'ordnet zu', file: 'legt ab', compose: 'stellt zusammen' };
const roles = {
  mailroom: 'Scanstelle',
  caseworker: 'Sachbearbeitung',
  lead: 'Teamleitung',
  quality: 'Qualitätssicherung',
  registry: 'Registratur',
  auditor: 'Revision',
  admin: 'Verwaltung',
};

function readable(word) {
  const spaced = word.replaceAll('_', ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

const lookUp = (table) => (word) => table[word] ?? readable(word);

export const kindWords = (kind) => (kind ? lookUp(kinds)(kind) : 'Schreiben');
/** "to:jobcenter" and "sealed:wahl" come from the address field or an envelope. */
export const guardWords = (name) => guards[name] ?? name;

export function flagWords(flag) {
  if (flag.startsWith('to:')) return `An: ${readable(flag.slice(3))}`;
  if (flag.startsWith('sealed:')) return `Nicht öffnen: ${readable(flag.slice(7))}`;
  return lookUp(flags)(flag);
}
export const evidenceWords = lookUp(evidenceKinds);
export const compartmentWords = lookUp(compartments);
export const compartmentNames = Object.keys(compartments);
export const channelWords = lookUp(channels);
export const channelNames = Object.keys(channels);
export const workerKindWords = lookUp(workerKinds);
export const jobKindWords = lookUp(jobKinds);
export const roleWords = lookUp(roles);

/** "auto" is the machine; everything else is a person's name. */
export const deciderWords = (decider) => (decider === 'auto' ? 'Automatik' : decider);

/** "2026-03-02T08:15:00+01:00" as "02.03.2026, 08:15": the office's time, not the browser's. */
export function timeWords(stamp) {
  if (!stamp) return '–';
  return `${dayWords(stamp)}, ${stamp.slice(11, 16)}`;
}

export function dayWords(day) {
  const [year, month, date] = day.slice(0, 10).split('-');
  return date === undefined ? day : `${date}.${month}.${year}`;
}

/** Today, as a date field has it. */
export function todayStamp() {
  const now = new Date();
  const two = (number) => String(number).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** 0.874 as "87,4 %"; never rounded up to a certainty that is not there. */
export function shareWords(share) {
  if (share > 0.999) return '> 99,9 %';
  const tenths = Math.floor(share * 1000 + 1e-9) / 10;
  return `${tenths.toLocaleString('de-DE', { maximumFractionDigits: 1 })} %`;
}

export function countWords(count, one, many) {
  return `${count.toLocaleString('de-DE')} ${count === 1 ? one : many}`;
}

export function sizeWords(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let number = bytes;
  for (; number >= 1000 && unit < units.length - 1; unit++) number /= 1000;
  return `${number.toLocaleString('de-DE', { maximumFractionDigits: number < 10 ? 1 : 0 })} ${units[unit]}`;
}

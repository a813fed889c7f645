/**
 * Runs in a browser: every way in which a web page can send a request. It calls each and reports what it could read.
 *
 * @typedef {{ url: string, body: string, fields?: Record<string, string> }} Target with the fields of a form, if not the body alone
 * @typedef {(target: Target) => Promise<string | undefined>} Way gives what the page could read, if anything
 */

const PATIENCE_MS = 2_500;
/** How many frames there have been: each has a name of its own. */
let frames = 0;

/** @param {string} method @param {RequestInit} [options] @returns {Way} */
const byFetch =
  (method, options) =>
  async ({ url, body }) => {
    const response = await fetch(url, { method, ...(/GET|HEAD/.test(method) ? {} : { body }), ...options });
    return response.type === 'opaque' ? undefined : `${response.status} ${await response.text()}`;
  };

/** @param {string} tag @param {'src' | 'href' | 'data'} attribute @param {Record<string, string>} [more] @returns {Way} */
const byElement =
  (tag, attribute, more) =>
  ({ url }) =>
    new Promise((resolve, reject) => {
      const element = Object.assign(document.createElement(tag), more);
      element.onload = () => resolve(documentIn(element));
      element.onerror = () => reject(new Error('not loaded'));
      element.setAttribute(attribute, url);
      document.body.append(element);
    });

/** What a frame shows, where the page may look into it. @param {HTMLElement} element */
function documentIn(element) {
  if (!(element instanceof HTMLIFrameElement)) return undefined;
  try {
    return element.contentDocument?.documentElement.outerHTML;
  } catch {
    return undefined; // another origin
  }
}

/** @param {Target} target */
function fieldsOf({ body, fields = { [body]: '' } }) {
  return Object.entries(fields);
}

/** @type {Way} */
const byFormData = async (target) => {
  const body = new FormData();
  for (const [name, value] of fieldsOf(target)) body.set(name, value);
  await fetch(target.url, { method: 'POST', mode: 'no-cors', body });
  return undefined;
};

/** @param {'get' | 'post'} method @param {string} enctype @returns {Way} */
const byForm = (method, enctype) => (target) =>
  new Promise((resolve) => {
    frames += 1;
    const frame = Object.assign(document.createElement('iframe'), { name: `frame${frames}` });
    const settings = { action: target.url, method, enctype, target: frame.name };
    const form = Object.assign(document.createElement('form'), settings);
    for (const [name, value] of fieldsOf(target)) {
      form.append(Object.assign(document.createElement('textarea'), { name, value }));
    }
    document.body.append(frame, form);
    form.submit();
    frame.onload = () => resolve(documentIn(frame));
  });

/** @param {EventTarget} source @returns {Promise<string | undefined>} */
const firstOf = (source) =>
  new Promise((resolve, reject) => {
    source.addEventListener('open', () => resolve('open'));
    source.addEventListener('message', () => resolve('message'));
    source.addEventListener('error', () => reject(new Error('not opened')));
  });

/** @type {Record<string, Way>} */
const WAYS = {
  'fetch GET': byFetch('GET'),
  'fetch POST as text': byFetch('POST'),
  'fetch POST as JSON': byFetch('POST', { headers: { 'Content-Type': 'application/json' } }),
  'fetch PUT': byFetch('PUT'),
  'fetch DELETE': byFetch('DELETE'),
  'fetch GET without CORS': byFetch('GET', { mode: 'no-cors' }),
  'fetch POST without CORS': byFetch('POST', { mode: 'no-cors' }),
  'fetch POST without CORS and referrer': byFetch('POST', { mode: 'no-cors', referrerPolicy: 'no-referrer' }),
  'POST at the end of the page': byFetch('POST', { mode: 'no-cors', keepalive: true }),
  XMLHttpRequest: ({ url }) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.onload = () => resolve(`${request.status} ${request.responseText}`);
      request.onerror = () => reject(new Error('not loaded'));
      request.open('GET', url);
      request.send();
    }),
  sendBeacon: async ({ url, body }) => void navigator.sendBeacon(url, body),
  'form with GET': byForm('get', 'text/plain'),
  'form with text': byForm('post', 'text/plain'),
  'form with fields': byForm('post', 'application/x-www-form-urlencoded'),
  'form with files': byForm('post', 'multipart/form-data'),
  'fetch POST of a form without CORS': byFormData,
  iframe: byElement('iframe', 'src'),
  img: byElement('img', 'src'),
  script: byElement('script', 'src'),
  'style sheet': byElement('link', 'href', { rel: 'stylesheet' }),
  video: byElement('video', 'src'),
  object: byElement('object', 'data'),
  EventSource: ({ url }) => firstOf(new EventSource(url)),
  WebSocket: ({ url }) => firstOf(new WebSocket(url.replace(/^http/, 'ws'))),
};

/**
 * Tries every way on a target.
 *
 * @param {Target} target
 * @returns {Promise<Record<string, string>>} what could be read, by way
 */
export async function tryAll(target) {
  /** @type {Record<string, string>} */
  const read = {};
  await Promise.all(
    Object.entries(WAYS).map(async ([name, way]) => {
      const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, undefined));
      const text = await Promise.race([way(target), late]).catch(() => undefined);
      if (typeof text === 'string') read[name] = text;
    }),
  );
  document.body.replaceChildren();
  return read;
}

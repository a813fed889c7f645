import { format } from 'node:util';

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/**
 * Makes `console` write lines as the managed runtime does: tab-separated text, or one JSON object per line. Line feeds
 * become carriage returns, so that each call is one line.
 *
 * @param {{ json: boolean, minimumLevel: string, requestId: () => string }} options
 */
export function patchConsole({ json, minimumLevel, requestId }) {
  const line = json ? jsonLine : textLine;
  const lowest = Math.max(0, levels.indexOf(minimumLevel));

  /** @param {string} level */
  const writerFor = (level) => {
    if (levels.indexOf(level) < lowest) return () => {};
    return (/** @type {unknown} */ message, /** @type {unknown[]} */ ...values) => {
      process.stdout.write(`${line(level, requestId(), message, values).replaceAll('\n', '\r')}\n`);
    };
  };
  const info = writerFor('INFO');
  Object.assign(console, {
    trace: writerFor('TRACE'),
    debug: writerFor('DEBUG'),
    info,
    log: info,
    warn: writerFor('WARN'),
    error: writerFor('ERROR'),
    fatal: writerFor('FATAL'),
  });
}

/** @param {string} level @param {string} requestId @param {unknown} message @param {unknown[]} values */
function textLine(level, requestId, message, values) {
  return [new Date().toISOString(), requestId, level, format(message, ...values)].join('\t');
}

/** @param {string} level @param {string} requestId @param {unknown} message @param {unknown[]} values */
function jsonLine(level, requestId, message, values) {
  const head = { timestamp: new Date().toISOString(), level, requestId };
  if (values.length === 0) {
    try {
      return JSON.stringify({ ...head, message }, describeError);
    } catch {
      // Circular values and BigInt have no JSON form.
      return JSON.stringify({ ...head, message: format(message) });
    }
  }
  const error = values.find((value) => value instanceof Error);
  return JSON.stringify({ ...head, message: format(message, ...values), ...(error && errorFields(error)) });
}

/** @param {Error} error */
function errorFields(error) {
  return {
    errorType: error.constructor?.name ?? 'UnknownError',
    errorMessage: error.message,
    stackTrace: error.stack?.split('\n') ?? [],
  };
}

/** @param {string} _key @param {unknown} value */
function describeError(_key, value) {
  return value instanceof Error ? { ...errorFields(value), ...value } : value;
}

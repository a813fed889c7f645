// What the TypeScript library does not declare yet: https://tc39.es/proposal-json-parse-with-source/
const sourceTextJson = JSON as unknown as {
  rawJSON(text: string): unknown;
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
};

/** No double needs as many to be written. */
const MOST_DIGITS = 40;

/** A value that `JSON.stringify` writes as exactly these digits, beyond what a double can hold. */
export function exactNumber(digits: string): unknown {
  return sourceTextJson.rawJSON(digits);
}

/**
 * Parses JSON and hands every number to `readNumber` with its key and its digits as written.
 *
 * @throws SyntaxError when the text is not JSON; it does not quote the text, as the engine's own would, for it may be logged
 */
export function parseJsonExactly(
  text: string,
  readNumber: (key: string, digits: string, value: number) => unknown,
): unknown {
  try {
    return sourceTextJson.parse(text, (key, value, { source }) =>
      typeof value === 'number' && source !== undefined ? readNumber(key, source, value) : value,
    );
  } catch (error) {
    if (error instanceof SyntaxError) throw new SyntaxError('It is not valid JSON.');
    throw error;
  }
}

/**
 * Parses JSON, with `NaN`, which no schema takes, for a number that a double cannot hold as it is written: rounded, a price
 * with nine decimals may look like one with two.
 *
 * @throws SyntaxError like `parseJsonExactly`
 */
export function parseJson(text: string): unknown {
  return parseJsonExactly(text, (_key, digits, value) =>
    digits.length <= MOST_DIGITS && normalForm(digits) === normalForm(String(value)) ? value : Number.NaN,
  );
}

/** A number's significant digits and its power of ten: `15e-1` for `1.5`, `1.50` and `0.015e2`. */
function normalForm(number: string): string {
  const [mantissa = '', exponent = '0'] = number.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${mantissa.startsWith('-') ? '-' : ''}${significant}e${power}`;
}

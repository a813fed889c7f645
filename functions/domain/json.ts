// TypeScript does not declare it yet: https://tc39.es/proposal-json-parse-with-source/
const sourceTextJson = JSON as unknown as {
  rawJSON(text: string): unknown;
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
};

/** More than any double needs. */
const MOST_DIGITS = 40;

/** `JSON.stringify` writes it as exactly these digits, more than a double holds. */
export function exactNumber(digits: string): unknown {
  return sourceTextJson.rawJSON(digits);
}

/** Passes numbers as written to `readNumber`. @throws SyntaxError without a quote of the text, since it may be logged */
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
 * Reads numbers that a double cannot hold as written as `NaN`, which no schema accepts: rounded, nine decimals may look like
 * two.
 *
 * @throws SyntaxError like `parseJsonExactly`
 */
export function parseJson(text: string): unknown {
  return parseJsonExactly(text, (_key, digits, value) =>
    digits.length <= MOST_DIGITS && normalForm(digits) === normalForm(String(value)) ? value : Number.NaN,
  );
}

/** Significant digits and power of ten: `15e-1` for `1.5`, `1.50` and `0.015e2`. */
function normalForm(number: string): string {
  const [mantissa = '', exponent = '0'] = number.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${mantissa.startsWith('-') ? '-' : ''}${significant}e${power}`;
}

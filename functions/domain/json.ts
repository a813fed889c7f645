// What the TypeScript library does not declare yet: https://tc39.es/proposal-json-parse-with-source/
const sourceTextJson = JSON as unknown as {
  rawJSON(text: string): unknown;
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
};

/** A value that `JSON.stringify` writes as exactly these digits, beyond what a double can hold. */
export function exactNumber(digits: string): unknown {
  return sourceTextJson.rawJSON(digits);
}

/**
 * Parses JSON and hands every number to `readNumber` with its key and its digits as written.
 *
 * @throws SyntaxError when the text is not JSON
 */
export function parseJsonExactly(
  text: string,
  readNumber: (key: string, digits: string, value: number) => unknown,
): unknown {
  return sourceTextJson.parse(text, (key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? readNumber(key, source, value) : value,
  );
}

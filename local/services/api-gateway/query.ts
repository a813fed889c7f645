import { faults, GatewayFault } from './gateway-fault.ts';

/**
 * The parameters of a query, decoded, in the order in which they came.
 *
 * @param query without the question mark
 * @throws GatewayFault (400) when the percent-encoding is malformed
 */
export function queryPairs(query: string): [name: string, value: string][] {
  if (query === '') return [];
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0 ? [decode(pair), ''] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new GatewayFault(faults.malformedUrl);
  }
}

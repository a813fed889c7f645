import { z } from 'zod';
import { boolean } from '../provider.ts';

/** How the values of a bucket deployment's markers are encoded. */
export const markersConfig = z.object({
  jsonEscape: boolean.default(false),
  markerEncodings: z.record(z.string(), z.enum(['LITERAL', 'UNQUOTED_JSON_VALUE', 'JSON_VALUE'])).default({}),
});

/**
 * Makes the function that replaces markers by deploy-time values in a file, binary files included, and then AWS's addresses by local ones.
 * The encodings are those of the CDK's bucket deployment handler.
 */
export function markerReplacer(
  markers: Readonly<Record<string, unknown>>,
  config: z.input<typeof markersConfig>,
  withLocalAddresses = (text: string) => text,
): (content: Uint8Array) => Uint8Array {
  const { jsonEscape, markerEncodings } = markersConfig.parse(config);
  const replacements = Object.entries(markers).map(([marker, value]) => {
    const encoding = markerEncodings[marker] ?? (jsonEscape ? 'UNQUOTED_JSON_VALUE' : 'LITERAL');
    return [marker, encode(value, encoding)] as const;
  });
  if (replacements.length === 0) return (content) => content;
  return (content) => {
    // latin1 maps each byte to one character and back, so nothing but the markers changes.
    let text = Buffer.from(content).toString('latin1');
    for (const [marker, value] of replacements) text = text.replaceAll(marker, () => value);
    return Buffer.from(withLocalAddresses(text), 'latin1');
  };
}

/** The value in UTF-8, as latin1 text. */
function encode(value: unknown, encoding: 'LITERAL' | 'UNQUOTED_JSON_VALUE' | 'JSON_VALUE'): string {
  const json = JSON.stringify(value);
  const unquoted = typeof value === 'string' ? json.slice(1, -1) : json;
  const text = encoding === 'LITERAL' ? String(value) : encoding === 'JSON_VALUE' ? json : unquoted;
  return Buffer.from(text).toString('latin1');
}

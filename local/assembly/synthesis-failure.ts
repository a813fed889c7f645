const HEADLINE = 'The CDK app cannot be synthesized:';
/** What the CDK and Node print besides the cause: lines, and the place in Node where an error came up. */
const NOISE =
  /^(Bundling asset .*\.\.\.|Node\.js v\d.*|\s+at .*(node_modules|node:internal|<anonymous>|warm-up\.mjs).*)(\n|$)/gm;
/** What esbuild says of a pattern, for which the `NodejsFunction` of the CDK gives it the path of a function. */
const TAKEN_FOR_PATTERN = 'Must use "outdir" when there are multiple input files';
/** What Node prints of an error behind its last frame, such as its code, which the message says as well. */
const PROPERTIES = / \{\n(?: {2}\w+: .*\n)+\}(?=\n|$)/g;
const PLACE_IN_NODE = /^node:internal.*\n(.+\n)*\n/gm;

/**
 * What a person needs of that which a failed app has printed: the cause and its place, by paths in the app's folder, without the frames of
 * packages.
 */
export function failureText(printed: string, folder: string): string {
  const text = printed.replaceAll(PROPERTIES, '').replaceAll(NOISE, '').replaceAll(PLACE_IN_NODE, '');
  const told = text.replaceAll(`file://${folder}/`, '').replaceAll(`${folder}/`, '').trim();
  const remedy =
    folder.includes('*') && text.includes(TAKEN_FOR_PATTERN)
      ? `\nesbuild takes the * in ${folder} for a pattern. Move the app to a folder without it.`
      : '';
  return `${HEADLINE}\n${told || `it ended without a word. Run it in ${folder}.`}${remedy}`;
}

// The code of a function that has two versions behind its alias, each of them for half of its events, by chance, as Lambda does it:
// https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
const PREFIX = 'FORMER_';

/** @param {string} folder */
async function load(folder) {
  const { handler } = await import(new URL(`${folder}/index.mjs`, import.meta.url).href);
  return handler;
}

// A version keeps the variables that it was published with.
const variables = { ...process.env };
for (const [name, value] of Object.entries(variables)) {
  if (name.startsWith(PREFIX)) process.env[name.slice(PREFIX.length)] = value;
}
const former = await load('former');
Object.assign(process.env, variables);
const present = await load('present');

/**
 * @param {unknown} event
 * @param {unknown} context
 */
export async function handler(event, context) {
  const [release, handle] = Math.random() < 0.5 ? ['former', former] : ['present', present];
  const response = await handle(event, context);
  const { headers } = response ?? {};
  return headers === undefined ? response : { ...response, headers: { ...headers, 'x-release': release } };
}

import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { UserError } from '../../tooling/errors.ts';

/** The command line, as a client of the local issuer. */
export const COMMAND_LINE_CLIENT = 'orderflow-command-line';
/** Gives a token to whoever names a user. An extension grant: https://www.rfc-editor.org/rfc/rfc6749#section-4.5 */
export const USER_GRANT = 'urn:orderflow:user';

/** What that grant takes. */
export interface UserParameters {
  readonly user: string;
  readonly role?: 'operator';
}

const LIMIT_MS = 10_000;

/**
 * Asks the local issuer for an access token.
 *
 * @param o.port of the issuer, on this machine
 * @param o.ca in PEM: the authority of its certificate
 * @throws UserError when no issuer is there, or when it is not the one of this authority
 */
export async function userToken(o: { port: number; ca: string; parameters: UserParameters }): Promise<string> {
  const form = new URLSearchParams({ grant_type: USER_GRANT, client_id: COMMAND_LINE_CLIENT, ...o.parameters });
  const body = await post(o.port, o.ca, form.toString()).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(reasonOf(error, o.port), { cause: error });
  });
  const { access_token: token, error_description: refusal } = JSON.parse(body);
  if (typeof token !== 'string') throw new UserError(`The issuer gives no token: ${refusal ?? body}`);
  return token;
}

async function post(port: number, ca: string, body: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const options = { method: 'POST', ca, headers, signal: AbortSignal.timeout(LIMIT_MS) };
  request(`https://localhost:${port}/token`, options, (response) => text(response).then(resolve, reject))
    .on('error', reject)
    .end(body);
  return promise;
}

function reasonOf(error: NodeJS.ErrnoException, port: number): string {
  if (error.code === 'ECONNREFUSED') {
    return `No issuer listens at port ${port}. Start one with \`npm run issuer\`, or name its port with --issuer-port.`;
  }
  if (/CERT|SIGNATURE|SELF_SIGNED|EPROTO/.test(error.code ?? '')) {
    return `What listens at port ${port} is not the issuer of this data folder (${error.message}). Give \`npm run issuer\` and this command the same --data-dir.`;
  }
  return `The issuer at port ${port} does not respond: ${error.message}.`;
}

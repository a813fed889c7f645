import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { type Authority, loadAuthority } from '../../tls/authority.ts';
import { startFunction, temporaryFolder } from './lambda-fixture.ts';

/** An issuer of tokens on a port of its own, with a certificate of the authority. */
async function startIssuer(authority: Authority): Promise<string> {
  const { certificatePem: cert, keyPem: key } = await authority.issue('issuer');
  const server = createServer({ cert, key }, (request, response) => response.end(`keys at ${request.url}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

const fetchesKeys = `import { Agent, request } from 'node:https';
  const viaHttps = (url) => new Promise((resolve, reject) => {
    request(url, { agent: new Agent() }, async (response) => resolve((await response.toArray()).join(''))).on('error', reject).end();
  });
  export const handler = async (url) => [await viaHttps(url), await (await fetch(url)).text()];`;

it('functions reach a server of any port whose certificate the public authority of the run signed, and no other', async () => {
  const dir = await temporaryFolder({});
  const [trusted, stranger] = await Promise.all([loadAuthority(dir, 'public'), loadAuthority(dir, 'stranger')]);
  // As somebody else gets it: from the folder that the run keeps it in.
  const issuer = await startIssuer(await loadAuthority(dir, 'public'));
  const httpsEndpoints = { trustedCertificate: trusted.certificatePem, httpsPort: 9 };
  const { invoke } = await startFunction(fetchesKeys, {}, { httpsEndpoints });

  const url = `${issuer}/.well-known/jwks.json`;
  expect((await invoke(url)).value).toEqual(Array(2).fill('keys at /.well-known/jwks.json'));

  const { value } = await invoke(`${await startIssuer(stranger)}/`);
  expect(value.errorMessage).toMatch(/certificate/);
});

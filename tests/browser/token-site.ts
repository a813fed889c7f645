import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { buildFrontend } from '../../frontend/build.ts';
import type { SignInSettings } from '../../frontend/oidc-client.ts';
import type { JwtAuth } from '../../infra/config/config.ts';
import { contentSecurityPolicy } from '../../infra/constructs/site/security-headers.ts';
import { pageSettings } from '../../infra/constructs/site/site-files.ts';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
  map: 'application/json',
};

/** As an API responds with it. */
export const order = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  user_id: 'alice',
  product_name: 'Mechanical Keyboard',
  quantity: 2,
  price: 149.99,
  status: 'confirmed',
  receipt_s3_key: 'receipts/alice/01890a5d-ac96-774b-bcce-b302099a8057.txt',
  created_at: '2026-01-02T03:04:05.678Z',
  updated_at: '2026-01-02T03:04:06.789Z',
};

/** What the API has been asked for. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
}

interface Response {
  readonly status: number;
  readonly body: object;
}

const TOKENS = { issuer: 'https://login.example.com/', audience: 'orderflow', userClaim: 'orderflow_user' };
const OPERATOR_CLAIM = 'roles=order-desk';

/** The dashboard as a deployment with `auth=jwt` serves it, in front of an API whose responses a test chooses. */
export class TokenSite {
  readonly #dir = mkdtempSync(join(tmpdir(), 'orderflow-site-'));
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly seen: SeenRequest[] = [];
  /** Responds to a request for orders, by the token that came with it. */
  respond: (request: SeenRequest) => Response | Promise<Response> = () => ({ status: 500, body: {} });
  /** How readers sign in; undefined where they paste a token. */
  signIn: SignInSettings | undefined;

  static async start(): Promise<TokenSite> {
    const site = new TokenSite();
    buildFrontend(site.#dir);
    await new Promise<void>((resolve) => site.#server.listen(0, '127.0.0.1', resolve));
    return site;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
    rmSync(this.#dir, { recursive: true });
  }

  #auth(): JwtAuth {
    if (this.signIn === undefined) return { ...TOKENS, operatorClaim: OPERATOR_CLAIM };
    const { issuer, ...signIn } = this.signIn;
    return {
      ...TOKENS,
      issuer,
      operatorClaim: OPERATOR_CLAIM,
      signIn: { ...signIn, origins: [new URL(issuer).origin] },
    };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.url);
    response.setHeader('Content-Security-Policy', contentSecurityPolicy(this.#auth()));
    const send = (body: object, status = 200) =>
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    if (pathname === '/config.json') {
      return void send(pageSettings({ shards: [{ id: 1, from: 'A', to: 'Z' }], auth: this.#auth() }, ''));
    }
    if (pathname.startsWith('/api/')) {
      const { method = '', url = '', headers } = request;
      const seen = { method, url, authorization: headers.authorization };
      this.seen.push(seen);
      const { status, body } = await this.respond(seen);
      return void send(body, status);
    }
    const file = pathname === '/' ? 'index.html' : normalize(pathname).slice(1);
    const content = await readFile(join(this.#dir, file)).catch(() => undefined);
    if (content === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': TYPES[file.split('.').at(-1) ?? ''] ?? 'text/plain' }).end(content);
  }
}

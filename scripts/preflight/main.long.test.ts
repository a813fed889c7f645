import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../tooling/paths.ts';

const IDENTITY = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
  <Arn>arn:aws:iam::123456789012:user/ann</Arn><UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`;

const xmlError = (code: string, message: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;

/** Answers as AWS does: who asks is known, and everything else is denied, unless a test answers it first. */
class FakeAws {
  readonly #server: Server;
  answer: (request: IncomingMessage, body: string, response: ServerResponse) => boolean = () => false;

  constructor() {
    this.#server = createServer(async (request, response) => {
      const body = await text(request);
      if (this.answer(request, body, response)) return;
      if (body.includes('Action=GetCallerIdentity')) response.end(IDENTITY);
      else if (body.includes('Action=')) response.writeHead(403).end(xmlError('AccessDenied', 'Denied\u001b[2J here.'));
      else response.writeHead(403, { 'x-amzn-errortype': 'AccessDeniedException' }).end('{"message":"Denied here."}');
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((listening) => this.#server.listen(0, '127.0.0.1', listening));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

let aws: FakeAws;
let url: string;

beforeEach(async () => {
  aws = new FakeAws();
  url = await aws.start();
});
afterEach(() => aws.stop());

function run(): Promise<{ code: unknown; output: string }> {
  const env = {
    PATH: process.env.PATH,
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
  };
  const args = ['scripts/preflight/main.ts', '--stage', 'dev', '--region', 'eu-west-1'];
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd: REPOSITORY, env }, (error, stdout, stderr) =>
      done({ code: error?.code ?? 0, output: stdout + stderr }),
    );
  });
}

describe('npm run preflight', () => {
  it('succeeds when nothing may be asked, and says so', async () => {
    const { code, output } = await run();
    expect(output).toContain('Account 123456789012, Region eu-west-1, as arn:aws:iam::123456789012:user/ann.');
    expect(output).toContain('?     Stacks could not be checked: AccessDenied: Denied\\u001b[2J here.');
    expect(output).toContain('?     Kafka version could not be checked: AccessDeniedException: Denied here.');
    expect(output).toMatch(/checks: nothing was found lacking, \d+ could not be checked\.\n/);
    expect(code).toBe(0);
  });

  it('fails when something is lacking', async () => {
    aws.answer = ({ url: path }, body, response) => {
      if (body.includes('Action=DescribeStacks')) {
        response.writeHead(400).end(xmlError('ValidationError', 'Stack with id orderflow-dev-network does not exist'));
        return true;
      }
      if (path?.endsWith('/account-settings') || path?.endsWith('/account-settings/')) {
        response.end('{"AccountLimit":{"ConcurrentExecutions":10,"UnreservedConcurrentExecutions":10}}');
        return true;
      }
      return false;
    };
    const { code, output } = await run();
    expect(output).toMatch(/^LACK {2}Lambda concurrency: .* 10 of the quota of 10 are free\.\n {6}Request 199: /m);
    expect(output).toContain('ok    Stacks\n');
    expect(output).toMatch(/checks: 1 lack to mend before the deployment, \d+ could not be checked\./);
    expect(code).toBe(1);
  });
});

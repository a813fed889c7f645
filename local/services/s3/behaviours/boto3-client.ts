import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createServer } from 'node:tls';
import { programEnvironment, useLocalServers } from '../../../../tooling/environment.ts';
import { cacheDirOf } from '../../../../tooling/paths.ts';
import { listenOnLoopback } from '../../../../tooling/ports.ts';
import { findPython, installPackages, type Python } from '../../../../tooling/python-environment.ts';
import { makeAuthority, makeServerCertificate } from '../../../tls/certificates.ts';
import type { Answer, CallOptions, Client } from './client.ts';
import { hasErrorBody } from './javascript-client.ts';

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
const PROGRAM = join(import.meta.dirname, 'boto3_client.py');
const HOUR_MS = 60 * 60 * 1000;

/** The fields of an HTML form that uploads a file, as boto3 signs them. */
export interface PresignedPost {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface Boto3Client extends Client {
  /** @param input parameters of `generate_presigned_post` */
  presignPost(input: object): Promise<PresignedPost>;
  /** Sends random bytes up and down in parts of 5 MiB. @returns whether they came back as they were */
  transfer(bucket: string, key: string, size: number): Promise<boolean>;
}

/** The Python that boto3 supports; undefined when there is none. */
export async function findPythonForBoto3(): Promise<Python | undefined> {
  return findPython({ min: '3.10', below: '3.15' });
}

/** Installs boto3 once for all clones, and starts a process that makes calls with it, one after the other. */
export async function startBoto3Client(python: Python, port: number, credentials: object): Promise<Boto3Client> {
  const pins = readFileSync(REQUIREMENTS);
  const interpreter = await installPackages({
    python,
    cacheDir: cacheDirOf(process.env),
    name: `boto3-${createHash('sha256').update(pins).digest('hex').slice(0, 8)}`,
    title: 'boto3',
    pipArgs: ['--only-binary=:all:', `--requirement=${REQUIREMENTS}`],
  });
  const tls = await startTlsFront(port);
  const settings = { url: `http://127.0.0.1:${port}`, tlsUrl: tls.url, authority: tls.authority, credentials };
  const env = programEnvironment();
  useLocalServers(env);
  const child = spawn(interpreter, [PROGRAM, JSON.stringify(settings)], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();

  const ask = <Result>(request: object): Promise<Result> => {
    const asked = last.then(async () => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('the process with boto3 has ended');
      const { answer, failure } = JSON.parse(value);
      if (failure) throw new Error(`boto3 failed: ${failure}`);
      return answer;
    });
    last = asked.catch(() => undefined);
    return asked;
  };

  return {
    async call(operation, input, { clockOffset, ...options }: CallOptions = {}) {
      const { code, message, ...answer } = await ask<Answer>({
        kind: 'call',
        operation,
        input: encoded(input),
        options,
      });
      return code !== undefined && hasErrorBody(operation, answer.status) ? { ...answer, code, message } : answer;
    },
    presign: (operation, input, expiresIn) => ask({ kind: 'presign', operation, input: encoded(input), expiresIn }),
    presignPost: (input) => ask({ kind: 'presignPost', input }),
    transfer: (bucket, key, size) => ask({ kind: 'transfer', bucket, key, size }),
    copySource: (Bucket, Key) => ({ Bucket, Key }),
    close() {
      child.kill();
      tls.server.close();
    },
  };
}

/** JSON has no bytes. */
function encoded(input: { Body?: string | Uint8Array }): object {
  return input.Body === undefined ? input : { ...input, Body: Buffer.from(input.Body).toString('base64') };
}

/** TLS in front of the endpoint: boto3 sends trailing checksums over nothing else. */
async function startTlsFront(port: number): Promise<{ url: string; authority: string; server: Server }> {
  const authority = await makeAuthority('S3 behaviours authority', new Date(), HOUR_MS);
  const { certificatePem, keyPem } = await makeServerCertificate(authority, 'S3 behaviours', new Date(), HOUR_MS);
  const server = createServer({ cert: certificatePem, key: keyPem }, (socket) => {
    const endpoint = connect(port, '127.0.0.1');
    socket.pipe(endpoint).pipe(socket);
    socket.on('error', () => endpoint.destroy());
    endpoint.on('error', () => socket.destroy());
  });
  await listenOnLoopback(server, 0);
  const file = join(mkdtempSync(join(tmpdir(), 's3-behaviours-')), 'authority.pem');
  writeFileSync(file, authority.certificatePem);
  const { port: tlsPort } = server.address() as { port: number };
  return { url: `https://127.0.0.1:${tlsPort}`, authority: file, server };
}

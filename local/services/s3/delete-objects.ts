import type { IncomingMessage } from 'node:http';
import { AwsError } from '../../aws-api/aws-error.ts';
import { escapeXml } from '../../aws-api/protocols.ts';
import { readApiBody } from '../../aws-api/request.ts';
import { refuseClimbingKey } from './address.ts';
import { requestBody } from './request-body.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export interface DeleteObjects {
  readonly keys: readonly string[];
  /** The request with these keys and nothing else, so that what is authorized is what is done. */
  readonly body: Buffer;
}

/** @throws AwsError `MalformedXML` */
export async function readDeleteObjects(request: IncomingMessage): Promise<DeleteObjects> {
  const stream = requestBody(request)?.stream;
  const xml = stream ? (await readApiBody(stream)).toString('utf8') : '';
  const keys = [...xml.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = '']) => unescapeXml(key));
  if (keys.length === 0 || keys.length > 1000) {
    throw new AwsError('MalformedXML', 'The request must name between 1 and 1000 keys to delete.');
  }
  keys.forEach(refuseClimbingKey);
  const quiet = /<Quiet>true<\/Quiet>/.test(xml) ? '<Quiet>true</Quiet>' : '';
  const objects = keys.map((key) => `<Object><Key>${escapeXml(key)}</Key></Object>`).join('');
  return { keys, body: Buffer.from(`<Delete>${quiet}${objects}</Delete>`) };
}

function unescapeXml(text: string): string {
  const signs: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (entity, hex, decimal, name) => {
    if (name !== undefined) return signs[name] ?? entity;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}

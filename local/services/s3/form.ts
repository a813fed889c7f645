import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import { AwsError } from '../../aws-api/aws-error.ts';
import { invalidArgument } from './errors.ts';

const LIMITS = { fieldSize: 20 * 1024, fields: 100, files: 1 };

/** An HTML form that uploads a file. What comes after the file does not count, as with S3. */
export interface UploadForm {
  /** By name in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  /** Fails when the client goes away. */
  readonly file: Readable;
  readonly fileName: string;
  /** Resolves at the end of the form, which comes after that of the file. */
  readonly complete: Promise<void>;
}

/** Whether a request is such a form, with its signature among the fields. */
export function isForm({ method, headers, url = '/' }: IncomingMessage): boolean {
  const type = headers['content-type'] ?? '';
  const isSignedOtherwise = headers.authorization !== undefined || url.includes('?');
  // STS takes forms at the root.
  return method === 'POST' && !isSignedOtherwise && url !== '/' && /^(multipart|application\/x-www-form)/.test(type);
}

/**
 * Reads a form up to its file.
 *
 * @throws AwsError `PreconditionFailed` for a form in another coding, `InvalidArgument` without a file, and for a malformed form
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
export function readForm(request: IncomingMessage): Promise<UploadForm> {
  const contentType = request.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\b.*boundary=/i.test(contentType)) {
    const condition = 'Bucket POST must be of the enclosure-type multipart/form-data';
    const message = 'At least one of the pre-conditions you specified did not hold';
    throw new AwsError('PreconditionFailed', message, 412, { details: { Condition: condition } });
  }
  const fields = new Map<string, string>();
  const form = Promise.withResolvers<UploadForm>();
  const complete = Promise.withResolvers<void>();
  let file: Readable | undefined;
  const fail = (error: Error) => {
    form.reject(error);
    complete.reject(error);
    file?.destroy(error);
  };
  // Whoever waits for the file learns of it there.
  complete.promise.catch(() => {});

  const parser = new Busboy({
    headers: { ...request.headers, 'content-type': contentType },
    limits: LIMITS,
    isPartAFile: (name) => name === 'file',
  });
  parser.on('field', (name, value, nameIsCut, valueIsCut) => {
    if (nameIsCut || valueIsCut) fail(tooLarge());
    fields.set(name.toLowerCase(), value);
  });
  parser.on('fieldsLimit', () => fail(tooLarge()));
  parser.on('file', (_name, stream: Readable, fileName) => {
    file = stream.on('error', fail);
    form.resolve({ fields, file, fileName: fileName ?? '', complete: complete.promise });
  });
  parser.on('error', () => fail(malformed()));
  parser.on('finish', () => {
    complete.resolve();
    form.reject(invalidArgument('POST requires exactly one file upload per request.', 'file', '0'));
  });
  request.once('close', () => {
    if (!request.complete) fail(new Error('The client went away before the end of its form.'));
  });
  request.pipe(parser);
  return form.promise;
}

function tooLarge(): AwsError {
  const message = 'Your POST request fields preceding the upload file were too large.';
  return new AwsError('MaxPostPreDataLengthExceeded', message);
}

function malformed(): AwsError {
  const message = 'The body of your POST request is not well-formed multipart/form-data.';
  return new AwsError('MalformedPOSTRequest', message);
}

import { Readable } from 'node:stream';
import * as sdk from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Answer, CallOptions, Client, Operation } from './client.ts';

interface Endpoint {
  readonly url: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

type AnyCommand = sdk.$Command<sdk.ServiceInputTypes, sdk.ServiceOutputTypes, sdk.S3ClientResolvedConfig>;
type HttpMessage = { headers: Record<string, string>; statusCode: number; body: unknown };

/** The AWS SDK for JavaScript, version 3. */
export function javascriptClient({ url, credentials }: Endpoint): Client {
  const clients = new Map<string, sdk.S3Client>();

  const clientFor = ({ checksums = true, clockOffset = 0, ...options }: CallOptions): sdk.S3Client => {
    const when = checksums ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED';
    const config = {
      endpoint: url,
      region: options.region ?? 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: options.credentials ?? credentials,
      systemClockOffset: clockOffset,
      requestChecksumCalculation: when,
      responseChecksumValidation: when,
    } as const;
    const client = clients.get(JSON.stringify(config)) ?? new sdk.S3Client(config);
    clients.set(JSON.stringify(config), client);
    return client;
  };

  return {
    async call(operation, input, options = {}) {
      const command = commandFor(operation, input, options);
      const received = rememberResponse(command);
      try {
        const { $metadata, ...output } = await clientFor(options).send(command);
        return answer(received(), await withText(output));
      } catch (error) {
        if (!(error instanceof sdk.S3ServiceException)) throw error;
        const { name, message, $fault, $metadata, ...fields } = error;
        const { status, ...rest } = answer(received(), fields);
        return hasErrorBody(operation, status) ? { ...rest, status, code: name, message } : { ...rest, status };
      }
    },
    presign: (operation, input, expiresIn) => getSignedUrl(clientFor({}), commandFor(operation, input), { expiresIn }),
    copySource: (bucket, key) => `${bucket}/${encodeURIComponent(key)}`,
    close() {
      for (const client of clients.values()) client.destroy();
    },
  };
}

/** Whether the answer to a failed call can name the error. */
export const hasErrorBody = (operation: Operation, status: number) => !operation.startsWith('Head') && status >= 400;

function commandFor(operation: Operation, input: object, options: CallOptions = {}): AnyCommand {
  const constructors = sdk as unknown as Record<string, new (input: object) => AnyCommand>;
  const Command = constructors[`${operation}Command`] as new (input: object) => AnyCommand;
  const command = new Command(options.stream ? streamed(input) : input);
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as HttpMessage;
      Object.assign(request.headers, options.headers);
      if (options.body !== undefined) request.body = options.body;
      return next(args);
    },
    { step: 'build', priority: 'high' },
  );
  const { signedBody } = options;
  if (signedBody) {
    command.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as HttpMessage;
        request.body = signedBody(request.headers);
        return next(args);
      },
      { step: 'deserialize', priority: 'low' },
    );
  }
  return command;
}

function streamed(input: { Body?: string }): object {
  const bytes = Buffer.from(input.Body ?? '');
  return { ...input, Body: Readable.from([bytes]), ContentLength: bytes.length };
}

/** @returns gives the response once it is there */
function rememberResponse(command: AnyCommand): () => HttpMessage {
  let response: HttpMessage | undefined;
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      response = result.response as HttpMessage;
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
  return () => {
    if (!response) throw new Error('there was no response');
    return response;
  };
}

async function withText(output: object): Promise<object> {
  const { Body } = output as { Body?: { transformToString(): Promise<string> } };
  return Body ? { ...output, Body: await Body.transformToString() } : output;
}

function answer({ statusCode, headers }: HttpMessage, fields: object): Answer {
  // JSON writes dates in ISO form and leaves out what is undefined.
  return { ...JSON.parse(JSON.stringify(fields)), status: statusCode, headers };
}
